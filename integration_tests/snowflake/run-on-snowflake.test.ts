import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parseSourceConfig } from '../../src/source/config.ts';
import { openWarehouse } from '../../src/warehouse/open.ts';
import { type SnowflakeServer, startSnowflakeServer } from '../snowflake-server/server.ts';
import { run } from '../support/processes.ts';
import { snowflakeConfig } from '../support/warehouses.ts';

/** `run` on a warehouse that cannot undo: what it builds stands aside until all of it is there. */

let server: SnowflakeServer;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'run-snowflake-'));
  await mkdir(join(folder, 'models'));
  server = await startSnowflakeServer();
  await sql('CREATE SCHEMA RUNS', 'USE SCHEMA RUNS', 'CREATE TABLE RUNS.SRC AS SELECT 1 AS X');
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

const warehouse = () => snowflakeConfig(server.url, { schema: 'runs' });

async function sql(...statements: readonly string[]): Promise<void> {
  await server.run(...statements);
}

async function rows(query: string): Promise<string[]> {
  const opened = await openWarehouse(parseSourceConfig({ warehouse: warehouse() }).warehouse);
  try {
    return (await opened.rows(query)).map((row) => Object.values(row).join(' '));
  } finally {
    await opened.close();
  }
}

const tables = () =>
  rows(`SELECT TABLE_NAME FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = 'RUNS' ORDER BY 1`);

async function built(models: Readonly<Record<string, string>>) {
  for (const [name, text] of Object.entries(models))
    await writeFile(join(folder, 'models', `${name}.sql`), text);
  const config = join(folder, 'config.json');
  await writeFile(config, JSON.stringify({ warehouse: warehouse(), models: join(folder, 'models') }));
  return run('nexus-customer-io', ['run', '--config', config]);
}

const models = {
  a: `{{ config(materialized='table') }} select x from {{ ref('src') }}`,
  v: `select a.x + 1 as y from {{ ref('a') }}`,
  b: `{{ config(materialized='table') }} select y + 1 as z from {{ ref('v') }}`,
};

it('makes transient tables that keep their grants, and views, and leaves nothing aside', async () => {
  for (let runs = 0; runs < 2; runs += 1) expect(await built(models)).toMatchObject({ code: 0 });
  expect(await tables()).toEqual(['A', 'B', 'SRC', 'V']);
  expect(await rows('SELECT A.X, V.Y, B.Z FROM A, V, B')).toEqual(['1 2 3']);
  const made = server.statements.filter((each) => /^CREATE/.test(each)).map((each) => each.split('\n')[0]);
  expect(made).toEqual(
    expect.arrayContaining([
      'CREATE OR REPLACE TRANSIENT TABLE "A" COPY GRANTS AS',
      'CREATE OR REPLACE VIEW "V" COPY GRANTS AS',
    ]),
  );
  expect(made.every((each) => each?.includes('COPY GRANTS'))).toBe(true);
});

it('leaves the former tables and views where one model fails', async () => {
  expect(await built(models)).toMatchObject({ code: 0 });
  await sql('UPDATE RUNS.SRC SET X = 10');
  const burning = `{{ config(materialized='table') }} select cast('no number ' || z as integer) as n from {{ ref('b') }}`;
  const { code, stderr } = await built({ ...models, v: "select a.x + 5 as y from {{ ref('a') }}", burning });
  expect(code).toBe(1);
  expect(stderr).toMatch(/all tables are as they were before this run[\s\S]*burning\.sql: /);
  expect(await tables()).toEqual(['A', 'B', 'SRC', 'V']);
  expect(await rows('SELECT A.X, V.Y, B.Z FROM A, V, B')).toEqual(['1 2 3']);
});

it('refuses a table that it did not make', async () => {
  await sql('CREATE TABLE RUNS.A AS SELECT 7 AS KEPT');
  const { code, stderr } = await built(models);
  expect(code).toBe(1);
  expect(stderr).toMatch(/a\.sql would replace the table A, which run did not make[\s\S]*Not built: a, v, b/);
  expect(await rows('SELECT KEPT FROM A')).toEqual(['7']);
});
