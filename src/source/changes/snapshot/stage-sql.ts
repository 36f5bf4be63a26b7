import type { Dialect } from '../../../warehouse/warehouse.ts';
import { isSampled } from './hints.ts';
import { separator } from './row-sql.ts';

/** What a stage is made of. */
export interface StageParts {
  readonly dialect: Dialect;
  readonly isEvents: boolean;
  /** SQL of the table of all rows of this read. */
  readonly delta: string;
  readonly base: string | undefined;
  readonly generation: number;
  /** The start of the read, `YYYY-MM-DDTHH:MM:SS.fff` in UTC. */
  readonly start: string;
  /** The labels of the models that fill the stream. */
  readonly labels: readonly string[];
  readonly hasRepeats: boolean;
}

/** The columns of a base and of a stage, in their order. */
export const stageColumns = [
  ...['key', 'spelled', 'model', 'hash', 'shape', 'sent_at', 'person', 'entity'],
  ...['generation', 'action', 'gone', 'merged_into', 'sample'],
] as const;

const list = stageColumns.map((name) => `"${name}"`).join(', ');

/** Every row that is there now, and every one that was ever sent: what the base is once all of it was sent. */
export function stageSql(parts: StageParts): string {
  const now = parts.hasRepeats ? perKey(parts) : onePerKey(parts);
  return parts.base === undefined ? now : `${now}\nUNION ALL\n${notThere(parts, parts.base)}`;
}

/** The persons who have an event, each closed by a separator on both sides. */
const holder = `${separator} || "person" || CASE WHEN "person" = '' THEN '' ELSE ${separator} END`;

function onePerKey({ dialect, isEvents, delta, generation }: StageParts): string {
  const { text } = dialect.types.made;
  const person = isEvents ? holders : '"person"';
  return `SELECT "key", "spelled", "model", "hash", "shape", "sent_at", ${person} AS "person", "entity",
  CASE WHEN "action" IS NULL THEN NULL ELSE ${generation} END AS "generation", "action",
  CAST(NULL AS ${text}) AS "gone", CAST(NULL AS ${text}) AS "merged_into",
  CASE WHEN "action" IS NULL OR ${isSampled(dialect, delta)} THEN "sample" END AS "sample" FROM ${delta} AS "delta"`;
}

/** Those who had the event, and the one whose it is now where that is another. */
const holders = `CASE WHEN "held" IS NULL THEN ${holder} WHEN "action" IS NULL THEN "held" ELSE "held" || "person" || ${separator} END`;

function perKey({ dialect, isEvents, delta, generation }: StageParts): string {
  const { text } = dialect.types.made;
  const newer = `CASE WHEN "held" IS NOT NULL AND "action" IS NULL THEN '' ELSE ${holder} END`;
  const all = `COALESCE(MAX("held"), '') || ${dialect.snapshot.joined(newer)}`;
  const person = isEvents ? all : 'MIN("person")';
  return `SELECT "key", MIN("spelled") AS "spelled", MIN("model") AS "model", MIN("hash") AS "hash", MIN("shape") AS "shape",
  MAX("sent_at") AS "sent_at", ${person} AS "person", MIN("entity") AS "entity",
  CASE WHEN MIN("action") IS NULL THEN NULL ELSE ${generation} END AS "generation", MIN("action") AS "action",
  CAST(NULL AS ${text}) AS "gone", CAST(NULL AS ${text}) AS "merged_into", CAST(NULL AS ${text}) AS "sample" FROM ${delta} GROUP BY "key"`;
}

/**
 * Rows that were sent and are not there now. Those of a model that gives no row at all are kept as they are: an empty
 * model is a build that failed more often than a warehouse without people. Events cannot be taken back. A removal is
 * dated by the read, and may be a mark: who comes back must not be dated earlier.
 */
