import { z } from 'zod';

/**
 * The account of a run: what both ends do and find, as values. Everything that is told of a run is made of it: the
 * closing table, progress, the log lines of `write` and the line of JSON, whose form {@link runSummary} is.
 */

const count = z.int().nonnegative();
const countByName = z.record(z.string(), count);

/** How a run ended: README.md, "Exit codes". */
const ending = z.enum(['complete', 'rejected', 'interrupted', 'failed']);

/** Rejects that have one reason in one field. */
const rejectKind = z.strictObject({
  reason: z.string(),
  field: z
    .string()
    .describe('Customer.io’s name of the field; empty if the reason concerns no single field.'),
  count,
  example: z.string().nullable().describe('The key of the first such record; null if it has none.'),
});

const deliveryOfStream = z.strictObject({
  stream: z.string().describe('Its name; empty for records whose line was too long to say.'),
  read: count,
  delivered: count.describe(
    'Rows that Customer.io has accepted. In a sync, those that the state covers: after a sync that failed or was stopped, Customer.io may have accepted more, which the next sync sends again.',
  ),
  rejected: count,
  rejected_by: z.array(rejectKind).max(100).describe('Why, most common reason first.'),
  truncated: countByName.describe('Values that were shortened to Customer.io’s limit, by attribute.'),
  trimmed: countByName.describe('Identifiers whose surrounding white space was removed, by column.'),
  removed: count.describe('Removed rows that were sent to remove or to mark what they stood for.'),
  merged: count.describe('Removed people who were sent to be merged into others.'),
});

const mayBeUnknown = count.nullable();

/** Rows, against what was sent before; null where the way in which the stream is read does not know. */
const changeCounts = z.strictObject({
  added: mayBeUnknown,
  changed: mayBeUnknown,
  removed: mayBeUnknown,
  moved: mayBeUnknown.describe('People who became another person.'),
  unchanged: mayBeUnknown,
});

const streamOfRun = z.strictObject({
  ...deliveryOfStream.shape,
  changes: changeCounts
    .nullable()
    .describe(
      'What the source found to be different since the last sync; null if it does not compare, and in a write.',
    ),
  findings: z.array(z.string()).describe('What the source found wrong with the stream, by code.'),
  seconds: z
    .number()
    .nonnegative()
    .nullable()
    .describe(
      'From its first row to its last; null in a write, which may have the rows of all streams mixed.',
    ),
});

const traffic = z.strictObject({
  requests: count.describe('Requests sent to Customer.io, including retries.'),
  retries: countByName.describe('By what made them necessary, such as "HTTP 429".'),
  bytes: count.describe('Bytes of the bodies sent.'),
});

/** One line of JSON that tells a program of a run: `sync` prints it, and it is the last log line of `write`. */
export const runSummary = z.strictObject({
  run_id: z.uuid(),
  version: z.string().describe('Of the program.'),
  started_at: z.iso.datetime(),
  ended: ending,
  seconds: z.number().nonnegative(),
  streams: z.array(streamOfRun).describe('In the order in which they are sent.'),
  ...traffic.shape,
  errors: z.array(z.string()).describe('What went wrong, in words for people.'),
  state: z.string().nullable().describe('The state file of a sync; null in a write, or if none was named.'),
  rejects: z
    .string()
    .nullable()
    .describe(
      'Where this run’s rejects are: a file, an address in a bucket, or "log"; null if nothing was rejected.',
    ),
});

/** The JSON Schema of {@link runSummary}, which stands in docs/summary.schema.json. */
export function summarySchema(): Record<string, unknown> {
  return {
    title: 'The account of a run',
    description:
      'One line of JSON: `sync` prints it on standard output, and it is the last log line of `write`.',
    ...z.toJSONSchema(runSummary),
  };
}

export type Ending = z.infer<typeof ending>;
export type RejectKind = z.infer<typeof rejectKind>;
export type ChangeCounts = Readonly<z.infer<typeof changeCounts>>;
export type StreamDelivery = Readonly<z.infer<typeof deliveryOfStream>>;
export type StreamOfRun = Readonly<z.infer<typeof streamOfRun>>;
export type RunSummary = Readonly<z.infer<typeof runSummary>>;

/** In the order in which they are told. */
export const changeNames = [
  'added',
  'changed',
  'removed',
  'moved',
  'unchanged',
] as const satisfies readonly (keyof ChangeCounts)[];

/** What a destination has done so far. */
export interface DeliveryAccount extends Readonly<z.infer<typeof traffic>> {
  readonly streams: readonly StreamDelivery[];
  /** Requests that wait for their answer. */
  readonly inFlight: number;
  readonly rejects: string | null;
}

/** What had become of a run's records at one moment. */
export interface Sample {
  /** Since the run began. */
  readonly seconds: number;
  readonly delivered: number;
  readonly rejected: number;
}

/** A run as it stands, and how it went until now: at most {@link mostSamples}, of the latest past in more detail. */
export interface RunAccount extends RunSummary {
  readonly series: readonly Sample[];
}

export const mostSamples = 240;
