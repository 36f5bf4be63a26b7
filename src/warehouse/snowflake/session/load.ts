import type { Connection } from 'snowflake-sdk';
import { z } from 'zod';
import { quoteIdentifier } from '../quote.ts';
import { execute } from './statement.ts';

const row = z.record(z.string(), z.string().nullable());

/**
 * Values in one statement: from 65,280 on the driver would upload them to a stage, which a role need not be allowed to
 * make. https://docs.snowflake.com/en/developer-guide/node-js/nodejs-driver-execute
 */
const mostValues = 60_000;

interface Target {
  /** SQL of a table, and its columns. */
  readonly table: string;
  readonly columns: readonly string[];
}

/** Adds rows, each a line of a JSON object, to a table of texts. */
export async function load(
  connection: Connection,
  { table, columns }: Target,
  lines: Uint8Array,
): Promise<void> {
  const texts = Buffer.from(lines).toString().split('\n');
  const rows = texts
    .filter((text) => text !== '')
    .map((text) => {
      const values = row.parse(JSON.parse(text));
      return columns.map((name) => values[name] ?? null);
    });
  const names = columns.map(quoteIdentifier).join(', ');
  const sql = `INSERT INTO ${table} (${names}) VALUES (${columns.map(() => '?').join(', ')})`;
  const most = Math.floor(mostValues / columns.length);
  for (let start = 0; start < rows.length; start += most) {
    await execute(connection, sql, { binds: rows.slice(start, start + most) });
  }
}