function notThere(parts: StageParts, base: string): string {
  const { dialect, isEvents, delta, generation, labels, start } = parts;
  const names = labels.map((label) => dialect.quoteString(label)).join(', ');
  // Snowflake takes IN and EXISTS with a query in a WHERE alone.
  const empty = `("base"."model" IN (${names}) AND "filled" IS NULL) OR (SELECT COUNT(*) FROM ${delta}) = 0`;
  const leaves = isEvents ? 'FALSE' : `"base"."gone" IS NULL AND NOT (${names === '' ? 'TRUE' : empty})`;
  // A removal is dated by its read: should the row come back, it must not be older than that.
  const sentAt = `CASE WHEN "leaves" THEN ${dialect.time.literal(start)} ELSE "sent_at" END`;
  return `SELECT "key", "spelled", "model", "hash", "shape", ${sentAt} AS "sent_at", "person", "entity",
  CASE WHEN "leaves" THEN ${generation} ELSE "generation" END AS "generation",
  CASE WHEN "leaves" THEN 'removed' WHEN "gone" = 'moved' THEN "action" END AS "action", CASE WHEN "leaves" THEN 'removed' ELSE "gone" END AS "gone", "merged_into", "sample"
FROM (SELECT "base".*, ${leaves} AS "leaves" FROM ${base} AS "base"
LEFT JOIN (SELECT DISTINCT "model" AS "filled" FROM ${delta}) AS "models" ON "filled" = "base"."model"
WHERE NOT EXISTS (SELECT 1 FROM ${delta} AS "delta" WHERE "delta"."key" = "base"."key")) AS "left"`;
}

/** What a stage that was not sent to its end becomes, together with the base before it. */
export interface UnsettledParts {
  readonly dialect: Dialect;
  readonly isEvents: boolean;
  /** SQL of the tables. */
  readonly stage: string;
  readonly base: string | undefined;
  /** SQL of whether a row of the stage was sent for certain. */
  readonly sent: string;
}

/**
 * The rows of a stage as far as they were sent. The others may have been sent: the state may have been lost behind them.
 * They count as there, with the attributes that they may have set, and without a hash, so that they are sent again.
 */
export function unsettledSql({ dialect, isEvents, stage, base, sent }: UnsettledParts): string {
  const { text, timestamp } = dialect.types.made;
  const before = (name: string, type: string): string =>
    base === undefined ? `CAST(NULL AS ${type})` : `"base"."${name}"`;
  const was = (name: string): string => before(name, text);
  const either = (name: string): string => `COALESCE(${was(name)}, "stage"."${name}")`;
  const isNew = `${was('key')} IS NULL`;
  const isSet = `CASE WHEN "stage"."action" IN ('added', 'changed') THEN "stage"."shape" ELSE '' END`;
  const sentAt = before('sent_at', timestamp);
  const gone = isEvents
    ? `CASE WHEN ${isNew} THEN 'maybe' ELSE ${was('gone')} END`
    : `CASE WHEN "stage"."action" = 'added' THEN NULL ELSE ${was('gone')} END`;
  const columns: Readonly<Record<(typeof stageColumns)[number], string>> = {
    key: '"stage"."key"',
    spelled: either('spelled'),
    model: either('model'),
    hash: 'NULL',
    shape: `COALESCE(${was('shape')}, '') || ${isSet}`,
    sent_at: `COALESCE(GREATEST(${sentAt}, "stage"."sent_at"), ${sentAt}, "stage"."sent_at")`,
    person: either('person'),
    entity: either('entity'),
    generation: base === undefined ? 'NULL' : '"base"."generation"',
    action: was('action'),
    gone,
    merged_into: was('merged_into'),
    sample: `CAST(NULL AS ${text})`,
  };
  const unsettled = stageColumns.map((name) => `${columns[name]} AS "${name}"`).join(', ');
  const join = base === undefined ? '' : ` LEFT JOIN ${base} AS "base" ON "base"."key" = "stage"."key"`;
  return `SELECT ${list} FROM ${stage} WHERE "action" IS NULL OR ${sent}
UNION ALL
SELECT ${unsettled} FROM (SELECT * FROM ${stage} WHERE NOT ("action" IS NULL OR ${sent})) AS "stage"${join}`;
}
