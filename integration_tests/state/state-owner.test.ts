import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { generateWarehouse } from '../../src/demo/generate-warehouse.ts';
import { type Simulator, startSimulator } from '../../src/simulator/server.ts';
import { run } from '../support/processes.ts';

let folder: string;
let here: Simulator;
let there: Simulator;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'owner-'));
  await generateWarehouse(join(folder, 'w.duckdb'), { scale: 0.02 });
  there = await startSimulator({ siteId: 'site', apiKey: 'key', writeKey: 'write', objectTypes: ['1'] });
});
afterAll(async () => {
  await there.close();
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  here = await startSimulator({ siteId: 'site', apiKey: 'key', writeKey: 'write', objectTypes: ['1'] });
});
afterEach(async () => {
  await here.close();
  await rm(join(folder, 'state.json'), { force: true });
});

const account = () => ({ site_id: 'site', api_key: 'key', endpoint: here.url });

async function sync(destination: Record<string, unknown>, args: readonly string[] = []) {
  const source = { warehouse: { type: 'duckdb', path: 'w.duckdb' }, changes: 'cursor' };
  const path = join(folder, 'sync.yaml');
  await writeFile(path, JSON.stringify({ source, destination, state: 'state.json' }));
  const { code, stdout, stderr } = await run('nexus-customer-io', ['sync', '--config', path, ...args]);
  const summary = JSON.parse(stdout);
  const sum = (of: 'read' | 'delivered'): number =>
    summary.streams.reduce((soFar: number, stream: Record<string, number>) => soFar + (stream[of] ?? 0), 0);
  return { code, stderr, summary, read: sum('read'), delivered: sum('delivered') };
}

const savedText = () => readFile(join(folder, 'state.json'), 'utf8');

describe('a state', () => {
  it.each([
    ['another host', () => ({ ...account(), endpoint: there.url }), /on 127\.0\.0\.1:\d+ .*127\.0\.0\.1:\d+/],
    ['another workspace', () => ({ ...account(), site_id: 'other' }), /The site ID is different/],
    ['another API', () => ({ api: 'pipelines', write_key: 'write', endpoint: here.url }), /Pipelines API/],
  ])('is refused by %s before anything is sent, and stays as it is', async (_what, other, words) => {
    expect(await sync(account())).toMatchObject({ code: 0, delivered: 1_520 });
    const saved = await savedText();
    const requests = [here.requests, there.requests];
    const { code, stderr, summary } = await sync(other());
    expect(code, stderr).toBe(1);
    expect(summary).toMatchObject({ ended: 'failed', errors: [expect.stringContaining('belongs to')] });
    expect(stderr).toMatch(words);
    expect(stderr).toMatch(/another state file .*delete .*--accept-state/);
    expect([here.requests, there.requests]).toEqual(requests);
    expect(await savedText()).toBe(saved);
    expect(saved).not.toMatch(/: "(site|key|write)"/);
  });

  it('stays the same workspace’s when its key is replaced', async () => {
    await sync(account());
    const { code, stderr } = await sync({ ...account(), api_key: 'a-new-one' });
    // It is the key that Customer.io refuses, not the state.
    expect(code).toBe(1);
    expect(stderr).toMatch(/key/);
    expect(stderr).not.toContain('belongs to');
  });

  it('becomes another’s where a person says so, and is then refused by the first', async () => {
    await sync(account());
    const other = { ...account(), endpoint: there.url };
    const accepted = await sync(other, ['--accept-state']);
    expect(accepted, accepted.stderr).toMatchObject({ code: 0, read: 0 });
    expect(await sync(other)).toMatchObject({ code: 0, read: 0 });
    expect((await sync(account())).code).toBe(1);
  });

  it('of a version that did not bind it is taken with a warning, once', async () => {
    await sync(account());
    const old = JSON.parse(await savedText()).map(({ type, stream }: Record<string, unknown>) => ({
      type,
      stream,
    }));
    await writeFile(join(folder, 'state.json'), JSON.stringify(old));
    const warning = /WARN .*state\.json does not say which destination it belongs to/;
    const first = await sync(account());
    expect(first, first.stderr).toMatchObject({ code: 0, read: 0 });
    expect(first.stderr).toMatch(warning);
    expect((await sync(account())).stderr).not.toMatch(warning);
    expect((await sync({ ...account(), endpoint: there.url })).code).toBe(1);
  });

  it('that was edited is an error, not a beginning', async () => {
    await sync(account());
    await writeFile(
      join(folder, 'state.json'),
      (await savedText()).replace(/"timestamp": "20/, '"timestamp": "21'),
    );
    const { code, stderr } = await sync(account());
    expect(code).toBe(1);
    expect(stderr).toMatch(/state file .*state\.json was edited: entry 1/);
  });
});
