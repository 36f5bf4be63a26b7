import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runModels } from './run.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'run-safety-'));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

/** Runs SQL in a plain DuckDB, as any other client would: without our macros and settings. */
async function plainly(...statements: readonly string[]): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(join(folder, 'w.duckdb'));
  const connection = await instance.connect();
  let rows: unknown[][] = [];
  for (const statement of statements) rows = (await connection.runAndReadAll(statement)).getRowsJson();
  connection.closeSync();
  instance.closeSync();
  return rows;
}

async function models(files: Readonly<Record<string, string>>): Promise<void> {
  await rm(join(folder, 'models'), { recursive: true, force: true });
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, 'models', name.includes('.') ? name : `${name}.sql`);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
}

interface Given {
  readonly replace?: boolean;
  readonly select?: string;
}

async function run(options: Given = {}): Promise<{ code: number; said: string }> {
  const warehouse = { type: 'duckdb', path: join(folder, 'w.duckdb') };
  const path = join(folder, 'config.json');
  await mkdir(join(folder, 'models'), { recursive: true });
  await writeFile(path, JSON.stringify({ warehouse, models: join(folder, 'models') }));
  const said: string[] = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0);
  const code = await runModels({ config: path, ...options });
  return { code, said: said.join('') };
}

const table = (sql: string): string => `{{ config(materialized='table') }} ${sql}`;
const raw = `CREATE TABLE people AS SELECT 'cannot be had again' AS kept`;
const isKept = async (name = 'people') =>
  [['cannot be had again']].toString() === (await plainly(`SELECT kept FROM ${name}`)).toString();

const layouts: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'by source': { people: table(`select kept from {{ source('raw', 'people') }}`) },
  'through a staging model': {
    stg_people: `select kept from {{ source('raw', 'people') }}`,
    people: table(`select kept from {{ ref('stg_people') }}`),
  },
  'through two models': {
    a: `select kept from {{ source('raw', 'PEOPLE') }}`,
    b: `select * from {{ ref('a') }}`,
    people: table(`select * from {{ ref('b') }}`),
  },
  'by another model': {
    people: table('select 1 as x'),
    visits: `select * from {{ source('raw', 'people') }}`,
  },
  'by its plain name': { people: table('select kept from people') },
  'by its plain name in another model': { people: table('select 1 as x'), visits: 'select * from people' },
  'by its quoted name': { people: table('select 1 as x'), visits: 'select p.kept from "PEOPLE" p' },
  'by its qualified name': { people: table('select 1 as x'), visits: 'select * from Main.People' },
  'in a join': { people: table('select 1 as x'), visits: 'select * from (select 1) a cross join people' },
  'after a comma': { people: table('select 1 as x'), visits: 'select * from (select 1) a, people' },
  'in a subquery': {
    people: table('select 1 as x'),
    visits: 'select 1 as y where exists (select 1 from people)',
  },
  'by a ref of a name that is an alias': {
    folk: `{{ config(materialized='table', alias='people') }} select 1 as x`,
    visits: `select * from {{ ref('people') }}`,
  },
  'under an alias': {
    folk: `{{ config(materialized='table', alias='People') }} select kept from {{ source('raw', 'people') }}`,
  },
  'by a model that cannot be rendered': {
    people: table('select 1 as x'),
    broken: `select {{ no_such_thing() }} from {{ source('raw', 'people') }}`,
  },
  'as a view': { people: `select kept from {{ source('raw', 'people') }}` },
};

describe('a table that is read', () => {
  it.each(Object.entries(layouts))('%s is left as it is, with --replace too', async (_, files) => {
    await plainly(raw);
    await models(files);
    for (const replace of [false, true]) {
      const { code, said } = await run({ replace });
      expect(code).toBe(1);
      expect(said).toMatch(/\.sql (reads the table people|would replace the table people)/i);
      expect(await isKept()).toBe(true);
    }
  });
});

describe('what run did not make', () => {
  it.each([
    ['table', raw],
    ['view', `CREATE VIEW people AS SELECT 'cannot be had again' AS kept`],
    ['table', raw.replace('people', '"People"')],
  ])('is refused, a %s, and the others are built', async (kind, made) => {
    await plainly(made);
    await models({ people: table('select 1 as x'), other: table('select 2 as x') });
    const { code, said } = await run();
    expect(code).toBe(1);
    expect(said).toMatch(
      new RegExp(`people\\.sql would replace the ${kind} people, which run did not make\\.`, 'i'),
    );
    expect(said).toContain('Not built: people.\nother  table  1 rows');
    expect(await isKept()).toBe(true);
    expect(await plainly('SELECT x FROM other')).toEqual([[2]]);
  });

  it('is replaced where that is asked for, and is run’s own from then on', async () => {
    await plainly(raw);
    await models({ people: table('select unnest([1, 2]) as x') });
    expect((await run({ replace: true })).said).toMatch(/people {2}table {2}2 rows \(before: 1\)/);
    expect(await run()).toMatchObject({ code: 0, said: expect.stringMatching(/2 rows \(before: 2\)/) });
  });

  it('is known in a copy of the file, and not by a name that was given to another table since', async () => {
    await plainly('SELECT 1');
    await models({ people: table('select 1 as x') });
    expect((await run()).code).toBe(0);
    await copyFile(join(folder, 'w.duckdb'), join(folder, 'copy.duckdb'));
    await copyFile(join(folder, 'copy.duckdb'), join(folder, 'w.duckdb'));
    expect((await run()).code).toBe(0);
    await plainly('DROP TABLE people', raw);
    expect((await run()).code).toBe(1);
    expect(await isKept()).toBe(true);
  });

  it('is in no one’s way where the model of its name is ephemeral, or is off', async () => {
    await plainly(raw);
    await models({
      people: `{{ config(materialized='ephemeral') }} select kept from {{ source('raw', 'people') }}`,
      visits: table(`select * from {{ ref('people') }}`),
    });
    expect(await run()).toMatchObject({ code: 0, said: expect.stringContaining('visits  table  1 rows') });
    expect(await isKept()).toBe(true);
    expect(await isKept('visits')).toBe(true);
  });

  it('may be a CTE’s name only: then nothing is in the way', async () => {
    await plainly('CREATE TABLE src AS SELECT 1 AS x');
    await models({ people: table('with people as (select x from src) select people.x from people') });
    expect((await run()).code).toBe(0);
    expect((await run()).code).toBe(0);
  });
});

