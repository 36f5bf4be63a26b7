import type { Dialect } from '../../../warehouse/warehouse.ts';
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
const stageColumns = [
  ...['key', 'spelled', 'model', 'hash', 'shape', 'sent_at', 'person', 'entity'],
  ...['generation', 'action', 'gone', 'merged_into'],
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
  CAST(NULL AS ${text}) AS "gone", CAST(NULL AS ${text}) AS "merged_into" FROM ${delta} AS "delta"`;
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
  CAST(NULL AS ${text}) AS "gone", CAST(NULL AS ${text}) AS "merged_into" FROM ${delta} GROUP BY "key"`;
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
  CASE WHEN "leaves" THEN 'removed' WHEN "gone" = 'moved' THEN "action" END AS "action", CASE WHEN "leaves" THEN 'removed' ELSE "gone" END AS "gone", "merged_into"
FROM (SELECT "base".*, ${leaves} AS "leaves" FROM ${base} AS "base"
LEFT JOIN (SELECT DISTINCT "model" AS "filled" FROM ${delta}) AS "models" ON "filled" = "base"."model"
WHERE NOT EXISTS (SELECT 1 FROM ${delta} AS "delta" WHERE "delta"."key" = "base"."key")) AS "left"`;
}

/**
 * A base that was sent up to a position: the stage's rows as far as they were sent, and what the base before had of the
 * others.
 */
export function partSql(stage: string, base: string | undefined, sent: string): string {
  const done = `SELECT ${list} FROM ${stage} WHERE "action" IS NULL OR ${sent}`;
  if (base === undefined) return done;
  const before = stageColumns.map((name) => `"base"."${name}"`).join(', ');
  return `${done}
UNION ALL
SELECT ${before} FROM ${base} AS "base" INNER JOIN (SELECT "key" AS "stage_key" FROM ${stage} WHERE NOT ("action" IS NULL OR ${sent})) AS "stage" ON "stage_key" = "base"."key"`;
}
