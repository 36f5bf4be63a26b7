import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runModels } from './run.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'run-test-'));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

async function inDatabase(...statements: readonly string[]): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(join(folder, 'w.duckdb'));
  const connection = await instance.connect();
  let rows: unknown[][] = [];
  for (const statement of statements) rows = (await connection.runAndReadAll(statement)).getRowsJS();
  connection.closeSync();
  instance.closeSync();
  return rows;
}

async function models(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, 'models', `${name}.sql`);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
}

/** Runs the command: its exit code and what it said, without the seconds. */
async function run(select?: string, config: object = {}): Promise<{ code: number; lines: string[] }> {
  const warehouse = { type: 'duckdb', path: join(folder, 'w.duckdb') };
  const path = join(folder, 'config.json');
  await writeFile(path, JSON.stringify({ warehouse, models: join(folder, 'models'), ...config }));
  const said: string[] = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0);
  const code = await runModels({ config: path, ...(select === undefined ? {} : { select }) });
  const lines = said.join('').trimEnd().split('\n');
  return { code, lines: lines.map((line) => line.replace(/ {2}[\d.]+ s$/, '')) };
}

const identifiers = `SELECT 'evt_1' AS event_id, 'edge_1' AS edge_id, 'person' AS entity_type, 'email' AS identifier_type,
  'ann@x.io' AS identifier_value, 'patient' AS role, TIMESTAMP '2025-01-01' AS occurred_at`;

describe('run', () => {
  it("makes the sources' tables, nexus' own, then what reads them, each as its config says", async () => {
    await inDatabase('CREATE TABLE raw AS SELECT 1 AS x');
    await models({
      'sources/web_entity_identifiers': `{{ config(materialized='table') }} ${identifiers} FROM {{ ref('step') }}`,
      'sources/step':
        "{{ config(materialized='ephemeral') }} SELECT * FROM {{ source('app', 'raw') }} -- all",
      people: "{{ config(materialized='incremental') }} SELECT * FROM {{ ref('a_view') }}",
      a_view: `SELECT entity_id, TO_TIMESTAMP_NTZ(_created_at) AS at FROM {{ ref('nexus_entities') }}`,
      off: "{{ config(enabled=false) }} SELECT * FROM {{ ref('nowhere') }}",
    });
    const { code, lines } = await run();
    expect(lines).toEqual([
      'web_entity_identifiers  table  1 rows',
      'identifiers  0 passes  1 rows',
      'nexus_events  table  0 rows',
      'nexus_entity_participants  table  1 rows',
      'nexus_entities  table  1 rows',
      'nexus_relationships  table  0 rows',
      'nexus_unresolved_declarations  table  0 rows',
      'a_view  view  1 rows',
      'people  table  1 rows',
    ]);
    expect(code).toBe(0);
    expect(await inDatabase('SELECT entity_id FROM people')).toEqual([
      ['per_9027df6b2eede5a8a15ac0cf642c9589'],
    ]);
    expect((await run()).code).toBe(0);
  });

  it('builds under the alias, and refers to it there', async () => {
    await inDatabase('SELECT 1');
    await models({
      people_v2: "{{ config(materialized='table', alias='people') }} SELECT 1 AS x",
      reader: "{{ config(materialized='table') }} SELECT people.x FROM {{ ref('people_v2') }}",
    });
    expect((await run()).lines).toEqual(['people  table  1 rows', 'reader  table  1 rows']);
    expect(await inDatabase('SELECT x FROM reader', 'SELECT x FROM people')).toEqual([[1]]);
  });

  it('identifies on a nexus_entities of the user’s own, whatever the order of the files', async () => {
    await inDatabase(
      "CREATE TABLE raw AS SELECT 'e' AS entity_id, 'person' AS entity_type, 'u' AS user_id, 'a@x.io' AS email, TIMESTAMP '2025-01-01' AS _updated_at",
    );
    await models({
      a_step: "SELECT *, 'gold' AS tier FROM {{ ref('raw') }}",
      customer_io: "{{ config(materialized='table') }}{{ nexus.customer_io_identify() }}",
      nexus_entities: "{{ config(materialized='table') }} SELECT * FROM {{ ref('a_step') }}",
    });
    expect((await run()).lines).toEqual([
      'a_step  view  1 rows',
      'nexus_entities  table  1 rows',
      'customer_io  table  1 rows',
    ]);
    expect(await inDatabase('SELECT "userId", tier FROM customer_io')).toEqual([['u', 'gold']]);
  });

  it('builds a model of the name of a table in another schema', async () => {
    await inDatabase('CREATE SCHEMA raw', 'CREATE TABLE raw.customers AS SELECT 7 AS x');
    await models({ customers: "SELECT x FROM {{ source('raw', 'customers') }}" });
    await writeFile(
      join(folder, 'models/sources.yml'),
      'sources: [{name: raw, tables: [{name: customers}]}]',
    );
    expect((await run()).lines).toEqual(['customers  view  1 rows']);
    expect(await inDatabase('SELECT x FROM main.customers')).toEqual([[7]]);
  });

  it('builds what is selected by name, by tag or with what it needs', async () => {
    await inDatabase('SELECT 1');
    await models({
      one: "{{ config(materialized='table', tags=['daily']) }} SELECT 1 AS x",
      two: "{{ config(materialized='table') }} SELECT * FROM {{ ref('one') }}",
    });
    expect((await run('two')).lines).toEqual(['two  table  1 rows']);
    expect((await run('+two')).lines).toEqual(['one  table  1 rows', 'two  table  1 rows (before: 1)']);
    expect((await run('tag:daily')).lines).toEqual(['one  table  1 rows (before: 1)']);
    expect(await run('twoo')).toEqual({
      code: 1,
      lines: ['--select: there is no model "twoo". Did you mean "two"?'],
    });
  });

  it('refuses to replace the table that a model reads', async () => {
    await inDatabase('CREATE TABLE customers AS SELECT 1 AS x');
    await models({ customers: "SELECT * FROM {{ source('raw', 'customers') }}" });
    const { code, lines } = await run();
    expect(code).toBe(1);
    expect(lines[0]).toMatch(/customers\.sql reads the table customers, which has the model's own name/);
    expect(await inDatabase('SELECT x FROM customers')).toEqual([[1]]);
  });

  it('names the file of a model that the database refuses', async () => {
    await inDatabase('SELECT 1');
    await models({ bad: 'SELECT missing FROM (SELECT 1 AS x)' });
    const { code, lines } = await run();
    expect(code).toBe(1);
    expect(lines[0]).toMatch(/bad\.sql: .*missing/);
  });

  it('leaves the tables as they were where a promised source is not there', async () => {
    await inDatabase('CREATE TABLE nexus_entities AS SELECT 1 AS x');
    const vars = { nexus: { sources: { web: { enabled: true, entities: true } } } };
    await models({});
    await mkdir(join(folder, 'models'), { recursive: true });
    const { code, lines } = await run(undefined, { vars });
    expect(code).toBe(1);
    expect(lines.at(-1)).toMatch(
      /lists web_entity_identifiers, web_entity_traits, which the warehouse does not have/,
    );
    expect(await inDatabase('SELECT x FROM nexus_entities')).toEqual([[1]]);
  });

  it('says that a folder of parquet files cannot be written', async () => {
    await mkdir(join(folder, 'models'), { recursive: true });
    const { code, lines } = await run(undefined, { warehouse: { type: 'duckdb', path: folder } });
    expect(code).toBe(1);
    expect(lines[0]).toMatch(/is a folder of parquet files, which are read-only/);
  });
});