describe('all or nothing', () => {
  it('tells what cannot be compiled before it builds the others', async () => {
    await plainly('CREATE TABLE src AS SELECT 1 AS x');
    await models({
      bad: 'select missing from src',
      worse: `select {{ nothing }} from {{ ref('nowhere') }}`,
      reader: table(`select * from {{ ref('bad') }}`),
      good: table('select x from src'),
    });
    const { code, said } = await run();
    expect(code).toBe(1);
    expect(said).toMatch(
      /bad\.sql: .*missing[\s\S]*worse\.sql[\s\S]*Not built: bad, reader, worse\.\ngood {2}table/,
    );
    expect(said).toMatch(/reader\.sql reads bad, which cannot be built/);
    expect(await plainly('SELECT table_name FROM duckdb_tables() ORDER BY 1')).toEqual([['good'], ['src']]);
  });

  it('leaves the former tables where one fails midway', async () => {
    await plainly('CREATE TABLE src AS SELECT 1 AS x');
    const files = { a: table('select x from src'), b: table(`select 10 / x as y from {{ ref('a') }}`) };
    await models(files);
    expect((await run()).code).toBe(0);
    await plainly('UPDATE src SET x = 2');
    await models({ ...files, c: table(`select error('it burns') as z from {{ ref('b') }}`) });
    const { code, said } = await run();
    expect(code).toBe(1);
    expect(said).toMatch(/all tables are as they were before this run[\s\S]*c\.sql: .*it burns/);
    expect(await plainly('SELECT a.x, b.y FROM a, b')).toEqual([[1, 10]]);
  });

  it('does not make nexus tables without a source that cannot be built', async () => {
    await plainly('SELECT 1');
    await models({ web_entity_identifiers: 'select missing from nowhere', other: table('select 1 as x') });
    const { code, said } = await run();
    expect(code).toBe(1);
    expect(said).toMatch(/web_entity_identifiers\.sql: [\s\S]*other {2}table/);
    expect(await plainly('SELECT table_name FROM duckdb_tables()')).toEqual([['other']]);
  });
});

it('makes views that a plain DuckDB opens', async () => {
  await plainly(`CREATE TABLE src AS SELECT 1 AS id, TIMESTAMP '2024-01-01' AS seen`);
  await models({
    v: `select id, to_timestamp_ntz(seen) as "timestamp", object_construct('id', id, 'none', null) as o, iff(id = 1, 'a', 'b') as c from src`,
    w: `select nvl(v.c, '-') as c from {{ ref('v') }}`,
  });
  expect((await run()).code).toBe(0);
  expect(await plainly('SELECT * FROM v')).toEqual([[1, '2024-01-01 00:00:00', '{"id":1}', 'a']]);
  expect(await plainly('SELECT * FROM w')).toEqual([['a']]);
});

describe('nexus tables of others', () => {
  const identifiers = `CREATE TABLE web_entity_identifiers AS SELECT 'e' AS event_id, 'e' AS edge_id, 'person' AS entity_type,
    'email' AS identifier_type, 'ann@x.io' AS identifier_value, TIMESTAMP '2025-01-01' AS occurred_at`;
  const theirs = `CREATE TABLE nexus_entities AS SELECT 'cannot be had again' AS kept`;

  it('are left alone: run builds in a schema of its own, and reads from it', async () => {
    await plainly(identifiers, theirs);
    await models({
      people: table(`select entity_id, nexus_entities.entity_type from {{ ref('nexus_entities') }}`),
    });
    for (const before of ['', '(before: 1)']) {
      const { code, said } = await run();
      expect(code).toBe(0);
      expect(said).toMatch(/nexus_entities of main were not made by run, .* in main_nexus_run/);
      expect(said).toContain(`nexus_entities  table  1 rows ${before}`);
    }
    expect(await isKept('nexus_entities')).toBe(true);
    expect(await plainly('SELECT entity_type FROM people')).toEqual([['person']]);
    expect(await plainly('SELECT count(*) FROM main_nexus_run.nexus_entities')).toEqual([['1']]);
  });

  it('are replaced where that is asked for, and the schema of run’s own is emptied', async () => {
    await plainly(identifiers, theirs);
    expect((await run()).code).toBe(0);
    expect((await run({ replace: true })).code).toBe(0);
    expect(await plainly('SELECT entity_type FROM nexus_entities')).toEqual([['person']]);
    expect(
      await plainly(`SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main_nexus_run'`),
    ).toEqual([]);
  });
});
