import { createHash } from 'node:crypto';
import { configError } from '../../errors/connector-error.ts';
import { parseExactJson } from '../../json/exact-json.ts';
import { isJsonObject } from '../../json/json-object.ts';
import type { AirbyteStateMessage } from '../../protocol/messages.ts';
import { parseStateFile } from '../../protocol/parse-catalog.ts';

/** What to do about a state file that cannot be gone on from. */
const waysOut =
  'Restore it from a copy, or remove the entry (or delete the file) to send its stream from the beginning. Nothing is counted twice, since events keep their ids.';

/** A stream's state as the file keeps it, and a checksum of it: a state that was changed by hand may skip rows. */
export function sealed(state: AirbyteStateMessage): AirbyteStateMessage {
  const { checksum: _old, ...kept } = withoutStats(state);
  return { ...kept, checksum: checksumOf(kept) };
}

/** Counts belong to one run; a state outlives it. */
function withoutStats(state: AirbyteStateMessage): AirbyteStateMessage {
  const { sourceStats: _read, destinationStats: _written, ...kept } = state;
  return kept;
}

function checksumOf(content: unknown): string {
  // As it will be read again.
  const read = parseExactJson(JSON.stringify(content));
  const canonical = JSON.stringify(read, (_key, value: unknown) =>
    isJsonObject(value) && !JSON.isRawJSON(value) ? sortedByKey(value) : value,
  );
  return createHash('sha256').update(canonical).digest('hex').slice(0, 16);
}

function sortedByKey(value: Readonly<Record<string, unknown>>): unknown {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * The entries of a state file, each as it was saved. Entries of versions before checksums are taken as they are.
 *
 * @throws ConnectorError where the file is empty, cut off, edited, or something else: never "from the beginning"
 */
export function parseStates(text: string, path: string): AirbyteStateMessage[] {
  if (text.trim() === '') throw configError(`The state file ${path} is empty. ${waysOut}`);
  const value = parsedOrCut(text, path);
  if (!Array.isArray(value)) {
    throw configError(`The state file ${path} is not a list of the streams' states. ${waysOut}`);
  }
  value.forEach((entry, index) => {
    requireWhole(entry, path, index);
  });
  const states = parseStateFile(text, path);
  refuseRepeated(states, path);
  return states;
}

function parsedOrCut(text: string, path: string): unknown {
  try {
    return parseExactJson(text.replace(/^\uFEFF/, ''));
  } catch {
    throw configError(
      `The state file ${path} is not JSON (line ${text.trimEnd().split('\n').length} is its last): it was cut off or edited. ${waysOut}`,
    );
  }
}

function requireWhole(entry: unknown, path: string, index: number): void {
  if (!isJsonObject(entry)) throw edited(path, index);
  const { checksum, ...content } = entry;
  const old = checksum === undefined && content.destination === undefined;
  if (!old && checksum !== checksumOf(content)) throw edited(path, index);
}

function edited(path: string, index: number) {
  return configError(
    `The state file ${path} was edited: entry ${index + 1} is not what a sync wrote, so it might skip rows. ${waysOut}`,
  );
}

function refuseRepeated(states: readonly AirbyteStateMessage[], path: string): void {
  const keys = states.map(keyOf);
  const index = keys.findIndex((key, at) => keys.indexOf(key) !== at);
  if (index < 0) return;
  const name = states[index]?.stream?.stream_descriptor.name ?? 'a stream';
  throw configError(`The state file ${path} was edited: it has two entries for ${name}. ${waysOut}`);
}

/** Which stream a state is of. */
export function keyOf(state: AirbyteStateMessage): string {
  const descriptor = state.stream?.stream_descriptor;
  return JSON.stringify([descriptor?.namespace ?? null, descriptor?.name ?? null]);
}
