import { createHash, randomUUID } from 'node:crypto';
import { link, open, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { codeOf } from '../errors/file-fault.ts';
import { fateOf, type ProcessIdentity, thisProcess } from './process-identity.ts';

/** Whoever holds a lock touches it; one left alone for this long belongs to nobody, on whichever host it was made. */
export const abandonedAfterMs = 60_000;

/** A lock that cannot be read may be one that is being written, where the file system has no links. */
const unreadableAfterMs = 1_000;

const ownerSchema = z.object({
  pid: z.int().positive(),
  host: z.string(),
  namespace: z.string().optional(),
  started: z.string().optional(),
  token: z.string().min(1),
});

/** Who holds a lock: a process, and which of its locks this is. */
export type Owner = z.infer<typeof ownerSchema> & ProcessIdentity;

/** What stands in a lock file. */
export interface FoundLock {
  /** The owner's token, else all of the text. */
  readonly id: string;
  /** undefined where the file is no lock of ours. */
  readonly owner: Owner | undefined;
  readonly ageMs: number;
}

const heldHere = new Set<string>();

export function newOwner(): Owner {
  return { ...thisProcess(), token: randomUUID() };
}

/** Whether the lock is the owner's now. One that is abandoned is taken over, by exactly one of all that try. */
export async function acquire(path: string, owner: Owner): Promise<boolean> {
  const mine = join(dirname(path), `.${basename(path)}.${owner.token}.tmp`);
  try {
    await writeFile(mine, JSON.stringify(owner), { mode: 0o600 });
    const held = (await create(mine, path, owner)) || (await takeOver(mine, path, owner));
    if (held) heldHere.add(owner.token);
    return held;
  } finally {
    await rm(mine, { force: true });
  }
}

/** Gives the lock back. One that another has taken over meanwhile stays. */
export async function release(path: string, owner: Owner): Promise<void> {
  if ((await readLock(path))?.id === owner.token) await rm(path, { force: true });
  heldHere.delete(owner.token);
}

export async function readLock(path: string): Promise<FoundLock | undefined> {
  try {
    // One file for both: between two looks at the path it may be replaced, and a new lock would seem as old as the old.
    await using file = await open(path);
    const { mtimeMs } = await file.stat();
    const text = await file.readFile('utf8');
    const owner = ownerSchema.safeParse(parsed(text)).data;
    const id = owner?.token ?? text;
    return { id, owner, ageMs: Math.abs(Date.now() - mtimeMs) };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A link, so that the lock is never there without its content; where there are no links, a new file. */
async function create(mine: string, path: string, owner: Owner): Promise<boolean> {
  try {
    await link(mine, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
  }
  try {
    await writeFile(path, JSON.stringify(owner), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/**
 * A lock of some content is replaced only under a second lock that is named after that content. So of all that find
 * the same abandoned lock one replaces it, and whoever comes later finds another content and leaves it alone. The
 * second lock is a lock like the first: one that a killed process has left is taken over in the same way.
 */
async function takeOver(mine: string, path: string, owner: Owner): Promise<boolean> {
  const found = await readLock(path);
  if (found === undefined) return create(mine, path, owner);
  if (!(await isAbandoned(path, found))) return false;
  const guard = `${path}.${createHash('sha256').update(found.id).digest('hex').slice(0, 16)}`;
  const guardOwner = newOwner();
  if (!(await acquire(guard, guardOwner))) return false;
  try {
    if ((await readLock(path))?.id !== found.id) return false;
    await rename(mine, path);
    return true;
  } finally {
    await release(guard, guardOwner);
  }
}

async function isAbandoned(path: string, { id, owner, ageMs }: FoundLock): Promise<boolean> {
  if (owner === undefined) {
    if (ageMs < unreadableAfterMs) await sleep(unreadableAfterMs);
    return (await readLock(path))?.id === id;
  }
  if (heldHere.has(owner.token)) return false;
  const fate = fateOf(owner);
  // In a container every life has the same pid: a lock with our own that is not ours is from an earlier one.
  return fate === 'gone' || ageMs > abandonedAfterMs || (fate === 'alive' && owner.pid === process.pid);
}
