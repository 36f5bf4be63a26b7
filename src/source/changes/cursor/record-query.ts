import type { StreamContract } from '../../../streams/contract.ts';
import type { BoundSql, Dialect } from '../../../warehouse/warehouse.ts';
import type { ModelPlan } from '../../plan/plan.ts';
import { currentIdRecipe, type IdRecipe } from '../../record-line/event-identity.ts';
import {
  cursorOf,
  keyOf,
  ownNames,
  recordFields,
  sentFields,
  timestampType,
} from '../../record-line/record-fields.ts';
import { type Anchor, anyAnchor, unchangedAnchor } from './anchors.ts';
import type { Cursor, Rows } from './cursor.ts';

/** The SQL that turns a model's rows into record lines, and picks which of them to send. */
export interface RecordQuery {
  /** Counts of a read before it begins: `present`, `undated` and `ahead`, and the unchanged anchors (`known`), as text. */
  survey(rows: RowRange, anchors?: readonly Anchor[]): BoundSql;
  /** Counts of another warehouse: anchors that it has (`known`), and rows that the cursor passes over (`behind`). */
  strangers(rows: RowRange, anchors: readonly Anchor[]): BoundSql;
  /** Hashes of the rows that lie ahead of the read's start. */
  hashes(rows: RowRange, limit: number): BoundSql;
  /** Finished lines with `ts` and `key`, in the order of the cursor. */
  lines(rows: RowRange, emittedAt: number): BoundSql;
}

/** Which rows: strictly after a cursor, up to the start of the read or beyond it, less those known. */
export interface RowRange {
  readonly after?: Cursor | undefined;
  /** Take the rows at the cursor too: a read that begins again midway does not know which of them it has sent. */
  readonly inclusive?: boolean;
  /** Take rows from this long before the cursor on: late rows. */
  readonly lookbackFrom?: string | undefined;
  /** The start of the read, `YYYY-MM-DDTHH:MM:SS.fff` in UTC. */
  readonly start: string;
  readonly part: 'present' | 'ahead' | 'all';
  readonly exceptHashes: readonly string[];
}

const bound = (sql: string, ...values: readonly string[]): BoundSql => ({ sql, values });

/** The cursor's values come from rows, and may hold any character: they are bound. */
function afterCursor(rows: Rows, { after, inclusive, lookbackFrom }: RowRange): BoundSql {
  const { dialect, ts, key } = rows;
  if (after === undefined) return bound('TRUE');
  const beyond = `${key} ${inclusive === true ? '>=' : '>'} ?`;
  if (after.timestamp === null) return bound(`(${ts} IS NOT NULL OR ${beyond})`, after.key);
  if (lookbackFrom !== undefined) return bound(`${ts} > ${dialect.time.literal(lookbackFrom)}`);
  const at = dialect.time.bound(rows.timestampType);
  const time = after.timestamp.replace('T', ' ');
  return bound(`(${ts} > ${at} OR (${ts} = ${at} AND ${beyond}))`, time, time, after.key);
}

function partOf({ dialect, ts }: Rows, { part, start }: RowRange): string {
  const at = dialect.time.literal(start);
  if (part === 'all') return 'TRUE';
  return part === 'present' ? `(${ts} IS NULL OR ${ts} <= ${at})` : `${ts} > ${at}`;
}

const isHash = (text: string): boolean => /^[0-9a-f]{16}$/.test(text);

/** A hash that is none matches no row. */
function exceptHashes({ dialect }: Rows, hash: string, hashes: readonly string[]): string {
  const known = hashes.filter(isHash);
  return known.length === 0
    ? 'TRUE'
    : `${hash} NOT IN (${known.map((h) => dialect.quoteString(h)).join(', ')})`;
}

/** Conditions that all must hold. The first of them may be bound. */
function every({ sql, values }: BoundSql, ...others: readonly string[]): BoundSql {
  const conditions = [sql, ...others].filter((condition) => condition !== 'TRUE');
  return { sql: conditions.join(' AND ') || 'TRUE', values };
}

