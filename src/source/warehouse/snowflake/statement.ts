import type { Connection, Column as DriverColumn, RowStatement, StatementOption } from 'snowflake-sdk';
import { ConnectorError } from '../../../protocol/connector-error.ts';
import type { Column } from '../warehouse.ts';
import { ChunkText, type TextCells, wantWholeChunks } from './whole-chunks.ts';

/** Runs a statement to the point where its result can be read; rejects with the driver's own error. */
export function execute(
  connection: Connection,
  sqlText: string,
  options: Omit<StatementOption, 'sqlText' | 'complete'> = {},
): Promise<RowStatement> {
  return new Promise((resolve, reject) => {
    connection.execute({
      sqlText,
      // Rows are taken from the stream only: the driver would else hold the whole result in memory.
      streamResult: true,
      rowMode: 'array',
      ...options,
      complete: (error, statement) => (error ? reject(error) : resolve(statement)),
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

const asText = (value: unknown): string | null =>
  value === null || value === undefined ? null : String(value);

/** The rows of a result whose columns are text: one by one, or chunk by chunk where the driver can. */
export async function* resultOf(statement: RowStatement): AsyncGenerator<ChunkText | TextCells> {
  wantWholeChunks(statement);
  for await (const row of statement.streamRows()) {
    const [first] = row;
    yield first instanceof ChunkText ? first : row.map(asText);
  }
}

/**
 * The server says beforehand how many rows there are: a stream that ends early is an error, never a short
 * result that looks whole.
 */
export function requireAll(statement: RowStatement, count: number): void {
  const announced = statement.getNumRows();
  if (count === announced) return;
  throw new ConnectorError(
    `Reading from Snowflake stopped midway: the result has ${announced} rows, but ${count} arrived. Run it again: it goes on from the last state.`,
    { failureType: 'transient_error' },
  );
}

/** All rows of a small result. */
export async function allTextCells(statement: RowStatement): Promise<TextCells[]> {
  const all: TextCells[] = [];
  for await (const part of resultOf(statement)) {
    all.push(...(part instanceof ChunkText ? part.rows() : [part]));
  }
  requireAll(statement, all.length);
  return all;
}
