import { readFile, stat } from 'node:fs/promises';
import { type ConnectorError, configError } from '../../errors/connector-error.ts';
import { codeOf, fileFault } from '../../errors/file-fault.ts';
import { notFile } from '../../files/file-kind.ts';
import { rehearseReplacing, removeUnfinished, replaceFile, targetOf } from '../../files/replace-file.ts';
import type { DestinationAccount } from '../../protocol/connector.ts';
import type { AirbyteStateMessage } from '../../protocol/messages.ts';
import { keyOf, parseStates, sealed } from './state-entries.ts';
import { ownedBy } from './state-owner.ts';

/** The states of all streams in one file: the newest that came back of each. */
export interface StateFile {
  readonly states: readonly AirbyteStateMessage[];
  /** Keeps a state that the destination has settled. Resolves when it is on the disk. */
  save(state: AirbyteStateMessage): Promise<void>;
  /** Puts other states in the place of all. */
  replace(states: readonly AirbyteStateMessage[]): Promise<void>;
  /** Keeps all states to a destination from now on. */
  bind(destination: DestinationAccount): Promise<void>;
}

/**
 * The file that a state path names, behind symbolic links: what is locked, and what is replaced.
 *
 * @throws ConnectorError where something else stands in its place, such as a folder or a named pipe
 */
export async function findStateFile(path: string): Promise<string> {
  try {
    const target = await targetOf(path);
    const found = await statIfThere(target);
    const stranger = found === undefined ? undefined : notFile(found);
    if (stranger === undefined) return target;
    throw configError(`state: ${path} cannot be used: ${stranger}. Name a file, such as state.json.`);
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    throw configError(`state: ${path} cannot be used: ${fileFault(error)}.`, { cause: error });
  }
}

/**
 * Asks for the lock to be held: what another process was writing is thrown away. That the file can be replaced is
 * found out here, before anything is sent.
 *
 * @param path as {@link findStateFile} gives it
 */
export async function openStateFile(path: string): Promise<StateFile> {
  await removeUnfinished(path);
  const text = await readIfThere(path);
  const read = text === undefined ? [] : parseStates(text, path);
  await rehearseReplacing(path, text).catch((error: unknown) => {
    throw unwritable(path, error);
  });
  const states = new Map(read.map((state) => [keyOf(state), state]));
  let owner: DestinationAccount | undefined;
  const owned = (state: AirbyteStateMessage) => (owner === undefined ? state : ownedBy(state, owner));
  const write = async (): Promise<void> => {
    try {
      await replaceFile(path, `${JSON.stringify([...states.values()], null, 2)}\n`);
    } catch (error) {
      throw unwritable(path, error);
    }
  };
  return {
    get states() {
      return [...states.values()];
    },
    async save(state) {
      states.set(keyOf(state), sealed(owned(state)));
      await write();
    },
    async replace(others) {
      states.clear();
      for (const state of others) states.set(keyOf(state), state);
      await write();
    },
    async bind(destination) {
      owner = destination;
      if (states.size === 0) return;
      for (const [key, state] of states) states.set(key, sealed(owned(state)));
      await write();
    },
  };
}

function unwritable(path: string, cause: unknown): ConnectorError {
  return configError(
    `state: ${path} cannot be written: ${fileFault(cause)}. This user must be able to write to the folder of the state, on a disk with space.`,
    { cause },
  );
}

async function statIfThere(path: string) {
  try {
    return await stat(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw configError(`state: ${path} cannot be read: ${fileFault(error)}.`, { cause: error });
  }
}
