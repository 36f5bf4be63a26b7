import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateWarehouse } from '../../src/demo/generate-warehouse.ts';
import { type Ended, run } from '../support/processes.ts';

/** `compile` as a process; what it prints is held in golden/sql (`npx vitest -u` writes them anew). */

const root = fileURLToPath(new URL('../..', import.meta.url));
let folder: string;
let warehouse: string;
let config: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'compile-'));
  warehouse = join(folder, 'w.duckdb');
  config = join(folder, 'config.json');
  await generateWarehouse(warehouse, { scale: 0.01, seed: 1, now: new Date('2026-01-15T12:00:00Z') });
  await writeFile(join(folder, 'bad.sql'), "select *\nfrom {{ ref('nexus_entitys') }}");
  const duckdb = { type: 'duckdb', path: warehouse };
  const persons = [{ from: 'identify', user_id_column: 'email', filters: ['email IS NOT NULL'] }];
  await writeFile(config, JSON.stringify({ warehouse: duckdb, persons, models: folder }));
});
afterAll(() => rm(folder, { recursive: true }));

const compile = (...args: string[]): Promise<Ended> =>
  run('nexus-customer-io', ['compile', '--config', config, ...args], { cwd: root });

const streams = ['persons', 'objects', 'relationships', 'events'];
const dialects = ['duckdb', 'snowflake'];

describe.each(dialects)('for %s', (dialect) => {
  it.each(streams)('prints the golden SQL of %s', async (stream) => {
    const { code, stdout, stderr } = await compile(stream, '--dialect', dialect);
    expect(stderr).toBe('');
    await expect(stdout).toMatchFileSnapshot(`../golden/sql/${dialect}/${stream}.sql`);
    expect(code).toBe(0);
  });
});

it('prints all streams in the order of a first sync, as the configured warehouse gets them', async () => {
  const all = await compile();
  const each = await Promise.all(streams.map((stream) => compile(stream, '--dialect', 'duckdb')));
  expect(all.stdout).toBe(each.map(({ stdout }) => stdout).join('\n'));
});

it('prints one model by its name', async () => {
  const { code, stdout } = await compile('customer_io_locations');
  expect(stdout).toMatch(/^-- customer_io_locations\n/);
  expect(code).toBe(0);
});

it('prints SQL that runs', async () => {
  const { stdout } = await compile('--dialect', 'duckdb', 'objects');
  const instance = await DuckDBInstance.create(warehouse, {
    access_mode: 'READ_ONLY',
  });
  const connection = await instance.connect();
  const text = stdout.replaceAll(/to_timestamp_ntz\(convert_timezone\('UTC', (\w+)\)\)/gi, '$1');
  const rows = (await connection.runAndReadAll(text)).getRowObjectsJson();
  expect(rows.length).toBeGreaterThan(0);
  expect(Object.keys(rows[0] ?? {})).toContain('groupId');
  connection.closeSync();
  instance.closeSync();
});

describe('mistakes', () => {
  it.each([
    [
      ['prsons'],
      1,
      '"prsons" is neither a stream (persons, objects, relationships, events) nor a model. Did you mean "persons"?\n',
    ],
    [
      ['persons', '--dialect', 'oracle'],
      2,
      "argument 'oracle' is invalid. Allowed choices are duckdb, snowflake.",
    ],
    [['persons', '--project-dir', 'nowhere'], 1, 'The dbt project nowhere has no dbt_project.yml'],
  ])('%j', async (args, code, message) => {
    const ended = await compile(...args);
    expect(ended.stderr).toContain(message);
    expect(ended).toMatchObject({ code, stdout: '' });
  });

  it('names file and line of a model that refers to nothing', async () => {
    const { code, stderr } = await compile('bad');
    expect(stderr).toMatch(/bad\.sql, line 2: "nexus_entitys" is neither .* Did you mean "nexus_entities"/);
    expect(code).toBe(1);
  });
});
