import type { DuckDBDataChunk, DuckDBResult } from '@duckdb/node-api';
import { ConnectorError } from '../../../errors/connector-error.ts';
import type { BoundSql, LineBatch, LineOptions, TextRow } from '../../warehouse.ts';
import { UsedBytes } from '../memory.ts';
import type { OpenDatabase } from '../open.ts';
import { guarded, isOutOfMemory } from '../query-error.ts';
import { requireSelect } from '../statements/one-select.ts';
import type { UnderWay } from '../under-way.ts';
import { type CopyFrom, lineRuns } from './line-bytes.ts';

export const asText = (value: unknown): string | null =>
  value === null || value === undefined ? null : String(value);

/**
 * A query that fails midway ends its stream as one that is done: the driver drops the engine's error. So a last
 * row is added to every query, and a stream without it has broken.
 */
const marked = (sql: string): string => `SELECT * FROM (\n${sql}\n) UNION ALL BY NAME SELECT true AS "__end"`;

function textRow(chunk: DuckDBDataChunk, names: readonly string[], row: number): TextRow {
  return Object.fromEntries(
    names.map((name, index) => [name, asText(chunk.getColumnVector(index + 1).getItem(row))]),
  );
}

/** Each run of lines on its own: to join them would only copy them again. */
function batchesOf(
  chunk: DuckDBDataChunk,
  count: number,
  names: readonly string[],
  copyFrom: CopyFrom | undefined,
): LineBatch[] {
  let row = 0;
  const batches = lineRuns(chunk.getColumnVector(0), count, copyFrom).map((lines) => {
    const first = row;
    row += lines.count;
    return { ...lines, first: textRow(chunk, names, first), last: textRow(chunk, names, row - 1) };
  });
  // The engine's memory is out of the garbage collector's sight and would wait for it in vain.
  chunk.reset();
  return batches;
}

interface Stop {
  /** Whether everything has come. */
  readonly finished: boolean;
  readonly last?: TextRow | undefined;
}

/** One chunk ahead of the one given: the engine, which works only when it is asked, then works meanwhile. */
async function* chunksAhead(result: DuckDBResult, underWay: UnderWay): AsyncGenerator<DuckDBDataChunk> {
  let next = underWay.add(result.fetchChunk());
  try {
    for (let chunk = await next; chunk !== null && chunk.rowCount > 0; chunk = await next) {
      next = underWay.add(result.fetchChunk());
      yield chunk;
    }
  } finally {
    // A connection must not be closed under a running fetch.
    await next.catch(() => null);
  }
}

async function* batches(
  result: DuckDBResult,
  { copyFrom, underWay }: OpenDatabase,
): AsyncGenerator<LineBatch, Stop> {
  const names = result.columnNames().slice(1, -1);
  const used = new UsedBytes();
  let last: TextRow | undefined;
  for await (const chunk of chunksAhead(result, underWay)) {
    const rows = chunk.rowCount;
    const finished = chunk.getColumnVector(names.length + 1).getItem(rows - 1) === true;
    const lines = batchesOf(chunk, finished ? rows - 1 : rows, names, copyFrom);
    last = lines.at(-1)?.last ?? last;
    for (const batch of lines) {
      yield batch;
      used.add(batch.bytes.length);
    }
    if (finished) return { finished };
  }
  return { finished: false, last };
}

/** To the end, or to where memory ran out or the stream broke. */
async function* untilItStops(
  database: OpenDatabase,
  { sql, values }: BoundSql,
): AsyncGenerator<LineBatch, Stop> {
  let result: DuckDBResult;
  const text = marked(sql);
  try {
    await requireSelect(database.connection, text);
    result = await database.underWay.add(database.connection.stream(text, [...values]));
  } catch (error) {
    if (isOutOfMemory(error)) return { finished: false };
    return await guarded(() => Promise.reject(error));
  }
  return yield* batches(result, database);
}

/** Asks for the reason that a broken stream does not give; one that was only short of memory has none. */
async function throwReason({ connection }: OpenDatabase, { sql, values }: BoundSql): Promise<void> {
  try {
    await connection.run(`SELECT bit_xor(hash(t)) FROM (\n${sql}\n) t`, [...values]);
  } catch (error) {
    if (!isOutOfMemory(error)) await guarded(() => Promise.reject(error));
  }
}

const stoppedMidway = (): ConnectorError =>
  new ConnectorError(
    'DuckDB stopped reading midway, most likely because memory ran out. Give the connector more memory, or build the model as a table first.',
    { failureType: 'system_error' },
  );

/**
 * The lines of a query, streamed. Where the engine runs out of memory it gets more and the query runs again, from
 * the last row on if some had come: `resume` gives the SQL of the rows from that one on.
 *
 * @throws ConnectorError with the engine's reason, or where it stops midway without `resume`.
 */
export async function* streamLines(
  database: OpenDatabase,
  sql: string,
  { values = [], resume, rows = 0 }: LineOptions = {},
): AsyncGenerator<LineBatch> {
  let rest: BoundSql = { sql, values };
  await guarded(() => database.memory.fit(rows));
  for (;;) {
    const { finished, last } = yield* untilItStops(database, rest);
    if (finished) return;
    await throwReason(database, rest);
    if (!(await database.memory.raise())) throw stoppedMidway();
    if (last === undefined) continue;
    if (resume === undefined) throw stoppedMidway();
    rest = resume(last);
  }
}
