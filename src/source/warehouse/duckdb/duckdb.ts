import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api';
import { ConnectorError, configError, messageOf } from '../../../protocol/connector-error.ts';
import type { Column, LineBatch, Relation, TextRow, Warehouse } from '../warehouse.ts';
import { duckdbDialect } from './dialect.ts';
import { errorMarker } from './json-field.ts';
import { type DuckdbConfig, type OpenDatabase, openDuckdb } from './open.ts';

/** DuckDB's own texts are good: the first line says what and where; the rest is the SQL. */
function queryError(error: unknown): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const text = messageOf(error);
  const marked = text.indexOf(errorMarker);
  if (marked >= 0) return configError(text.slice(marked + errorMarker.length).split('\n')[0] ?? text);
  const [headline = text, ...rest] = text.split('\n\n');
  return configError(`DuckDB: ${headline.replaceAll('\n', ' ')}`, {
    internal: rest.join('\n'),
    cause: error,
  });
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw queryError(error);
  }
}

async function textRows(connection: DuckDBConnection, sql: string): Promise<TextRow[]> {
  const reader = await connection.runAndReadAll(`SELECT COLUMNS(*)::VARCHAR FROM (${sql}\n)`);
  const names = reader.columnNames();
  return reader
    .getRows()
    .map((row) => Object.fromEntries(names.map((name, index) => [name, asText(row[index])])));
}

const asText = (value: unknown): string | null =>
  value === null || value === undefined ? null : String(value);

async function describe(connection: DuckDBConnection, sql: string): Promise<Column[]> {
  const rows = (await connection.runAndReadAll(`DESCRIBE ${sql}`)).getRows();
  return rows.map((row) => ({ name: String(row[0]), type: String(row[1]) }));
}

async function relations({ connection, catalog, schema }: OpenDatabase): Promise<Relation[]> {
  const { quoteString } = duckdbDialect;
  const rows = await connection.runAndReadAll(
    `SELECT table_name, list(column_name ORDER BY column_index), list(data_type ORDER BY column_index)
     FROM duckdb_columns() WHERE database_name = ${quoteString(catalog)} AND schema_name = ${quoteString(schema)}
     AND NOT internal GROUP BY table_name ORDER BY table_name`,
  );
  return rows.getRowsJS().map(([name, columns, types]) => ({
    name: String(name),
    columns: toTexts(columns).map((column, index) => ({ name: column, type: toTexts(types)[index] ?? '' })),
  }));
}

const toTexts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

function textRow(chunk: DuckDBDataChunk, names: readonly string[], row: number): TextRow {
  return Object.fromEntries(
    names.map((name, index) => [name, asText(chunk.getColumnVector(index + 1).getItem(row))]),
  );
}

/** Copies one vector of ready lines into one buffer: no row of it becomes a JavaScript object. */
function lineBatch(chunk: DuckDBDataChunk, names: readonly string[]): LineBatch {
  const vector = chunk.getColumnVector(0);
  const parts: Uint8Array[] = [];
  for (let row = 0; row < chunk.rowCount; row += 1) {
    const item = vector.getItem(row);
    if (item !== null && typeof item === 'object' && 'bytes' in item) parts.push(item.bytes);
  }
  return {
    bytes: Buffer.concat(parts),
    count: chunk.rowCount,
    first: textRow(chunk, names, 0),
    last: textRow(chunk, names, chunk.rowCount - 1),
  };
}

async function* lines(connection: DuckDBConnection, sql: string): AsyncGenerator<LineBatch> {
  const result = await guarded(() => connection.stream(sql));
  const names = result.columnNames().slice(1);
  for (;;) {
    const chunk = await guarded(() => result.fetchChunk());
    if (chunk === null || chunk.rowCount === 0) return;
    yield lineBatch(chunk, names);
  }
}

/** The embedded warehouse. Reads run one after another on one connection, each streamed. */
export async function duckdbWarehouse(config: DuckdbConfig): Promise<Warehouse> {
  const database = await guarded(() => openDuckdb(config));
  const { connection } = database;
  let known: Promise<Relation[]> | undefined;
  return {
    dialect: duckdbDialect,
    relations: () => {
      known ??= guarded(() => relations(database));
      return known;
    },
    describe: (sql) => guarded(() => describe(connection, sql)),
    rows: (sql) => guarded(() => textRows(connection, sql)),
    lines: (sql) => lines(connection, sql),
    execute: async (sql) => {
      await guarded(() => connection.run(sql));
    },
    close: () => database.close(),
  };
}
