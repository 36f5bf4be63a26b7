import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { generateWarehouse } from '../../src/demo/generate-warehouse.ts';
import { type Simulator, startSimulator } from '../../src/simulator/server.ts';
import { ended, messagesOf, run, start } from '../support/processes.ts';

let folder: string;
let simulator: Simulator;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rejected-'));
  simulator = await startSimulator({ siteId: 'site', apiKey: 'key', objectTypes: ['7'] });
});
afterEach(async () => {
  await simulator.close();
  await rm(folder, { recursive: true });
});

const account = () => ({ site_id: 'site', api_key: 'key', endpoint: simulator.url });

async function syncFile(destination: Record<string, unknown> = {}): Promise<string> {
  const warehouse = join(folder, 'warehouse.duckdb');
  await generateWarehouse(warehouse, { scale: 0.02 });
  const path = join(folder, 'sync.yaml');
  const source = { warehouse: { type: 'duckdb', path: warehouse } };
  await writeFile(
    path,
    JSON.stringify({ source, destination: { ...account(), ...destination }, state: 's.json' }),
  );
  return path;
}

interface Summary {
  readonly ended: string;
  readonly streams: readonly { stream: string; read: number; delivered: number; rejected: number }[];
}

async function sync(path: string) {
  const { code, stdout, stderr } = await run('nexus-customer-io', ['sync', '--config', path]);
  const summary: Summary = JSON.parse(stdout);
  const counts = new Map(summary.streams.map(({ stream, ...rest }) => [stream, rest]));
  return { code, stderr, ended: summary.ended, counts };
}

describe('a sync into a workspace without the object type', () => {
  it('ends with 1 and "rejected", and sends the rows again once the type is there', async () => {
    const path = await syncFile();
    const first = await sync(path);
    expect({ code: first.code, ended: first.ended }).toEqual({ code: 1, ended: 'rejected' });
    expect(first.stderr).toMatch(/objects: all \d+ rows were rejected\. .*no object type "1"/);
    expect(first.stderr).toMatch(
      /relationships: all \d+ rows were rejected\..*the next run sends them again\.$/m,
    );
    expect(first.counts.get('events')).toMatchObject({
      rejected: 0,
      delivered: expect.toSatisfy((events: number) => events > 0),
    });
    const objects = first.counts.get('objects');
    expect(objects?.rejected).toBe(objects?.read);
    expect(objects).toMatchObject({ delivered: 0, read: expect.toSatisfy((read: number) => read > 0) });
    expect(first.counts.get('persons')).toMatchObject({ rejected: 0, delivered: 100 });

    const states = await readFile(join(folder, 's.json'), 'utf8');
    expect(states).toMatch(/"persons"/);
    expect(states).not.toMatch(/"name": "(objects|relationships)"/);

    // The type is made: the same address, so the state is of the same destination.
    const port = Number(new URL(simulator.url).port);
    await simulator.close();
    simulator = await startSimulator({ siteId: 'site', apiKey: 'key', objectTypes: ['1'], port });
    const second = await sync(path);
    expect({ code: second.code, ended: second.ended, said: second.stderr }).toMatchObject({
      code: 0,
      ended: 'complete',
    });
    expect(second.counts.get('objects')).toMatchObject({
      read: objects?.read,
      delivered: objects?.read,
      rejected: 0,
      rejected_by: [],
    });
    expect(second.counts.get('persons')).toMatchObject({ read: 0 });
  });
});

const persons = { name: 'persons', json_schema: {} };
const modes = { sync_mode: 'incremental', destination_sync_mode: 'append' };
const row = (userId: string | null) =>
  `${JSON.stringify({ type: 'RECORD', record: { stream: 'persons', data: { userId }, emitted_at: 1 } })}\n`;
const state =
  '{"type":"STATE","state":{"type":"STREAM","stream":{"stream_descriptor":{"name":"persons"}}}}\n';

async function write(input: string, settings: Record<string, unknown> = {}) {
  const config = join(folder, 'destination.json');
  const catalog = join(folder, 'catalog.json');
  await writeFile(config, JSON.stringify({ ...account(), rejects: join(folder, 'rejects'), ...settings }));
  await writeFile(catalog, JSON.stringify({ streams: [{ stream: persons, ...modes }] }));
  const args = ['write', '--config', config, '--catalog', catalog];
  const { code, stdout } = await run('destination-customer-io', args, { stdin: input });
  const messages = messagesOf(stdout);
  const count = (type: string) => messages.filter((message) => message.type === type).length;
  const account_ = messages.flatMap(({ log }) => (log as { message: string } | undefined)?.message ?? []);
  const { ended } = JSON.parse(account_.findLast((text) => text.startsWith('{')) ?? '{}') as Summary;
  return { code, states: count('STATE'), traces: count('TRACE'), ended };
}

const good = (count: number) => Array.from({ length: count }, (_, n) => row(`p${n}`)).join('');
const bad = (count: number) => row(null).repeat(count);

describe('write', () => {
  it.each([
    ['one row, rejected', bad(1), { code: 1, states: 1, traces: 1, ended: 'rejected' }],
    ['3 of 19 rows', good(16) + bad(3), { code: 0, states: 1, traces: 0, ended: 'complete' }],
    ['3 of 20 rows', good(17) + bad(3), { code: 1, states: 1, traces: 1, ended: 'rejected' }],
    ['2 of 20 rows', good(18) + bad(2), { code: 0, states: 1, traces: 0, ended: 'complete' }],
  ])('%s', async (_what, rows, ending) => {
    expect(await write(rows + state)).toEqual(ending);
    expect(await readdir(join(folder, 'rejects'))).toHaveLength(1);
  });

  it('takes another share from the configuration', async () => {
    expect(await write(good(15) + bad(5) + state, { max_rejects: '30%' })).toMatchObject({ code: 0 });
  });
});

it('rejects outlive their folder: it is made anew with all of them before a state passes', async () => {
  const config = join(folder, 'destination.json');
  const catalog = join(folder, 'catalog.json');
  const rejects = join(folder, 'rejects');
  await writeFile(config, JSON.stringify({ ...account(), rejects }));
  await writeFile(catalog, JSON.stringify({ streams: [{ stream: persons, ...modes }] }));
  const child = start('destination-customer-io', ['write', '--config', config, '--catalog', catalog]);
  const end = ended(child);
  child.stdin.write(good(3) + bad(1));
  // Written once a second, though no state comes.
  while ((await readdir(rejects).catch(() => [])).length === 0) await sleep(20);
  await rm(rejects, { recursive: true });
  child.stdin.end(state);
  const { code, stdout } = await end;
  expect(code).toBe(0);
  expect(stdout).toContain('"rejectedRecordCount":1');
  const [file = ''] = await readdir(rejects);
  expect(await readFile(join(rejects, file), 'utf8')).toContain('userId is missing');
});
