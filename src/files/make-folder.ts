import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf } from '../errors/file-fault.ts';

/**
 * Makes a folder and those above it; one that is there stays as it is. Node's own `recursive` never ends where a
 * folder that exists answers ENOENT to a new one in it, as those of /proc do.
 */
export async function makeFolder(path: string, mode = 0o777): Promise<void> {
  const fault = await tryMaking(path, mode);
  if (fault === undefined) return;
  const above = dirname(path);
  if (codeOf(fault) !== 'ENOENT' || above === path) throw fault;
  // Another may have made the one above meanwhile: then one more try is enough.
  if (!(await isThere(above))) await makeFolder(above, mode);
  const again = await tryMaking(path, mode);
  if (again !== undefined) throw again;
}

async function tryMaking(path: string, mode: number): Promise<unknown> {
  try {
    await mkdir(path, { mode });
    return undefined;
  } catch (error) {
    // Whatever the system's reason: a folder that is there is what was asked for.
    return (await stat(path).catch(() => undefined))?.isDirectory() === true ? undefined : error;
  }
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
