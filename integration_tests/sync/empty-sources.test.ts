import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { generateWarehouse } from '../../src/demo/generate-warehouse.ts';
import { type Simulator, startSimulator } from '../../src/simulator/server.ts';
import { messagesOf, run } from '../support/processes.ts';
import { checkOf, errorsOf, lastState, type ReadResult, read } from '../support/reading.ts';

let folder: string;
let path: string;
let simulator: Simulator;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'empty-'));
  path = join(folder, 'warehouse.duckdb');
  simulator = await startSimulator({ siteId: 'site', apiKey: 'key', objectTypes: ['1'] });
});
afterEach(async () => {
  await simulator.close();
  await rm(folder, { recursive: true });
});

async function sql(...statements: string[]): Promise<void> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  for (const statement of statements) await connection.run(statement);
  connection.closeSync();
  instance.closeSync();
}

const source = (rest: Record<string, unknown> = {}) => ({ warehouse: { type: 'duckdb', path }, ...rest });

async function sync(rest: Record<string, unknown> = {}) {
  const config = join(folder, 'sync.yaml');
  const destination = { site_id: 'site', api_key: 'key', endpoint: simulator.url };
  await writeFile(config, JSON.stringify({ source: source(rest), destination, state: 'state.json' }));
  const { code, stdout, stderr } = await run('nexus-customer-io', ['sync', '--config', config]);
  return { code, stderr, summary: JSON.parse(stdout) };
}

const people = `CREATE TABLE people ("userId" VARCHAR, "timestamp" TIMESTAMP)`;
const person = `INSERT INTO people VALUES ('u1', TIMESTAMP '2024-01-01')`;
const persons = [{ from: 'relation', name: 'people' }];

describe('a table without rows', () => {
  it('is told in the log, a word of the table and a field of the JSON', async () => {
    await sql(people);
    const { code, stderr, summary } = await sync({ persons });
    expect({ code, ended: summary.ended }).toEqual({ code: 0, ended: 'complete' });
    expect(stderr).toMatch(/^WARN persons, people: it has no rows: people is empty\.$/m);
    expect(stderr).toMatch(/^persons +0 +0 +0 +0\.\d {2}no rows$/m);
    expect(summary.streams).toMatchObject([{ stream: 'persons', findings: ['no_rows'] }]);
  });

  it('is told in a full refresh too', async () => {
    await sql(people);
    const catalog = join(folder, 'catalog.json');
    const stream = { name: 'persons', json_schema: {} };
    const streams = [{ stream, sync_mode: 'full_refresh', destination_sync_mode: 'overwrite' }];
    await writeFile(catalog, JSON.stringify({ streams }));
    await writeFile(join(folder, 's.json'), JSON.stringify(source({ persons })));
    const args = ['read', '--config', join(folder, 's.json'), '--catalog', catalog];
    const { stdout } = await run('source-nexus', args);
    expect(messagesOf(stdout)).toContainEqual(
      expect.objectContaining({
        log: expect.objectContaining({ level: 'WARN', finding: { stream: 'persons', code: 'no_rows' } }),
      }),
    );
  });

  it('that had rows before says so, and keeps its state', async () => {
    await sql(people, person);
    const first = await read(source({ persons }));
    expect(first.findings).toEqual([]);
    const unchanged = await read(source({ persons }), lastState(first));
    expect([unchanged.findings, unchanged.rows]).toEqual([[], []]);
    await sql('DELETE FROM people');
    const emptied = await read(source({ persons }), lastState(first));
    expect(emptied.findings).toEqual([
      'persons rows_gone: persons, people: it had rows in an earlier run and has none now: people is empty.',
    ]);
    expect(errorsOf(emptied)).toEqual([]);
    expect(lastState(emptied)[0]?.stream).toEqual(lastState(first)[0]?.stream);
  });

  it('is none where a model asks for what is new only', async () => {
    await sql(people, person);
    const model = `SELECT * FROM people WHERE epoch("timestamp") > {{ last_sync_time }} + 5`;
    const config = source({ persons: [{ from: 'sql', sql: model }] });
    const first = await read(config);
    expect(first.rows).toHaveLength(1);
    const second = await read(config, lastState(first));
    expect([second.rows, second.findings]).toEqual([[], []]);
  });
});

