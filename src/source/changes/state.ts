import { z } from 'zod';
import { type ConnectorError, configError } from '../../errors/connector-error.ts';
import type { AirbyteStateMessage } from '../../protocol/messages.ts';
import { type WarehouseIdentity, warehouseIdentity } from '../../warehouse/config.ts';
import type { StateContent } from './change-way.ts';

/** What this source writes; docs/state.md describes it, and what was before. */
const currentVersion = 2;

export const resetStream =
  'reset the stream to read it all again (in a state file: remove its entry; events keep their ids)';

/** A stream's state: which way of change wrote it, what that way keeps, and for which warehouse. */
export interface StreamState {
  readonly way: string;
  readonly content: StateContent;
  /** Early states of version 1 name none. */
  readonly warehouse: WarehouseIdentity | undefined;
}

/** The first version had one way, and neither number nor name. */
const version1 = z
  .strictObject({ models: z.unknown(), warehouse: warehouseIdentity.nullish() })
  .transform(({ models, warehouse }): StreamState => {
    return { way: 'cursor', content: { models }, warehouse: warehouse ?? undefined };
  });

const version2 = z
  .looseObject({ version: z.literal(2), way: z.string(), warehouse: warehouseIdentity })
  .transform(({ version: _version, way, warehouse, ...content }): StreamState => {
    return { way, content, warehouse };
  });

/**
 * The state of one stream among the messages given.
 *
 * @throws ConnectorError where it is not one of this source's, or a newer version has written it
 */
export function streamStateOf(
  states: readonly AirbyteStateMessage[],
  stream: string,
): StreamState | undefined {
  const entries = states.flatMap((state) => [
    ...(state.stream === undefined ? [] : [state.stream]),
    ...(state.global?.stream_states ?? []),
  ]);
  const raw = entries.findLast((entry) => entry.stream_descriptor.name === stream)?.stream_state;
  if (raw === undefined || Object.keys(raw).length === 0) return undefined;
  const { version } = raw;
  if (typeof version === 'number' && version > currentVersion) throw newerState(stream, version);
  const parsed = (version === undefined ? version1 : version2).safeParse(raw);
  if (!parsed.success) throw foreignState(stream);
  return parsed.data;
}

export function foreignState(stream: string): ConnectorError {
  return configError(
    `The state of stream ${stream} was not written by this source: it has no cursor per model. Reset the stream, or read without a state.`,
    { stream },
  );
}

function newerState(stream: string, version: number): ConnectorError {
  return configError(
    `The state of stream ${stream} was written by a newer version of this connector: it has version ${version}, and this connector reads states up to version ${currentVersion}. Use the newer version again; or restore the old state; or ${resetStream}.`,
    { stream },
  );
}

/** The STATE message of a stream, with exactly the records since the one before it. */
export function stateMessageOf(
  stream: string,
  { way, content, warehouse }: StreamState,
  recordCount: number,
): AirbyteStateMessage {
  return {
    type: 'STREAM',
    stream: {
      stream_descriptor: { name: stream },
      stream_state: { version: currentVersion, way, ...content, warehouse },
    },
    sourceStats: { recordCount },
  };
}
