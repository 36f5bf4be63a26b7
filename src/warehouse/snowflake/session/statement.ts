import type { Connection, Column as DriverColumn, RowStatement, StatementOption } from 'snowflake-sdk';
import { ConnectorError } from '../../../errors/connector-error.ts';
import type { Column } from '../../warehouse.ts';
import { onBrokenChunk } from './broken-chunks.ts';
import { type Cells, ChunkText, wantWholeChunks } from './driver-patch.ts';

/** Rows are taken from the stream only: the driver would else hold the whole result in memory. */
const streamed = { streamResult: true, rowMode: 'array' } as const;

/** Runs a statement to the point where its result can be read; rejects with the driver's own error. */
export function execute(
  connection: Connection,
  sqlText: string,
  options: Omit<StatementOption, 'sqlText' | 'complete'> = {},
): Promise<RowStatement> {
  return new Promise((resolve, reject) => {
    connection.execute({
      sqlText,
      ...streamed,
      ...options,
      complete: (error, statement) => (error ? reject(error) : resolve(statement)),
    });
  });
}

/** The result of a statement that has run, with new addresses of its chunks. */
export function fetchAgain(connection: Connection, statement: RowStatement): Promise<RowStatement> {
  return new Promise((resolve, reject) => {
    connection.fetchResult({
      queryId: statement.getQueryId(),
      ...streamed,
      complete: (error, fetched) => (error ? reject(error) : resolve(fetched)),
    });
  });
}

const scaled = /^(TIME|TIMESTAMP_(NTZ|LTZ|TZ))$/;

/** The type as Snowflake's DDL spells it. */
function typeOf(column: DriverColumn): string {
  const type = column.getType().toUpperCase();
  if (type === 'FIXED') return `NUMBER(${column.getPrecision()},${column.getScale()})`;
  if (type === 'REAL') return 'FLOAT';
  if (type === 'TEXT') return 'VARCHAR';
  return scaled.test(type) ? `${type}(${column.getScale()})` : type;
}

export const columnsOf = (statement: RowStatement): Column[] =>
  (statement.getColumns() ?? []).map((column) => ({ name: column.getName(), type: typeOf(column) }));

export const asText = (value: unknown): string | null =>
  value === null || value === undefined ? null : String(value);

/** Rows per group: the unit in which they move on, since a turn of a generator for each costs more than the row. */
const rowsPerGroup = 2000;

/** The rows of a result, in groups, or chunk by chunk where its columns are text and the driver can. */
export async function* resultOf(
  statement: RowStatement,
  start = 0,
): AsyncGenerator<ChunkText | readonly Cells[]> {
  wantWholeChunks(statement);
  let group: Cells[] = [];
  const rows = statement.streamRows({ start });
  onBrokenChunk(statement, (error) => rows.destroy(error));
  for await (const row of rows) {
    if (row[0] instanceof ChunkText) {
      yield row[0];
      continue;
    }
    group.push(row);
    if (group.length < rowsPerGroup) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

/**
 * The server says beforehand how many rows there are: a stream that ends early is an error, never a short
 * result that looks whole.
 */
export function requireAll(statement: RowStatement, count: number): void {
  const announced = statement.getNumRows();
  if (count === announced) return;
  throw new ConnectorError(
    `Reading from Snowflake stopped midway: the result has ${announced} rows, but ${count} arrived. Run it again: it continues from the last state.`,
    { failureType: 'transient_error' },
  );
}
