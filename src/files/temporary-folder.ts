import { createHash } from 'node:crypto';
import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fateOf, thisProcess } from './process-identity.ts';

/** A folder whose process cannot be asked for, as one of another container, is left for this long. */
const forgottenAfterMs = 7 * 24 * 3_600_000;

/**
 * A new folder for temporary files, its user's alone, which its process removes. What processes that were killed have
 * left under the same prefix is removed here: the folder's name says whose it is.
 */
export async function temporaryFolder(prefix: string): Promise<string> {
  await removeForgotten(prefix);
  const { pid, started = '0-0' } = thisProcess();
  return mkdtemp(join(tmpdir(), `${prefix}${place()}-${pid}-${started}-`));
}

/** Where pids mean the same as here. */
function place(): string {
  const { host, namespace } = thisProcess();
  return createHash('sha256').update(`${host} ${namespace}`).digest('hex').slice(0, 8);
}

const label = /^([0-9a-f]{8})-(\d+)-([0-9a-f]+-\d+)-[^-]+$/;

async function removeForgotten(prefix: string): Promise<void> {
  const names = await readdir(tmpdir()).catch(() => []);
  for (const name of names.filter((each) => each.startsWith(prefix))) {
    const path = join(tmpdir(), name);
    if (!(await isForgotten(path, name.slice(prefix.length)))) continue;
    // Another user's, or removed by another run at this moment: nothing to tell.
    await rm(path, { recursive: true, force: true }).catch(() => {});
  }
}

async function isForgotten(path: string, rest: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  if (found?.isDirectory() !== true) return false;
  const [, where, pid, started] = label.exec(rest) ?? [];
  if (where !== place()) return Date.now() - found.mtimeMs > forgottenAfterMs;
  const { host } = thisProcess();
  return fateOf({ pid: Number(pid), host, started: started === '0-0' ? undefined : started }) === 'gone';
}
