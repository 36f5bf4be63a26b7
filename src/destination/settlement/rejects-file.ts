import { join } from 'node:path';
import { ConnectorError } from '../../errors/connector-error.ts';
import { fileFault } from '../../errors/file-fault.ts';
import type { Refusal } from '../mapping/limits.ts';
import { LastingFile } from './lasting-file.ts';
import type { RejectLine } from './reject-line.ts';

/** Rejects beyond this many bytes are not kept in memory until the next state: it may be far. */
const mostWaiting = 4_000_000;

/** Records that could not be delivered, each whole and with its reason: NDJSON, one file a run. */
export class RejectsFile {
  readonly #path: string;
  readonly #lineOf: RejectLine;
  readonly #file: LastingFile;
  #waiting: string[] = [];
  #waitingLength = 0;
  #count = 0;
  #written: Promise<void> = Promise.resolve();

  constructor(folder: string, lineOf: RejectLine, now: Date = new Date()) {
    const name = `rejects-${now.toISOString().replaceAll(/[:.]/g, '-')}-${process.pid}.ndjson`;
    this.#path = join(folder, name);
    this.#lineOf = lineOf;
    this.#file = new LastingFile(this.#path);
  }

  /** `record` is the RECORD message as it came. */
  add(stream: string, record: string, refusal: Refusal): void {
    this.#count += 1;
    const line = this.#lineOf(stream, record, refusal);
    this.#waiting.push(`${line}\n`);
    this.#waitingLength += line.length;
  }

  /** So much waits to be written that records should wait too. */
  get isFull(): boolean {
    return this.#waitingLength > mostWaiting;
  }

  /**
   * Resolves when all that was added is on disk; a state may pass only then. Looks after the file also where nothing
   * waits: the state that comes next vouches for what was written before.
   */
  flush(): Promise<void> {
    if (this.#count === 0) return this.#written;
    const lines = this.#waiting;
    this.#waiting = [];
    this.#waitingLength = 0;
    this.#written = this.#written.then(() => this.#write(lines));
    return this.#written;
  }

  async close(): Promise<void> {
    await this.flush().finally(() => this.#file.close());
  }

  /** The file, once a record was rejected. */
  get path(): string | undefined {
    return this.#count === 0 ? undefined : this.#path;
  }

  get count(): number {
    return this.#count;
  }

  async #write(lines: readonly string[]): Promise<void> {
    try {
      if (lines.length > 0) await this.#file.append(lines.join(''));
      else await this.#file.restore();
    } catch (cause) {
      throw unwritable(this.#path, cause);
    }
  }
}

function unwritable(path: string, cause: unknown): ConnectorError {
  return new ConnectorError(
    `Rejected records cannot be written to ${path}: ${fileFault(cause)}. No state passes them, so the next run sends them again. Fix the folder that "rejects" names.`,
    { failureType: 'config_error', cause },
  );
}
