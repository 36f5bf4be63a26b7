import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Warehouse } from '../../warehouse.ts';
import { duckdbWarehouse } from '../duckdb.ts';

let folder: string;
let warehouse: Warehouse;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'duckdb-select-'));
  const path = join(folder, 'w.duckdb');
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  await connection.run('CREATE TABLE t AS SELECT 1 AS a, 2 AS b');
  connection.closeSync();
  instance.closeSync();
  // Open to write, and to the outside: only the parser stands between a model and the disk.
  warehouse = await duckdbWarehouse({ type: 'duckdb', path, external_access: true }, 'build');
});

afterAll(async () => {
  await warehouse.close();
  await rm(folder, { recursive: true });
});

async function drained(lines: AsyncIterable<unknown>): Promise<void> {
  for await (const each of lines) void each;
}

describe('what is not one SELECT is refused, and nothing of it runs', () => {
  it.each([
    ['DROP TABLE t'],
    [`SELECT ['a']::ENUM('a')[] AS a; DROP TABLE t`],
    ['SELECT 1 AS a; DROP TABLE t'],
    ['SELECT 1 AS a) x; DROP TABLE t; SELECT * FROM (SELECT 1 AS a'],
    ['SELECT 1 AS a\n); DROP TABLE t; SELECT * FROM (SELECT 1 AS a'],
    [`SELECT $tag$ ' $tag$ AS a; COPY t TO 'FOLDER/out.csv'; SELECT ' ' AS a`],
    [`SELECT E'it\\'s' AS a; DROP TABLE t; SELECT ' ' AS a`],
    ['SELECT $$ -- $$ AS a; DROP TABLE t'],
    ['SELECT "a -- ", 1 AS a FROM t; DROP TABLE t'],
    ['SELECT 1 AS a /* -- */ ; DROP TABLE t; -- */'],
    [`COPY t TO 'FOLDER/out.csv'`],
    [`EXPORT DATABASE 'FOLDER/out'`],
    [`ATTACH 'FOLDER/out.duckdb'`],
    ['INSERT INTO t VALUES (3, 4) RETURNING a'],
    ['DELETE FROM t RETURNING a'],
    ['CREATE TABLE out AS SELECT 1 AS a'],
    ['EXPLAIN ANALYZE DELETE FROM t'],
    ['SET threads = 2'],
    ['PRAGMA enable_profiling'],
    ['CALL pragma_version()'],
    ['PREPARE p AS DELETE FROM t'],
    ['BEGIN'],
    [''],
    ['-- nothing'],
  ])('%s', async (text) => {
    const sql = text.replace('FOLDER', folder);
    await expect(warehouse.describe(sql)).rejects.toThrow(/DuckDB|statement/);
    await expect(warehouse.rows(sql)).rejects.toThrow(/DuckDB|statement/);
    await expect(drained(warehouse.lines(sql))).rejects.toThrow(/DuckDB|statement/);
    await expect(warehouse.requireSelect(sql)).rejects.toThrow(/DuckDB|statement/);
    expect(await warehouse.rows('SELECT count(*) AS n FROM t')).toEqual([{ n: '1' }]);
    expect((await readdir(folder)).filter((name) => name.startsWith('out'))).toEqual([]);
    expect((await warehouse.rows('SELECT table_name AS n FROM duckdb_tables()')).map(({ n }) => n)).toEqual([
      't',
    ]);
  });
});

describe('one SELECT passes in every form', () => {
  it.each([
    ['SELECT a FROM t'],
    [`SELECT ['a']::ENUM('a')[] AS a`],
    ['SELECT a FROM t -- a comment'],
    ['SELECT a FROM t /* /* */ ; DROP TABLE t; */'],
    ['SELECT $tag$ ; DROP TABLE t; $tag$ AS a'],
    [`SELECT E'it\\'s; DROP TABLE t' AS a`],
    ['WITH x AS MATERIALIZED (SELECT * FROM t) SELECT a FROM x QUALIFY row_number() OVER () = 1'],
    ['WITH RECURSIVE n AS (SELECT 1 AS a UNION ALL SELECT a + 1 FROM n WHERE a < 3) SELECT a FROM n'],
    ['FROM t SELECT a'],
    ['VALUES (1)'],
    ['TABLE t'],
    ['(SELECT a FROM t) UNION ALL (SELECT b FROM t) ORDER BY 1 LIMIT 1'],
    ['SELECT * EXCLUDE (b) REPLACE (a + 1 AS a) FROM t'],
    ['SELECT list_transform([1], lambda x: x + 1) AS a'],
    ['SELECT * FROM (PIVOT t ON a IN (1) USING sum(b))'],
    ['SELECT * FROM (UNPIVOT t ON a, b INTO NAME n VALUE v)'],
  ])('%s', async (sql) => {
    await warehouse.requireSelect(sql);
    expect((await warehouse.describe(sql)).length).toBeGreaterThan(0);
    expect((await warehouse.rows(sql)).length).toBeGreaterThan(0);
  });

  it('and a PIVOT that lists no values is told what to do', async () => {
    await expect(warehouse.describe('PIVOT t ON a USING sum(b)')).rejects.toThrow(/has to list its values/);
  });
});
