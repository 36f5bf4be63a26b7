import type { StreamContract } from '../streams/contract.ts';
import type { Cursor } from './changes/state.ts';
import { currentIdRecipe, eventIdentity, type IdRecipe, textOf } from './event-identity.ts';
import type { ModelPlan } from './plan.ts';
import type { Dialect, JsonField } from './warehouse/warehouse.ts';

/** The SQL that turns a model's rows into record lines, and picks which of them to send. */
export interface RecordQuery {
  /** Counts of a read before it begins: `present`, `undated` and `ahead`, as text. */
  survey(rows: RowRange): string;
  /** Hashes of the rows that lie ahead of the read's start. */
  hashes(rows: RowRange, limit: number): string;
  /** Finished lines with `ts` and `key`, in the order of the cursor. */
  lines(rows: RowRange, emittedAt: number): string;
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

const ts = '"__timestamp"';
const key = '"__key"';

export interface NamedField extends JsonField {
  readonly name: string;
}

/** The record's fields in the model's order; events get their message id. */
export function recordFields(dialect: Dialect, contract: StreamContract, model: ModelPlan): NamedField[] {
  const row = rowName(dialect, contract, model);
  const fields = model.columns.map((column) =>
    asObject({ name: column.name, ...dialect.jsonField(column, row) }),
  );
  if (contract.name !== 'events') return fields;
  const others = fields.filter((field) => field.name !== 'messageId');
  // The row's key is its message id. A ULID is letters and digits: quotes make it JSON.
  const sql = `concat('"', ${key}, '"')`;
  return [{ name: 'messageId', schema: { type: 'string' }, sql }, ...others];
}

/** An event's id: its time, and a hash of what tells it from others. */
function messageId(
  dialect: Dialect,
  model: ModelPlan,
  fields: readonly NamedField[],
  recipe: IdRecipe,
): string {
  const others = fields.filter((field) => field.name !== 'messageId');
  return dialect.ulid(timestampOf(dialect, model), eventIdentity(dialect, model, others, recipe));
}

/** A JSON column may hold anything; relationship attributes are an object by contract. */
function asObject(field: NamedField): NamedField {
  const { type } = field.schema;
  const open = Array.isArray(type) && type.includes('object');
  return open && field.name === 'relationshipAttributes'
    ? { ...field, schema: { type: ['null', 'object'] } }
    : field;
}

function timestampOf(dialect: Dialect, { columns }: ModelPlan): string {
  const type = columns.find(({ name }) => name === 'timestamp')?.type ?? '';
  return dialect.utcTimestamp(dialect.quoteIdentifier('timestamp'), type);
}

const columnsAmong = (model: ModelPlan, names: readonly string[]): string[] =>
  names.filter((name) => model.columns.some((column) => column.name === name));

/** SQL that names a row to a person, from columns that every row of the stream has. */
function rowName(dialect: Dialect, contract: StreamContract, model: ModelPlan): string {
  return textOf(dialect, columnsAmong(model, [...contract.required, ...contract.optional]));
}

function keyOf(
  dialect: Dialect,
  contract: StreamContract,
  model: ModelPlan,
  fields: readonly NamedField[],
  recipe: IdRecipe,
): string {
  if (contract.name === 'events') return messageId(dialect, model, fields, recipe);
  return textOf(dialect, columnsAmong(model, [...contract.primaryKey, 'anonymousId']));
}

function afterCursor(dialect: Dialect, { after, inclusive, lookbackFrom }: RowRange): string {
  if (after === undefined) return 'TRUE';
  const beyond = `${key} ${inclusive === true ? '>=' : '>'} ${dialect.quoteString(after.key)}`;
  if (after.timestamp === null) return `(${ts} IS NOT NULL OR ${beyond})`;
  if (lookbackFrom !== undefined) return `${ts} > ${dialect.timestampLiteral(lookbackFrom)}`;
  const at = dialect.timestampLiteral(after.timestamp);
  return `(${ts} > ${at} OR (${ts} = ${at} AND ${beyond}))`;
}

function partOf(dialect: Dialect, { part, start }: RowRange): string {
  const at = dialect.timestampLiteral(start);
  if (part === 'all') return 'TRUE';
  return part === 'present' ? `(${ts} IS NULL OR ${ts} <= ${at})` : `${ts} > ${at}`;
}

/**
 * The rows of a range, in the cursor's order. Where an inner order holds, the lines are made above the sort,
 * which then carries the row's columns instead of a text that is longer than they are.
 */
function inOrder(dialect: Dialect, where: string, { part }: RowRange): string {
  if (part === 'all') return `"__rows" WHERE ${where}`;
  const ordered = `"__rows" WHERE ${where} ORDER BY ${ts} ASC NULLS FIRST, ${key} ASC`;
  return dialect.keepsInnerOrder ? `(SELECT * FROM ${ordered})` : ordered;
}

/** Builds the queries of one model. The model's own text stands first and untouched, so that errors in it read well. */
export function recordQuery(
  dialect: Dialect,
  contract: StreamContract,
  model: ModelPlan,
  recipe: IdRecipe = currentIdRecipe,
): RecordQuery {
  const fields = recordFields(dialect, contract, model);
  const json = dialect.jsonObject(fields);
  const hash = `SUBSTR(MD5(CAST(${json} AS VARCHAR)), 1, 16)`;
  const rows = `WITH "__model" AS (\n${model.compiled.sql}\n), "__rows" AS (
  SELECT *, ${timestampOf(dialect, model)} AS ${ts}, ${keyOf(dialect, contract, model, fields, recipe)} AS ${key} FROM "__model"
)`;
  const except = (hashes: readonly string[]): string =>
    hashes.length === 0 ? 'TRUE' : `${hash} NOT IN (${hashes.map((h) => dialect.quoteString(h)).join(', ')})`;
  const where = (range: RowRange): string =>
    [afterCursor(dialect, range), partOf(dialect, range), except(range.exceptHashes)]
      .filter((condition) => condition !== 'TRUE')
      .join(' AND ') || 'TRUE';
  return {
    survey: (range) => `${rows}
SELECT COUNT(CASE WHEN ${partOf(dialect, { ...range, part: 'present' })} THEN 1 END) AS "present",
  COUNT(CASE WHEN ${ts} IS NULL THEN 1 END) AS "undated",
  COUNT(CASE WHEN ${partOf(dialect, { ...range, part: 'ahead' })} THEN 1 END) AS "ahead"
FROM "__rows" WHERE ${afterCursor(dialect, range)}`,
    hashes: (range, limit) => `${rows}
SELECT ${hash} AS "hash" FROM "__rows" WHERE ${where(range)} ORDER BY ${ts} LIMIT ${limit}`,
    lines: (range, emittedAt) => `${rows}
SELECT ${dialect.line(`{"type":"RECORD","record":{"stream":"${contract.name}","emitted_at":${emittedAt},"data":`, fields, '}}')} AS "line",
  ${dialect.timestampText(ts)} AS "ts", ${key} AS "key"
FROM ${inOrder(dialect, where(range), range)}`,
  };
}
