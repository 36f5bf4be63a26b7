import { type FileHandle, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder } from '../../../files/make-folder.ts';

/**
 * A file that is appended to, each time down to the disk. Where somebody has taken it away, or the folder that it lay
 * in, it is made anew with all that it held: as long as it is open, what was written can still be read.
 */
export class LastingFile {
  readonly #path: string;
  #handle: FileHandle | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  async append(text: string): Promise<void> {
    await this.restore();
    this.#handle ??= await this.#create();
    await this.#handle.appendFile(text);
    await this.#handle.datasync();
  }

  /** Does nothing where the file is in its place, or nothing was written yet. */
  async restore(): Promise<void> {
    const known = this.#handle;
    if (known === undefined || (await isAt(known, this.#path))) return;
    const made = await this.#create();
    try {
      await copy(known, made);
      await made.datasync();
    } catch (error) {
      await made.close();
      throw error;
    }
    this.#handle = made;
    await known.close();
  }

  async close(): Promise<void> {
    await this.#handle?.close();
  }

  async #create(): Promise<FileHandle> {
    await makeFolder(dirname(this.#path), 0o700);
    return open(this.#path, 'a+', 0o600);
  }
}

/** Not by streams: these keep a handle for themselves. */
async function copy(from: FileHandle, to: FileHandle): Promise<void> {
  const buffer = Buffer.allocUnsafe(1_000_000);
  for (let position = 0; ; ) {
    const { bytesRead } = await from.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) return;
    await to.appendFile(buffer.subarray(0, bytesRead));
    position += bytesRead;
  }
}

async function isAt(handle: FileHandle, path: string): Promise<boolean> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  if (found === undefined) return false;
  const own = await handle.stat({ bigint: true });
  return found.ino === own.ino && found.dev === own.dev;
}
