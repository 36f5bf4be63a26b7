import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Warehouse } from '../../warehouse.ts';
import { duckdbWarehouse } from '../duckdb.ts';

let folder: string;
let path: string;
let warehouse: Warehouse;
let copies = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'any-session-'));
  path = join(folder, 'w.duckdb');
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  await connection.run(`CREATE TABLE t AS SELECT * FROM (VALUES (1, TIMESTAMP '2024-01-01 10:00:00', 'a'), (2, NULL, 'b'),
    (NULL, TIMESTAMP '2024-01-02', NULL)) v(n, seen, s)`);
  connection.closeSync();
  instance.closeSync();
  warehouse = await duckdbWarehouse({ type: 'duckdb', path }, 'build');
});
afterAll(async () => {
  await warehouse.close();
  await rm(folder, { recursive: true });
});

/** Rows of a view as any client sees it: a plain DuckDB of its own, with none of our macros and settings. */
async function seenByOthers(view: string): Promise<unknown[]> {
  copies += 1;
  const copy = join(folder, `copy ${copies}.duckdb`);
  await warehouse.execute('CHECKPOINT warehouse');
  await copyFile(path, copy);
  const plain = await DuckDBInstance.create(copy);
  const other = await plain.connect();
  const rows = (await other.runAndReadAll(`SELECT COLUMNS(*)::VARCHAR FROM ${view}`)).getRowObjectsJson();
  other.closeSync();
  plain.closeSync();
  return rows;
}

it.each([
  ['a time', `SELECT to_timestamp_ntz(seen) AS "timestamp", n FROM t`],
  ['a number as time', `SELECT TO_TIMESTAMP_NTZ(1700000000) AS x, to_timestamp_ntz('2024-01-01') AS y`],
  ['an object', `SELECT object_construct('a', n, 'at', to_timestamp_ntz(seen), 's', s) AS o FROM t`],
  ['an empty object', 'SELECT object_construct() AS o'],
  ['macros in macros', `SELECT nvl(iff(n > 1, zeroifnull(n), 7), div0(4, 2)) AS v FROM t`],
  ['names without an alias', 'SELECT nvl(n, 0), "nvl"(s, \'-\') FROM t'],
  [
    'a CTE, a subquery and a join',
    `WITH a AS (SELECT nvl(n, 9) AS n FROM t) SELECT a.n, (SELECT max(nvl(x.n, 0)) FROM t x) AS m FROM a JOIN t b ON nvl(b.n, 9) = a.n`,
  ],
  [
    'where NULLs sort',
    `SELECT n, row_number() OVER (ORDER BY seen DESC) AS r FROM t QUALIFY row_number() OVER (ORDER BY n DESC) < 3`,
  ],
  ['an order of its own', 'SELECT n, first_value(s) OVER (ORDER BY n NULLS FIRST) AS f FROM t'],
  ['times', `SELECT dateadd('day', 1, seen) AS d, convert_timezone('Europe/Berlin', seen) AS z FROM t`],
  [
    'long numbers',
    'SELECT 12345678901234567890123456789012345678 AS n, 0.12345678901234567890 AS d, nvl(9007199254740993, 0) AS i',
  ],
  ['texts', `SELECT 'it''s' AS a, E'\\t' AS b, nvl('Ω"', '') AS c`],
  [
    'lists, structs and lambdas',
    `SELECT [nvl(n, 1), 2] AS l, {'a': nvl(n, 1)} AS s, list_transform([1], lambda x: nvl(x, 0)) AS f FROM t`,
  ],
  [
    'everything of a table',
    'SELECT * EXCLUDE (s) REPLACE (nvl(n, 5) AS n), COUNT(*) FILTER (WHERE nvl(n, 1) = 1) OVER () AS c FROM t',
  ],
  ['a union', 'SELECT nvl(n, 1) AS n FROM t UNION ALL SELECT n FROM t ORDER BY n'],
  ['grouping', "SELECT nvl(s, 'x') AS k, count(*) AS c FROM t GROUP BY ALL HAVING count(*) > 0"],
])('%s mean the same in any session', async (_, sql) => {
  const own = await warehouse.rows(sql);
  const portable = await warehouse.forAnySession(sql);
  await warehouse.execute(`CREATE OR REPLACE VIEW v AS ${portable}`);
  const sorted = (rows: readonly unknown[]) => rows.map((row) => JSON.stringify(row)).sort();
  expect(sorted(await seenByOthers('v'))).toEqual(sorted(own));
});

it('says where that cannot be said', async () => {
  expect(await warehouse.forAnySession('SELECT * FROM (PIVOT t ON s USING sum(n))')).toBeUndefined();
});