describe('an entity_type that no row has', () => {
  const wrong = { persons: [{ from: 'identify', entity_type: 'Person', user_id_column: 'email' }] };

  it('is told in every run, with the near ones', async () => {
    await generateWarehouse(path, { scale: 0.01 });
    const first = await read(source(wrong));
    const codes = (found: ReadResult) => found.findings.map((text) => text.split(':')[0]);
    expect(codes(first)).toEqual(['persons entity_type', 'persons no_rows']);
    expect(first.findings[0]).toContain('Did you mean "person"?');
    expect(first.findings[1]).toContain('doctor says which condition');
    const second = await read(source(wrong), lastState(first));
    expect(codes(second).toSorted()).toEqual(['persons entity_type', 'persons no_rows']);
  });
});

describe('a table that filled a stream and is gone', () => {
  it('is an error of its stream: exit 1, the state stays, and nothing is sent again once it is back', async () => {
    await generateWarehouse(path, { scale: 0.01 });
    expect((await sync()).code).toBe(0);
    const events = async () =>
      JSON.parse(await readFile(join(folder, 'state.json'), 'utf8')) as Record<string, unknown>[];
    const before = await events();
    await sql('ALTER TABLE nexus_events RENAME TO nexus_events_old');
    const { code, stderr, summary } = await sync();
    expect({ code, ended: summary.ended }).toEqual({ code: 1, ended: 'failed' });
    expect(stderr).toMatch(
      /events: "customer_io_events" filled this stream .* lacks nexus_events\..*state stays/,
    );
    expect(summary.streams).toContainEqual(
      expect.objectContaining({ stream: 'events', findings: ['source_gone'] }),
    );
    expect(await events()).toEqual(before);
    await sql('ALTER TABLE nexus_events_old RENAME TO nexus_events');
    const back = await sync();
    expect(back.code).toBe(0);
    expect(back.summary.streams.map(({ read }: { read: number }) => read)).toEqual([0, 0, 0, 0]);
  });

  it('under a catalog that still has the stream, likewise', async () => {
    await generateWarehouse(path, { scale: 0.01 });
    const first = await read(source(), [], ['events']);
    await sql('ALTER TABLE nexus_events RENAME TO nexus_events_old');
    const second = await read(source(), lastState(first), ['events']);
    expect(errorsOf(second)).toEqual([expect.stringContaining('is gone: the warehouse lacks nexus_events')]);
    expect(second.states).toEqual([]);
  });

  it('is no error where the config says what fills the stream, or that nothing does', async () => {
    await generateWarehouse(path, { scale: 0.01 });
    expect((await sync()).code).toBe(0);
    const { code, summary } = await sync({ events: [] });
    expect({ code, ended: summary.ended }).toEqual({ code: 0, ended: 'complete' });
  });
});

describe('a warehouse without tables', () => {
  it('fails in read as in check', async () => {
    await sql('CREATE SCHEMA empty');
    const config = { warehouse: { type: 'duckdb', path, schema: 'empty' } };
    const { status, message } = await checkOf(config);
    expect(status).toBe('FAILED');
    await expect(read(config)).rejects.toThrow(message);
  });

  it('is not one whose schema is written in other letters', async () => {
    await generateWarehouse(path, { scale: 0.01 });
    const rows = (await read(source())).rows.length;
    for (const schema of ['MAIN', 'Main', 'main']) {
      const config = { warehouse: { type: 'duckdb', path, schema } };
      expect((await read(config)).rows).toHaveLength(rows);
    }
  });
});
