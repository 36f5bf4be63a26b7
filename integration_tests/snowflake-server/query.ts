import type { DuckDBConnection } from '@duckdb/node-api';
import type { Commits } from './commits.ts';
import { describedTable, describeTable } from './describe-table.ts';
import { Refusal, refusalOf } from './refusal.ts';
import { type Cell, cellsOf, type RowType, rowType, rowTypesOf } from './result.ts';
import { mostRows, type Parameters, requireStatementCount } from './session-parameters.ts';
import type { Literals } from './statements/binds.ts';
import { withTemporaryTables } from './statements/temporary-tables.ts';
import { translate } from './statements/translate.ts';

type Rows = readonly (readonly Cell[])[];

export interface Answer {
  readonly types: readonly RowType[];
  /** In groups. */
  readonly rows: AsyncIterable<Rows> | readonly Rows[];
}

/** What exists beside the database itself. */
export interface Catalog {
  readonly warehouses: readonly string[];
  readonly roles: readonly string[];
  readonly commits: Commits;
}

/** What a statement without rows answers. */
export const done: Answer = {
  types: [rowType('status', 'VARCHAR')],
  rows: [[['Statement executed successfully.']]],
};

const updated = (rows: number): Answer => ({
  types: ['number of rows updated', 'number of multi-joined rows updated'].map((name) =>
    rowType(name, 'BIGINT'),
  ),
  rows: [[[String(rows), '0']]],
});

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
  { warehouses, roles }: Catalog,
): Promise<void> {
  if (kind === 'WAREHOUSE' || kind === 'ROLE') {
    if (!(kind === 'ROLE' ? roles : warehouses).includes(name)) throw missing();
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

/** Snowflake says nothing where there is no transaction to end: some clients end one after each query. */
async function endTransaction(connection: DuckDBConnection, sql: string): Promise<Answer> {
  try {
    await connection.run(sql);
  } catch (error) {
    if (!/no transaction is active/.test(String(error))) throw error;
  }
  return done;
}

async function answer(connection: DuckDBConnection, sql: string): Promise<Answer> {
  if (/^\s*(COMMIT|ROLLBACK)\b/.test(sql)) return endTransaction(connection, sql);
  const table = describedTable(sql);
  if (table !== undefined) return describeTable(connection, table);
  const result = await connection.run(sql);
  if (/^\s*UPDATE\b/i.test(sql)) return updated(result.rowsChanged);
  if (!/^[\s(]*(SELECT|WITH|VALUES|FROM)\b/i.test(sql)) return done;
  const types = rowTypesOf(result);
  return { types, rows: cellsOf(result, types) };
}

/** A result that is cut off says nothing of it. */
function shortened({ types, rows }: Answer, most: number | undefined): Answer {
  if (most === undefined) return { types, rows };
  async function* first(): AsyncGenerator<Rows> {
    let left = most ?? 0;
    for await (const some of rows) {
      yield some.slice(0, left);
      left = Math.max(0, left - some.length);
    }
  }
  return { types, rows: first() };
}

export interface QueryOptions {
  readonly describeOnly?: boolean | undefined;
  readonly binds?: readonly Literals[];
  readonly parameters?: Parameters;
  /** The session's temporary tables. */
  readonly temporary?: Set<string>;
}

/** Runs Snowflake SQL on DuckDB, once for each row of binds. @throws Refusal */
export async function runQuery(
  connection: DuckDBConnection,
  sql: string,
  catalog: Catalog,
  {
    describeOnly = false,
    binds = [new Map()],
    parameters = new Map(),
    temporary = new Set(),
  }: QueryOptions = {},
): Promise<Answer> {
  try {
    requireStatementCount(sql, parameters);
    if (/^\s*USE\s+SECONDARY\s+ROLES\s+(ALL|NONE)\s*$/i.test(sql)) return done;
    const [, kind, name] = /^\s*USE\s+(ROLE|WAREHOUSE|DATABASE|SCHEMA)\s+(.*)$/is.exec(sql) ?? [];
    if (kind !== undefined && name !== undefined) {
      await use(connection, kind.toUpperCase(), nameIn(name), catalog);
      return done;
    }
    let last = done;
    for (const literals of binds) {
      const answered = await catalog.commits.answer(connection, sql);
      const translated = withTemporaryTables(translate(answered, literals, parameters), temporary);
      last = await (describeOnly ? describe(connection, translated) : answer(connection, translated));
    }
    if (!describeOnly) catalog.commits.note(sql);
    return shortened(last, mostRows(parameters));
  } catch (error) {
    throw refusalOf(error);
  }
}
