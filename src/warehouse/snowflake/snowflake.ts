import type { Connection } from 'snowflake-sdk';
import type { Column, LineBatch, LineOptions, TextRow, Warehouse } from '../warehouse.ts';
import type { SnowflakeConfig } from './config.ts';
import { snowflakeDialect } from './dialect.ts';
import { quoteIdentifier, writtenName } from './quote.ts';
import { relationLookup } from './relations.ts';
import { textRow } from './results/line-batches.ts';
import { allTextCells, resumedLines } from './results/resumed-result.ts';
import { connect, disconnect } from './session/connect.ts';
import { guarded, statementError } from './session/driver-error.ts';
import { load } from './session/load.ts';
import { columnsOf, execute } from './session/statement.ts';

async function describe(
  connection: Connection,
  sql: string,
  values: readonly string[] = [],
): Promise<Column[]> {
  return columnsOf(await execute(connection, sql, { describeOnly: true, ...bindsOf(values) }));
}

/** The driver sends each value beside the statement; a statement without any is told of none. */
const bindsOf = (values: readonly string[]): { binds?: string[] } =>
  values.length === 0 ? {} : { binds: [...values] };

/** What comes as exact text without a cast. */
const isPlain = ({ type }: Column): boolean => /^(VARCHAR|NUMBER)/.test(type);

/**
 * Snowflake casts every value itself: the driver would round and shorten what it turns into objects. Where that is not
 * needed the query stands alone, since an ORDER BY inside another query orders nothing.
 */
async function textRows(
  connection: Connection,
  sql: string,
  values: readonly string[] = [],
): Promise<TextRow[]> {
  const columns = await describe(connection, sql, values);
  const names = columns.map(({ name }) => name);
  const casts = names.map((name) => {
    const quoted = quoteIdentifier(name);
    return `CAST(${quoted} AS VARCHAR) AS ${quoted}`;
  });
  const text = columns.every(isPlain) ? sql : `SELECT ${casts.join(', ')} FROM (${sql}\n)`;
  const statement = await execute(connection, text, { fetchAsString: ['Number'], ...bindsOf(values) });
  return (await allTextCells(connection, statement)).map((cells) => textRow(names, cells));
}

async function* lines(
  connection: Connection,
  sql: string,
  { values = [] }: LineOptions = {},
): AsyncGenerator<LineBatch> {
  const statement = await guarded(() => execute(connection, sql, bindsOf(values)));
  try {
    yield* resumedLines(connection, statement);
  } catch (error) {
    throw statementError(error);
  }
}

/** The result of an UPDATE is one row that begins with the number of rows. */
async function update(connection: Connection, sql: string): Promise<number> {
  const statement = await execute(connection, sql, { fetchAsString: ['Number'] });
  const [cells] = await allTextCells(connection, statement);
  return Number(cells?.[0] ?? 0);
}

/** Either lets the role make the schema, or lets it use one that another has made. */
function grantsFor({ role, database }: SnowflakeConfig, schema: string): string {
  const to = `TO ROLE ${role ?? '…'}`;
  const place = `${quoteIdentifier(writtenName(database))}.${quoteIdentifier(schema)}`;
  return `Grant CREATE SCHEMA ON DATABASE ${quoteIdentifier(writtenName(database))} ${to}, or make the schema ${place} and grant USAGE, CREATE TABLE ON SCHEMA ${place} ${to}.`;
}

/** The warehouse behind the public driver; one session, one statement after another. */
export async function snowflakeWarehouse(config: SnowflakeConfig): Promise<Warehouse> {
  const connection = await connect(config);
  const relations = relationLookup(connection, config);
  return {
    dialect: snowflakeDialect,
    relations: () => guarded(relations),
    // Only a query may stand in brackets, and the driver sends one statement a call.
    requireSelect: async (sql) => {
      await guarded(() => describe(connection, `SELECT * FROM (\n${sql}\n)`));
    },
    describe: (sql, values) => guarded(() => describe(connection, sql, values)),
    rows: (sql, values) => guarded(() => textRows(connection, sql, values)),
    lines: (sql, options) => lines(connection, sql, options),
    execute: async (sql, values = []) => {
      await guarded(() => execute(connection, sql, bindsOf(values)));
    },
    update: (sql) => guarded(() => update(connection, sql)),
    load: (table, columns, lines) => guarded(() => load(connection, { table, columns }, lines)),
    snapshotSchema: (name) => {
      const written = writtenName(name);
      const create = snowflakeDialect.ddl.createSchema(written, writtenName(config.schema));
      return { schema: quoteIdentifier(written), create, permission: grantsFor(config, written) };
    },
    forAnySession: async (sql) => sql,
    close: () => disconnect(connection),
  };
}
