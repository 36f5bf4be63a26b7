import { z } from 'zod';
import { configError } from '../../errors/connector-error.ts';
import type { AirbyteStateMessage } from '../../protocol/messages.ts';
import { type WarehouseIdentity, warehouseIdentity } from '../../warehouse/config.ts';
import type { IdRecipe } from '../record-line/event-identity.ts';
import { type Anchor, anchorSchema } from './cursor/anchors.ts';
import type { Cursor } from './cursor/cursor.ts';

export interface ModelState {
  /** Hash of the model's definition: a cursor means nothing to another one. */
  readonly definition: string;
  readonly cursor?: Cursor | undefined;
  /** The recipe of the message ids of a model of events. */
  readonly ids?: IdRecipe | undefined;
  /** Rows that were read, by which the warehouse is known again. */
  readonly anchors?: readonly Anchor[] | undefined;
  /** Hashes of the rows dated after the read's start that were sent already. */
  readonly future: readonly string[];
}

/** Whether a row of the model was ever read. */
export const wasFilled = ({ cursor, future }: ModelState): boolean =>
  cursor !== undefined || future.length > 0;

/** Model states by label. */
export type StreamState = Readonly<Record<string, ModelState>>;

const modelState = z.object({
  definition: z.string(),
  timestamp: z.string().nullish(),
  key: z.string().nullish(),
  future: z.array(z.string()).nullish(),
  ids: z.union([z.literal(1), z.literal(2)]).nullish(),
  anchors: z.array(anchorSchema).nullish(),
});

/** A timestamp without its key would be no cursor, and all would be read again without a word. */
const isWhole = ({ timestamp, key }: z.infer<typeof modelState>): boolean =>
  typeof key === 'string' || timestamp === null || timestamp === undefined;

const streamStateSchema = z.object({
  models: z.record(z.string(), modelState.refine(isWhole)),
  warehouse: warehouseIdentity.nullish(),
});

function toModelState(raw: z.infer<typeof modelState>): ModelState {
  const cursor =
    raw.key === null || raw.key === undefined
      ? undefined
      : { timestamp: raw.timestamp ?? null, key: raw.key };
  return {
    definition: raw.definition,
    cursor,
    ids: raw.ids ?? undefined,
    anchors: raw.anchors ?? undefined,
    future: raw.future ?? [],
  };
}

/** What a state says of one stream. */
export interface FoundState {
  readonly models: StreamState;
  /** The warehouse that it was written for; states of earlier versions name none. */
  readonly warehouse: WarehouseIdentity | undefined;
}

/** The state of one stream among the messages given; empty where there is none. */
export function streamStateOf(states: readonly AirbyteStateMessage[], stream: string): FoundState {
  const entries = states.flatMap((state) => [
    ...(state.stream === undefined ? [] : [state.stream]),
    ...(state.global?.stream_states ?? []),
  ]);
  const raw = entries.findLast((entry) => entry.stream_descriptor.name === stream)?.stream_state;
  if (raw === undefined || Object.keys(raw).length === 0) return { models: {}, warehouse: undefined };
  const parsed = streamStateSchema.safeParse(raw);
  if (!parsed.success) {
    throw configError(
      `The state of stream ${stream} was not written by this source: it has no cursor per model. Reset the stream, or read without a state.`,
      { stream },
    );
  }
  const models = Object.entries(parsed.data.models).map(([label, model]) => [label, toModelState(model)]);
  return { models: Object.fromEntries(models), warehouse: parsed.data.warehouse ?? undefined };
}

/** The STATE message of a stream, with exactly the records since the one before it. */
export function stateMessageOf(
  stream: string,
  { models: state, warehouse }: FoundState,
  recordCount: number,
): AirbyteStateMessage {
  const models = Object.fromEntries(
    Object.entries(state).map(([label, model]) => [
      label,
      {
        definition: model.definition,
        ...(model.cursor === undefined ? {} : { timestamp: model.cursor.timestamp, key: model.cursor.key }),
        ...(model.ids === undefined ? {} : { ids: model.ids }),
        ...(model.anchors === undefined || model.anchors.length === 0
          ? {}
          : { anchors: model.anchors.map(({ timestamp, key }) => [timestamp, key]) }),
        ...(model.future.length === 0 ? {} : { future: [...model.future] }),
      },
    ]),
  );
  return {
    type: 'STREAM',
    stream: { stream_descriptor: { name: stream }, stream_state: { models, warehouse } },
    sourceStats: { recordCount },
  };
}
