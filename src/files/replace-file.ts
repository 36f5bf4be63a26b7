import { chmod, open, readdir, readlink, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { codeOf } from '../errors/file-fault.ts';
import { makeFolder } from './make-folder.ts';

/** As many as Linux follows. */
const mostLinks = 40;

/** Leftovers of a lock that somebody may be taking right now. */
const lockLeftoverMs = 60_000;

/** Where the file itself is or would be: behind symbolic links, also those that point to nothing yet. */
export async function targetOf(path: string): Promise<string> {
  let at = resolve(path);
  for (let links = 0; links < mostLinks; links += 1) {
    const link = await linkAt(at);
    if (link === undefined) return at;
    at = resolve(await realpath(dirname(at)), link);
  }
  throw Object.assign(new Error('too many symbolic links'), { code: 'ELOOP' });
}

async function linkAt(path: string): Promise<string | undefined> {
  try {
    return await readlink(path);
  } catch (error) {
    // EINVAL: it is no link.
    if (['EINVAL', 'ENOENT', 'UNKNOWN'].includes(codeOf(error) ?? '')) return undefined;
    throw error;
  }
}

/**
 * Whole or not at all, also through a power cut: the new text is on the disk before it takes the old name, and it
 * lies in the same folder, since a rename is atomic only inside one file system. The file keeps its mode; a new one is
 * its user's alone.
 */
export async function replaceFile(path: string, text: string): Promise<void> {
  await withTemporary(path, text, (temporary) => rename(temporary, path));
}

/** Fails where replacing the file would fail, and leaves everything as it is. */
export async function rehearseReplacing(path: string, text: string | undefined): Promise<void> {
  // What the rename itself refuses, such as a mount, only a rename can tell.
  if (text === undefined) await withTemporary(path, '[]', async () => {});
  else await replaceFile(path, text);
}

async function withTemporary(path: string, text: string, use: (temporary: string) => Promise<void>) {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  try {
    await makeFolder(dirname(path), 0o700);
    await writeDurably(temporary, text, await modeOf(path));
    await use(temporary);
  } finally {
    await rm(temporary, { force: true });
  }
}

async function modeOf(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  return found === undefined ? 0o600 : found.mode & 0o777;
}

async function writeDurably(path: string, text: string, mode: number): Promise<void> {
  await rm(path, { force: true });
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  // Not by open, which takes the umask off.
  if (mode !== 0o600) await chmod(path, mode);
}

/** What processes that were killed in the middle of a replacement have left beside the file. Asks for its lock to be held. */
export async function removeUnfinished(path: string): Promise<void> {
  const folder = dirname(path);
  const begin = `.${basename(path)}.`;
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((each) => each.startsWith(begin) && each.endsWith('.tmp'))) {
    const found = await stat(join(folder, name)).catch(() => undefined);
    const young = found !== undefined && Date.now() - found.mtimeMs < lockLeftoverMs;
    if (name.startsWith(`${begin}lock.`) && young) continue;
    // What cannot be removed, replacing the file will tell.
    await rm(join(folder, name), { force: true }).catch(() => {});
  }
}
