import { z } from 'zod';
import type { ModelPlan } from '../../plan/plan.ts';
import { type Position, positionSchema } from '../../snapshots/position.ts';
import type { Snapshots } from '../../snapshots/snapshots.ts';
import type { StateContent, StreamRead } from '../change-way.ts';
import { foreignState } from '../state.ts';

const contentSchema = z.strictObject({
  base: z.string().regex(/^[0-9a-z]{8,32}$/),
  generation: z.int().nonnegative(),
  position: positionSchema,
  store: z.enum(['warehouse', 'file']),
  /** The recipe of message ids; events only. */
  ids: z.union([z.literal(1), z.literal(2)]).nullish(),
  /** SHA-256 of the models' definitions, by label. */
  models: z.record(z.string(), z.string()),
  /** A hash of all that the rows depend on, as far as the warehouse can tell, and how many keys they had. */
  marks: z.strictObject({ hash: z.string(), keys: z.int().nonnegative() }).nullish(),
});

/** What a state says of a stream's snapshot: which generation of which base was sent, and how far. */
export type SnapshotState = Readonly<z.infer<typeof contentSchema>>;

/** @throws ConnectorError where the content is none of a snapshot */
export function snapshotStateOf(stream: string, content: StateContent): SnapshotState {
  const { data } = contentSchema.safeParse(content);
  if (data === undefined) throw foreignState(stream);
  return data;
}

export const contentOf = (state: SnapshotState): StateContent => ({ ...state });

/** Where a next read would go on. */
export interface Progress {
  readonly generation: number;
  readonly position: Position;
}

/** A stream that is compared with its snapshot. */
export interface SnapshotRead extends StreamRead {
  readonly snapshots: Snapshots;
  readonly state: SnapshotState | undefined;
  readonly models: readonly ModelPlan[];
  /** Which rows a state of another way says were sent, as SQL over a model's rows. */
  readonly alreadySent: (model: ModelPlan) => string | undefined;
}
