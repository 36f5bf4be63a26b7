import { z } from 'zod';
import type { IdRecipe } from '../../record-line/event-identity.ts';
import type { StateContent } from '../change-way.ts';
import { type Anchor, anchorSchema } from './anchors.ts';
import type { Cursor } from './cursor.ts';

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

/** Model states by label. */
export type ModelStates = Readonly<Record<string, ModelState>>;

/** Whether a row of the model was ever read. */
export const wasFilled = ({ cursor, future }: ModelState): boolean =>
  cursor !== undefined || future.length > 0;

const written = z.strictObject({
  definition: z.string(),
  timestamp: z.string().nullish(),
  key: z.string().nullish(),
  future: z.array(z.string()).nullish(),
  ids: z.union([z.literal(1), z.literal(2)]).nullish(),
  anchors: z.array(anchorSchema).nullish(),
});

/** A timestamp without its key would be no cursor, and all would be read again without a word. */
const isWhole = ({ timestamp, key }: z.infer<typeof written>): boolean =>
  typeof key === 'string' || timestamp === null || timestamp === undefined;

const contentSchema = z.strictObject({ models: z.record(z.string(), written.refine(isWhole)) });

function toModelState({ definition, timestamp, key, ids, anchors, future }: z.infer<typeof written>) {
  const cursor = key === null || key === undefined ? undefined : { timestamp: timestamp ?? null, key };
  return {
    definition,
    cursor,
    ids: ids ?? undefined,
    anchors: anchors ?? undefined,
    future: future ?? [],
  };
}

/** Undefined where the content is none of a cursor's. */
export function modelStatesOf(content: StateContent): ModelStates | undefined {
  const parsed = contentSchema.safeParse(content).data;
  if (parsed === undefined) return undefined;
  const models = Object.entries(parsed.models).map(([label, model]) => [label, toModelState(model)]);
  return Object.fromEntries(models);
}

/** As a state holds them. */
export function contentOf(states: ModelStates): StateContent {
  const models = Object.entries(states).map(([label, model]) => [label, writtenOf(model)]);
  return { models: Object.fromEntries(models) };
}

function writtenOf({ definition, cursor, ids, anchors = [], future }: ModelState): StateContent {
  return {
    definition,
    ...(cursor === undefined ? {} : { timestamp: cursor.timestamp, key: cursor.key }),
    ...(ids === undefined ? {} : { ids }),
    ...(anchors.length === 0 ? {} : { anchors: anchors.map(({ timestamp, key }) => [timestamp, key]) }),
    ...(future.length === 0 ? {} : { future: [...future] }),
  };
}
