import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { configError } from '../protocol/connector-error.ts';

/** Whoever holds a lock touches it; one left alone for long belongs to nobody, on whichever host it was made. */
const heartbeatMs = 10_000;
const abandonedAfterMs = 60_000;

interface Owner {
  readonly pid: number;
  readonly host: string;
  readonly token: string;
}

const heldHere = new Set<string>();

/** Keeps a second sync from the same state file. The lock of a process that is gone is taken over. */
export async function lockState(statePath: string): Promise<AsyncDisposable> {
  const path = `${statePath}.lock`;
  const owner: Owner = { pid: process.pid, host: hostname(), token: randomUUID() };
  await mkdir(dirname(path), { recursive: true });
  if (!(await createLock(path, owner)) && !(await takeOver(path, owner))) {
    throw configError(
      `Another sync uses ${statePath}: ${await describeOwner(path)}. Wait for it to end, or delete ${path} if there is none.`,
    );
  }
  heldHere.add(owner.token);
  const heartbeat = setInterval(() => void touch(path), heartbeatMs).unref();
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(heartbeat);
      heldHere.delete(owner.token);
      if ((await readOwner(path))?.token === owner.token) await rm(path, { force: true });
    },
  };
}

async function createLock(path: string, owner: Owner): Promise<boolean> {
  try {
    await writeFile(path, JSON.stringify(owner), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw configError(`state: cannot create ${path}: ${(error as Error).message}`, { cause: error });
  }
}

/** Two processes may find the same stale lock: the one whose name stands in it after a moment has it. */
async function takeOver(path: string, owner: Owner): Promise<boolean> {
  if (!(await isAbandoned(path))) return false;
  const mine = `${path}.${owner.token}`;
  await writeFile(mine, JSON.stringify(owner));
  await rename(mine, path);
  await sleep(50);
  return (await readOwner(path))?.token === owner.token;
}

async function isAbandoned(path: string): Promise<boolean> {
  const owner = await readOwner(path);
  const age = Date.now() - (await modifiedAt(path));
  if (owner === undefined) return age > 1_000;
  if (owner.host !== hostname()) return age > abandonedAfterMs;
  // In a container every life has the same pid: a lock with our own that is not ours is from an earlier one.
  if (owner.pid === process.pid) return !heldHere.has(owner.token);
  return !isAlive(owner.pid);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function readOwner(path: string): Promise<Owner | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Owner;
  } catch {
    return undefined;
  }
}

async function modifiedAt(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  return found?.mtimeMs ?? 0;
}

async function describeOwner(path: string): Promise<string> {
  const owner = await readOwner(path);
  return owner === undefined ? 'its lock cannot be read' : `process ${owner.pid} on ${owner.host}`;
}

async function touch(path: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now).catch(() => {});
}
