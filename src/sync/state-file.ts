import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { configError, messageOf } from '../protocol/connector-error.ts';
import type { AirbyteStateMessage } from '../protocol/messages.ts';
import { parseStateFile } from '../protocol/parse-catalog.ts';

/** The states of all streams in one file: the newest that came back of each. */
export interface StateFile {
  readonly states: readonly AirbyteStateMessage[];
  /** Keeps a state that the destination has settled. Resolves when it is on the disk. */
  save(state: AirbyteStateMessage): Promise<void>;
}

/** Asks for the lock to be held: what another process was writing is thrown away. */
export async function openStateFile(path: string): Promise<StateFile> {
  await removeUnfinished(path);
  const text = await readIfThere(path);
  const read = text === undefined || text.trim() === '' ? [] : parseStateFile(text, path);
  const states = new Map(read.map((state) => [keyOf(state), state]));
  return {
    get states() {
      return [...states.values()];
    },
    async save(state) {
      states.set(keyOf(state), withoutStats(state));
      await replaceFile(path, `${JSON.stringify([...states.values()], null, 2)}\n`);
    },
  };
}

function keyOf(state: AirbyteStateMessage): string {
  const descriptor = state.stream?.stream_descriptor;
  return JSON.stringify([descriptor?.namespace ?? null, descriptor?.name ?? null]);
}

/** Counts belong to one run; a state outlives it. */
function withoutStats(state: AirbyteStateMessage): AirbyteStateMessage {
  const { sourceStats: _read, destinationStats: _written, ...kept } = state;
  return kept;
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw configError(`state: cannot read ${path}: ${messageOf(error)}`, { cause: error });
  }
}

/**
 * Whole or not at all, also through a power cut: the new text is on the disk before it takes the old name,
 * and it lies in the same folder, since a rename is atomic only inside one file system.
 */
async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeDurably(temporary, text);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw configError(`state: cannot write ${path}: ${messageOf(error)}`, { cause: error });
  }
}

/** What a process that was killed in the middle of a save has left. */
async function removeUnfinished(path: string): Promise<void> {
  const folder = dirname(path);
  const begin = `.${basename(path)}.`;
  const names = await readdir(folder).catch(() => []);
  const unfinished = names.filter((name) => name.startsWith(begin) && name.endsWith('.tmp'));
  await Promise.all(unfinished.map((name) => rm(join(folder, name), { force: true })));
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}
