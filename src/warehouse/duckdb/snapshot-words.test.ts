import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { snapshotWords } from './snapshot-words.ts';

let connection: DuckDBConnection;
beforeAll(async () => {
  const instance = await DuckDBInstance.create(':memory:');
  connection = await instance.connect();
});
afterAll(() => connection.closeSync());

async function hashOf(row: string): Promise<unknown> {
  const described = await connection.runAndReadAll(`DESCRIBE SELECT ${row}`);
  const columns = described.getRowObjectsJS().map(({ column_name: name, column_type: type }) => ({
    name: String(name),
    type: String(type),
    json: '',
  }));
  const found = await connection.runAndReadAll(
    `SELECT ${snapshotWords.hash(columns)} AS hash FROM (SELECT ${row}) AS row`,
  );
  return found.getRowObjectsJS()[0]?.hash;
}

describe('the hash of a row', () => {
  it.each([
    ['a value', `1 AS a, 2 AS b`, `1 AS a, 3 AS b`],
    ['two columns that hold one value', `1 AS a, 1 AS b`, `2 AS a, 2 AS b`],
    ['two columns that swap their values', `1 AS a, 2 AS b`, `2 AS a, 1 AS b`],
    ['a value that moves to another column', `1 AS a, NULL AS b`, `NULL AS a, 1 AS b`],
    ['three columns whose values go round', `1 AS a, 2 AS b, 3 AS c`, `3 AS a, 1 AS b, 2 AS c`],
    ['a value that becomes NULL', `1 AS a, 1 AS b`, `NULL AS a, NULL AS b`],
    ['an empty text', `'' AS a`, `NULL::VARCHAR AS a`],
    ['a name', `1 AS a`, `1 AS b`],
    [
      'two times',
      `TIMESTAMP '2026-01-01' AS "timestamp", TIMESTAMP '2026-01-01' AS _updated_at`,
      `TIMESTAMP '2026-01-02' AS "timestamp", TIMESTAMP '2026-01-02' AS _updated_at`,
    ],
  ])('changes with %s', async (_, before, after) => {
    expect(await hashOf(before)).not.toBe(await hashOf(after));
  });

  it.each([
    ['the order of columns', `1 AS a, 'x' AS b`, `'x' AS b, 1 AS a`],
    ['a column without a value', `1 AS a`, `1 AS a, NULL::VARCHAR AS b`],
  ])('does not change with %s', async (_, before, after) => {
    expect(await hashOf(before)).toBe(await hashOf(after));
  });
});
