import type { RecordLines } from '../../../protocol/connector.ts';
import {
  mergedIntoColumn,
  removedAtColumn,
  type StreamContract,
  unsetColumn,
} from '../../../streams/contract.ts';
import type { BoundSql, Dialect, LineBatch, ObjectField, TextRow } from '../../../warehouse/warehouse.ts';
import { type Position, rowsAfter } from '../../snapshots/position.ts';
import type { Snapshots } from '../../snapshots/snapshots.ts';
import { separator } from './row-sql.ts';

/** What a read has found, and where it lies. */
export interface Findings {
  readonly contract: StreamContract;
  /** SQL of tables. */
  readonly delta: string;
  readonly stage: string;
  /** The generation that the base had. */
  readonly promoted: number;
  /** The start of the read, `YYYY-MM-DDTHH:MM:SS.fff` in UTC. */
  readonly start: string;
}

/** A place in what is given where a run may stop. */
export interface Reached {
  readonly type: 'REACHED';
  readonly position: Position;
}

const rowsBetweenCheckpoints = 10_000;

/** The lines of the rows that are new or have changed, in the order of time and key. */
export async function* changedRows(
  { engine }: Snapshots,
  { contract, delta }: Findings,
  rows: number,
): AsyncGenerator<RecordLines | Reached> {
  const { dialect } = engine;
  const select = (condition: string): BoundSql => ({
    sql: `SELECT "line", ${dialect.time.print('"sent_at"')} AS "ts", "key" FROM ${delta} WHERE "action" IS NOT NULL AND ${condition}
ORDER BY "sent_at" ASC NULLS FIRST, "key" ASC, "at" ASC NULLS FIRST, "model" ASC`,
    values: [],
  });
  const resume = (last: TextRow): BoundSql =>
    select(rowsAfter(dialect, { timestamp: last.ts ?? null, key: last.key ?? '' }, true).sql);
  const batches = engine.lines(select('TRUE').sql, { rows, resume });
  yield* withCheckpoints(contract.name, batches, (row) => ({
    phase: 'rows',
    timestamp: row.ts ?? null,
    key: row.key ?? '',
  }));
}

/** Never between two rows of one key: it is sent as a whole. */
async function* withCheckpoints(
  stream: string,
  batches: AsyncIterable<LineBatch>,
  positionOf: (row: TextRow) => Position,
): AsyncGenerator<RecordLines | Reached> {
  let last: TextRow | undefined;
  let rows = 0;
  for await (const batch of batches) {
    if (last !== undefined && rows >= rowsBetweenCheckpoints && last.key !== batch.first.key) {
      yield { type: 'REACHED', position: positionOf(last) };
      rows = 0;
    }
    yield { type: 'RECORD_LINES', stream, lines: batch.bytes, count: batch.count };
    last = batch.last;
    rows += batch.count;
  }
}

/** The parts of a key that name what was removed, by column. Someone known by an anonymous id alone has none. */
function keyFields(dialect: Dialect, { primaryKey }: StreamContract): ObjectField[] {
  return primaryKey.map((name, index) => ({
    name,
    sql: dialect.snapshot.json(
      `SPLIT_PART(COALESCE("stage"."spelled", "stage"."key"), ${separator}, ${index + 1})`,
    ),
  }));
}

function removalFields(dialect: Dialect, { contract, start }: Findings): ObjectField[] {
  const at = dialect.quoteString(`"${start}Z"`);
  return [
    ...keyFields(dialect, contract),
    { name: contract.cursor, sql: at },
    { name: removedAtColumn, sql: at },
  ];
}

const prefixOf = ({ contract, start }: Findings): string =>
  `{"type":"RECORD","record":{"stream":"${contract.name}","emitted_at":${Date.parse(`${start}Z`)},"data":`;

/** The removals: rows that were sent and are gone, each by its key. */
export async function* removedRows(
  { engine }: Snapshots,
  findings: Findings,
): AsyncGenerator<RecordLines | Reached> {
  const { dialect } = engine;
  const line = dialect.json.line(prefixOf(findings), removalFields(dialect, findings), '}}');
  const select = (condition: string): BoundSql => ({
    sql: `SELECT ${line} AS "line", "key" FROM ${findings.stage} AS "stage" WHERE "action" = 'removed' AND "generation" > ${findings.promoted}
AND SPLIT_PART("key", ${separator}, 1) <> '' AND ${condition} ORDER BY "key"`,
    values: [],
  });
  const batches = engine.lines(select('TRUE').sql, {
    resume: (last) => select(`"key" >= ${dialect.quoteString(last.key ?? '')}`),
  });
  yield* withCheckpoints(findings.contract.name, batches, (row) => ({
    phase: 'removals',
    key: row.key ?? '',
  }));
}

/** What people who have become others had: a merge would give it to whom they have become, whose row says all. */
export async function* bereftRows({ engine }: Snapshots, findings: Findings): AsyncGenerator<RecordLines> {
  const { dialect } = engine;
  const { contract, stage, promoted, start } = findings;
  const fields = [
    ...keyFields(dialect, contract),
    { name: contract.cursor, sql: dialect.quoteString(`"${start}Z"`) },
    { name: unsetColumn, sql: '"lost"' },
  ];
  const line = dialect.json.line(prefixOf(findings), fields, '}}');
  // All of them: what the other one has, an empty text too, a merge would not give.
  const lost = dialect.snapshot.lost('"gone"."shape"', `''`);
  const sql = `SELECT ${line} AS "line", "stage"."key" AS "key" FROM (SELECT "gone"."key", "gone"."spelled", ${lost} AS "lost" FROM ${stage} AS "gone"
INNER JOIN ${stage} AS "target" ON "target"."key" = "gone"."merged_into" AND "target"."gone" IS NULL
WHERE "gone"."action" = 'moved' AND "gone"."generation" > ${promoted}) AS "stage" WHERE "lost" <> '[]'`;
  for await (const { bytes, count } of engine.lines(sql)) {
    yield { type: 'RECORD_LINES', stream: contract.name, lines: bytes, count };
  }
}

/**
 * Those who have become others: of this read, and once more of the one before, since a merge may come before the
 * person whom it merges into.
 */
export async function* movedRows(
  { engine }: Snapshots,
  findings: Findings,
): AsyncGenerator<RecordLines | Reached> {
  const { dialect } = engine;
  const { stage, promoted } = findings;
  const into = dialect.snapshot.json('COALESCE("target"."spelled", "target"."key")');
  const fields = [...removalFields(dialect, findings), { name: mergedIntoColumn, sql: into }];
  const line = dialect.json.line(prefixOf(findings), fields, '}}');
  const select = (condition: string): BoundSql => ({
    sql: `SELECT ${line} AS "line", "stage"."key" AS "key" FROM ${stage} AS "stage"
INNER JOIN ${stage} AS "target" ON "target"."key" = "stage"."merged_into" AND "target"."gone" IS NULL
WHERE "stage"."action" = 'moved' AND "stage"."generation" >= ${promoted} AND ${condition} ORDER BY "stage"."key"`,
    values: [],
  });
  const resume = (last: TextRow): BoundSql =>
    select(`"stage"."key" >= ${dialect.quoteString(last.key ?? '')}`);
  const batches = engine.lines(select('TRUE').sql, { resume });
  yield* withCheckpoints(findings.contract.name, batches, (row) => ({ phase: 'moves', key: row.key ?? '' }));
}
