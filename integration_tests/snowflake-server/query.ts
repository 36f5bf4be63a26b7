import type { DuckDBConnection } from '@duckdb/node-api';
import { Refusal, refusalOf } from './refusal.ts';
import { type Cell, cellsOf, type RowType, rowType, rowTypesOf } from './result.ts';
import { translate } from './translate.ts';

export interface Answer {
  readonly types: readonly RowType[];
  readonly rows: readonly (readonly Cell[])[];
}

/** What exists beside the database itself. */
export interface Catalog {
  readonly warehouses: readonly string[];
}

const done: Answer = {
  types: [rowType('status', 'VARCHAR')],
  rows: [['Statement executed successfully.']],
};

const nameIn = (text: string): string => {
  const name = text.trim();
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toUpperCase();
};

const missing = (): Refusal =>
  new Refusal(
    '002043',
    'SQL compilation error:\nObject does not exist, or operation cannot be performed.',
    '02000',
  );

async function names(connection: DuckDBConnection, sql: string): Promise<string[]> {
  return (await connection.runAndReadAll(sql)).getRows().map((row) => String(row[0]));
}

async function use(
  connection: DuckDBConnection,
  kind: string,
  name: string,
  { warehouses }: Catalog,
): Promise<void> {
  if (kind === 'WAREHOUSE') {
    if (!warehouses.includes(name)) throw missing();
    return;
  }
  const known =
    kind === 'DATABASE'
      ? await names(connection, 'SELECT database_name FROM duckdb_databases() WHERE NOT internal')
      : await names(
          connection,
          'SELECT schema_name FROM duckdb_schemas() WHERE database_name = current_database()',
        );
  // Snowflake minds the case of a quoted name, DuckDB does not.
  if (!known.includes(name)) throw missing();
  await connection.run(`USE "${name}"`);
}

async function describe(connection: DuckDBConnection, sql: string): Promise<Answer> {
  const reader = await connection.runAndReadAll(`DESCRIBE ${sql}`);
  return { types: reader.getRows().map((row) => rowType(String(row[0]), String(row[1]))), rows: [] };
}

async function answer(connection: DuckDBConnection, sql: string): Promise<Answer> {
  const reader = await connection.runAndReadAll(sql);
  if (!/^[\s(]*(SELECT|WITH|VALUES|FROM)\b/i.test(sql)) return done;
  const types = rowTypesOf(reader);
  return { types, rows: cellsOf(reader, types) };
}

/** Runs Snowflake SQL on DuckDB. @throws Refusal */
export async function runQuery(
  connection: DuckDBConnection,
  sql: string,
  catalog: Catalog,
  describeOnly = false,
): Promise<Answer> {
  if (/^\s*ALTER\s+SESSION\b/i.test(sql)) return done;
  try {
    const [, kind, name] = /^\s*USE\s+(WAREHOUSE|DATABASE|SCHEMA)\s+(.*)$/is.exec(sql) ?? [];
    if (kind !== undefined && name !== undefined) {
      await use(connection, kind.toUpperCase(), nameIn(name), catalog);
      return done;
    }
    const translated = translate(sql);
    return await (describeOnly ? describe(connection, translated) : answer(connection, translated));
  } catch (error) {
    throw refusalOf(error);
  }
}
