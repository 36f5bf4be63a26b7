import { configError } from '../../errors/connector-error.ts';
import { didYouMean } from '../../errors/did-you-mean.ts';
import { readNamedFile } from '../../files/named-file.ts';
import type { AirbyteStateMessage } from '../../protocol/messages.ts';
import { parseStates } from './state-entries.ts';
import { findStateFile, openStateFile } from './state-file.ts';
import { lockState } from './state-lock.ts';

const nameOf = (state: AirbyteStateMessage): string => state.stream?.stream_descriptor.name ?? '';

/** The states as they are, without the lock: a sync may be running. */
export async function readStates(path: string): Promise<readonly AirbyteStateMessage[]> {
  const text = await readStateText(path);
  return text === undefined ? [] : parseStates(text, await findStateFile(path));
}

/** The file's text as it stands, once it is certain that it is whole; undefined where there is none. */
export async function readStateText(path: string): Promise<string | undefined> {
  const file = await findStateFile(path);
  const text = await readNamedFile('state', file).catch((error: unknown) => {
    if (error instanceof Error && String((error.cause as { code?: unknown } | undefined)?.code) === 'ENOENT')
      return undefined;
    throw error;
  });
  if (text !== undefined) parseStates(text, file);
  return text;
}

/**
 * Forgets the states of streams: the next sync sends them from the beginning.
 *
 * @throws ConnectorError where the file has no state of one of them, or a sync holds it
 */
export async function resetStates(path: string, streams: readonly string[]): Promise<void> {
  const file = await findStateFile(path);
  await using lock = await lockState(file);
  const states = await openStateFile(file);
  requireStreams(states.states, streams, path);
  await lock.assertHeld();
  await states.replace(states.states.filter((state) => !streams.includes(nameOf(state))));
}

/** @throws ConnectorError that names the streams of which there is no state */
export function requireStreams(
  states: readonly AirbyteStateMessage[],
  streams: readonly string[],
  path: string,
): void {
  const known = states.map(nameOf);
  for (const stream of streams) {
    if (known.includes(stream)) continue;
    const has = known.length === 0 ? 'It has no state yet.' : `It has states of ${known.join(', ')}.`;
    throw configError(
      `The state file ${path} has no state of "${stream}".${didYouMean(stream, known)} ${has}`,
    );
  }
}

/**
 * Puts the states of another file in the place of all that are there.
 *
 * @throws ConnectorError where the other file is not whole, or a sync holds the state
 */
export async function importStates(path: string, from: string): Promise<number> {
  const states = parseStates(await readNamedFile('state import', from), from);
  const file = await findStateFile(path);
  await using lock = await lockState(file);
  const current = await openStateFile(file);
  await lock.assertHeld();
  await current.replace(states);
  return states.length;
}