/**
 * The rows of a range, in the cursor's order. Where an inner order holds, the lines are made above the sort,
 * which then carries the row's columns instead of a text that is longer than they are.
 */
function inOrder({ dialect, rows, ts, key }: Rows, where: string, { part }: RowRange): string {
  if (part === 'all') return `${rows} WHERE ${where}`;
  const ordered = `${rows} WHERE ${where} ORDER BY ${ts} ASC NULLS FIRST, ${key} ASC`;
  return dialect.query.keepsInnerOrder ? `(SELECT * FROM ${ordered})` : ordered;
}

/** Builds the queries of one model. The model's own text stands first and untouched, so that errors in it read well. */
export function recordQuery(
  dialect: Dialect,
  contract: StreamContract,
  model: ModelPlan,
  recipe: IdRecipe = currentIdRecipe,
): RecordQuery {
  const fields = recordFields(dialect, contract, model);
  const own: Rows = { ...ownNames(dialect, model), dialect, timestampType: timestampType(model) };
  const { ts, key } = own;
  const sent = sentFields(contract, model, fields);
  const hash = dialect.text.hash(dialect.text.cast(dialect.json.object(sent)));
  const rows = `WITH ${own.model} AS (\n${model.compiled.sql}\n), ${own.rows} AS (
  SELECT *, ${cursorOf(dialect, model)} AS ${ts}, ${keyOf(dialect, contract, model, fields, recipe)} AS ${key} FROM ${own.model}
)`;
  const where = (range: RowRange): BoundSql =>
    every(afterCursor(own, range), partOf(own, range), exceptHashes(own, hash, range.exceptHashes));
  return {
    survey: (range, anchors = []) => {
      const after = afterCursor(own, range);
      const known = unchangedAnchor(own, anchors);
      // Without anchors all rows are after the cursor.
      const only = anchors.length === 0 ? bound('TRUE') : after;
      const sql = `${rows}
SELECT COUNT(CASE WHEN ${only.sql} AND ${partOf(own, { ...range, part: 'present' })} THEN 1 END) AS "present",
  COUNT(CASE WHEN ${only.sql} AND ${ts} IS NULL THEN 1 END) AS "undated",
  COUNT(CASE WHEN ${only.sql} AND ${partOf(own, { ...range, part: 'ahead' })} THEN 1 END) AS "ahead",
  COUNT(CASE WHEN ${known.sql} THEN 1 END) AS "known"
FROM ${own.rows} WHERE ${after.sql} OR ${known.sql}`;
      return { sql, values: [only, only, only, known, after, known].flatMap(({ values }) => values) };
    },
    strangers: (range, anchors) => {
      const known = anyAnchor(own, anchors);
      const after = afterCursor(own, range);
      const sql = `${rows}
SELECT COUNT(CASE WHEN ${known.sql} THEN 1 END) AS "known",
  COUNT(CASE WHEN ${after.sql} THEN NULL ELSE 1 END) AS "behind"
FROM ${own.rows}`;
      return { sql, values: [...known.values, ...after.values] };
    },
    hashes: (range, limit) => {
      const { sql, values } = where(range);
      const from = `FROM ${own.rows} WHERE ${sql} ORDER BY ${ts} LIMIT ${limit}`;
      return { sql: `${rows}\nSELECT ${hash} AS "hash" ${from}`, values };
    },
    lines: (range, emittedAt) => {
      const { sql, values } = where(range);
      const prefix = `{"type":"RECORD","record":{"stream":"${contract.name}","emitted_at":${emittedAt},"data":`;
      return {
        sql: `${rows}
SELECT ${dialect.json.line(prefix, sent, '}}')} AS "line",
  ${dialect.time.print(ts)} AS "ts", ${key} AS "key"
FROM ${inOrder(own, sql, range)}`,
        values,
      };
    },
  };
}
