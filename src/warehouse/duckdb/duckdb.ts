import type { DuckDBConnection } from '@duckdb/node-api';
import {
  type Access,
  type Column,
  type Relation,
  runSchema,
  type TextRow,
  type Warehouse,
  withRunTables,
} from '../warehouse.ts';
import type { DuckdbConfig } from './config.ts';
import { duckdbDialect } from './dialect.ts';
import { asText, streamLines } from './lines/lines.ts';
import { loadSql } from './load-sql.ts';
import { besideCatalog, type OpenDatabase, openDuckdb } from './open.ts';
import { guarded } from './query-error.ts';
import { quoteIdentifier, quoteString } from './quote.ts';
import { requireSelect } from './statements/one-select.ts';
import { withoutMacros } from './statements/without-macros.ts';

async function textRows(
  connection: DuckDBConnection,
  sql: string,
  values: readonly string[],
): Promise<TextRow[]> {
  const text = `SELECT COLUMNS(*)::VARCHAR FROM (${sql}\n)`;
  await requireSelect(connection, text);
  const reader = await connection.runAndReadAll(text, [...values]);
  const names = reader.columnNames();
  return reader
    .getRows()
    .map((row) => Object.fromEntries(names.map((name, index) => [name, asText(row[index])])));
}

async function describe(
  connection: DuckDBConnection,
  sql: string,
  values: readonly string[] = [],
): Promise<Column[]> {
  await requireSelect(connection, sql);
  const rows = (await connection.runAndReadAll(`DESCRIBE ${sql}`, [...values])).getRows();
  return rows.map((row) => ({ name: String(row[0]), type: String(row[1]) }));
}

async function relationsOf({ connection, catalog }: OpenDatabase, schema: string): Promise<Relation[]> {
  const rows = await connection.runAndReadAll(
    `SELECT table_name, list(column_name ORDER BY column_index), list(data_type ORDER BY column_index)
     FROM duckdb_columns() WHERE database_name = ${quoteString(catalog)} AND lower(schema_name) = lower(${quoteString(schema)})
     AND NOT internal GROUP BY table_name ORDER BY table_name`,
  );
  return rows.getRowsJS().map(([name, columns, types]) => ({
    name: String(name),
    columns: toTexts(columns).map((column, index) => ({ name: column, type: toTexts(types)[index] ?? '' })),
  }));
}

async function relations(database: OpenDatabase): Promise<Relation[]> {
  const schema = runSchema(database.schema, duckdbDialect);
  const made = (await relationsOf(database, schema)).map((relation) => ({ ...relation, schema }));
  return withRunTables(await relationsOf(database, database.schema), made, duckdbDialect);
}

const toTexts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

/** The embedded warehouse. Reads run one after another on one connection, each streamed. */
export async function duckdbWarehouse(
  config: DuckdbConfig,
  access: Access = 'read',
  beside?: string,
): Promise<Warehouse> {
  const database = await guarded(() => openDuckdb(config, access, beside));
  const { connection, memory, underWay } = database;
  let known: Promise<Relation[]> | undefined;
  return {
    dialect: duckdbDialect,
    relations: () => {
      known ??= guarded(() => relations(database));
      return known;
    },
    requireSelect: (sql) => guarded(() => requireSelect(connection, sql)),
    describe: (sql, values) => guarded(() => describe(connection, sql, values)),
    rows: (sql, values = []) =>
      underWay.add(guarded(() => memory.enough(() => textRows(connection, sql, values)))),
    lines: (sql, options) => streamLines(database, sql, options),
    execute: async (sql, values = []) => {
      const run = () => (values.length === 0 ? connection.run(sql) : connection.run(sql, [...values]));
      await underWay.add(guarded(() => memory.enough(run)));
    },
    update: (sql) =>
      underWay.add(guarded(() => memory.enough(async () => (await connection.run(sql)).rowsChanged))),
    load: async (table, columns, lines) => {
      const run = () => connection.run(loadSql(table, columns), [Buffer.from(lines).toString()]);
      await underWay.add(guarded(() => memory.enough(run)));
    },
    snapshotSchema: (name, isBeside = false) => {
      const schema = `${isBeside ? besideCatalog : database.catalog}.${quoteIdentifier(name)}`;
      return {
        schema,
        create: [`CREATE SCHEMA IF NOT EXISTS ${schema}`],
        permission: 'The file must be writable.',
      };
    },
    forAnySession: (sql) => guarded(() => withoutMacros(connection, sql)),
    close: () => database.close(),
  };
}
