import type { Connection, RowStatement } from 'snowflake-sdk';
import type { Column, LineBatch, TextRow, Warehouse } from '../warehouse.ts';
import { connect, disconnect } from './connect.ts';
import { snowflakeDialect } from './dialect.ts';
import { guarded, statementError } from './driver-error.ts';
import { quoteIdentifier } from './quote.ts';
import { relationLookup } from './relations.ts';
import type { SnowflakeConfig } from './snowflake-config.ts';
import { columnsOf, execute, type TextCells, textCells } from './statement.ts';

/** Lines per batch: the unit in which bytes move on and states can be placed. */
const linesPerBatch = 2000;

const timestampFormat = `'YYYY-MM-DD HH24:MI:SS.FF9'`;

/**
 * A plain cast prints a timestamp as the session's format says, with milliseconds by default, and a cursor
 * that is cut would read rows again. Widening that format instead would change what OBJECT_CONSTRUCT prints
 * in people's attributes.
 */
function withExactTimestamps(sql: string): string {
  return sql.replace(
    'CAST("__timestamp" AS VARCHAR) AS "ts"',
    `RTRIM(RTRIM(TO_VARCHAR("__timestamp", ${timestampFormat}), '0'), '.') AS "ts"`,
  );
}

async function describe(connection: Connection, sql: string): Promise<Column[]> {
  return columnsOf(await execute(connection, sql, { describeOnly: true }));
}

const textRow = (names: readonly string[], cells: TextCells): TextRow =>
  Object.fromEntries(names.map((name, index) => [name, cells[index] ?? null]));

/** Snowflake casts every value itself: the driver would round and shorten what it turns into objects. */
async function textRows(connection: Connection, sql: string): Promise<TextRow[]> {
  const names = (await describe(connection, sql)).map((column) => column.name);
  const texts = names.map((name) => {
    const quoted = quoteIdentifier(name);
    return `CAST(${quoted} AS VARCHAR) AS ${quoted}`;
  });
  const statement = await execute(connection, `SELECT ${texts.join(', ')} FROM (${sql}\n)`);
  const rows: TextRow[] = [];
  for await (const cells of textCells(statement)) rows.push(textRow(names, cells));
  return rows;
}

function lineBatch(rows: readonly TextCells[], names: readonly string[]): LineBatch {
  const others = (cells: TextCells | undefined): TextRow => textRow(names, cells?.slice(1) ?? []);
  return {
    bytes: Buffer.from(rows.map((cells) => cells[0] ?? '').join('')),
    count: rows.length,
    first: others(rows[0]),
    last: others(rows.at(-1)),
  };
}

async function* batches(statement: RowStatement): AsyncGenerator<LineBatch> {
  const names = columnsOf(statement)
    .slice(1)
    .map((column) => column.name);
  let rows: TextCells[] = [];
  for await (const cells of textCells(statement)) {
    rows.push(cells);
    if (rows.length < linesPerBatch) continue;
    yield lineBatch(rows, names);
    rows = [];
  }
  if (rows.length > 0) yield lineBatch(rows, names);
}

async function* lines(connection: Connection, sql: string): AsyncGenerator<LineBatch> {
  const statement = await guarded(() => execute(connection, withExactTimestamps(sql)));
  try {
    yield* batches(statement);
  } catch (error) {
    throw statementError(error);
  }
}

/** The warehouse behind the public driver; one session, one statement after another. */
export async function snowflakeWarehouse(config: SnowflakeConfig): Promise<Warehouse> {
  const connection = await connect(config);
  const relations = relationLookup(connection, config);
  return {
    dialect: snowflakeDialect,
    relations: () => guarded(relations),
    describe: (sql) => guarded(() => describe(connection, sql)),
    rows: (sql) => guarded(() => textRows(connection, sql)),
    lines: (sql) => lines(connection, sql),
    execute: async (sql) => {
      await guarded(() => execute(connection, sql));
    },
    close: () => disconnect(connection),
  };
}
