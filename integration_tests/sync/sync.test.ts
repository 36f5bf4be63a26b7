import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { changeWarehouse, generateWarehouse } from '../../src/demo/generate-warehouse.ts';
import { type Simulator, startSimulator } from '../../src/simulator/server.ts';
import { ended, run, start } from '../support/processes.ts';

let folder: string;
let simulator: Simulator;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sync-'));
  simulator = await startSimulator({ siteId: 'site', apiKey: 'k3y-of-the-test', objectTypes: ['1'] });
  await generateWarehouse(join(folder, 'warehouse.duckdb'), { scale: 0.02 });
});
afterEach(async () => {
  await simulator.close();
  await rm(folder, { recursive: true });
});

async function sync(destination: Record<string, unknown> = {}) {
  const path = join(folder, 'sync.yaml');
  const account = { site_id: 'site', api_key: `$\{SYNC_TEST_KEY}`, endpoint: simulator.url };
  const file = {
    source: { warehouse: { type: 'duckdb', path: 'warehouse.duckdb' } },
    destination: { ...account, ...destination },
    state: 'state.json',
  };
  await writeFile(path, JSON.stringify(file));
  const env = { SYNC_TEST_KEY: 'k3y-of-the-test' };
  return run('nexus-customer-io', ['sync', '--config', path], { env, cwd: '/' });
}

describe('sync', () => {
  it('delivers everything, then what has changed, then nothing', async () => {
    const first = await sync();
    expect(first.code, first.stderr).toBe(0);
    expect(JSON.parse(first.stdout)).toMatchObject({
      ended: 'complete',
      streams: [
        { stream: 'persons', read: 100, delivered: 100, rejected: 0 },
        { stream: 'objects', read: 40, delivered: 40, rejected: 0 },
        { stream: 'relationships', read: 180, delivered: 180, rejected: 0 },
        { stream: 'events', read: 1_200, delivered: 1_200, rejected: 0 },
      ],
      retries: {},
      errors: [],
      state: join(folder, 'state.json'),
      rejects: null,
    });
    expect(first.stderr).toMatch(/total +1,520 +1,520 +0/);
    expect(simulator.store.counts()).toMatchObject({
      people: 100,
      objects: 40,
      relationships: 180,
      events: 1_200,
    });

    await changeWarehouse(join(folder, 'warehouse.duckdb'));
    const second = await sync();
    // One person and one event by the last digits of the user id, two locations, and all 26 relationships of the
    // persons whose twelve have changed.
    expect(second.stderr).toMatch(/total +32 +32 +0/);
    const requests = simulator.requests;
    const third = await sync();
    expect(third.stderr).toMatch(/total +0 +0 +0/);
    // The key is checked all the same.
    expect(simulator.requests).toBe(requests + 1);
  });

  it('says once and clearly that the key is wrong, without the key, and keeps no state', async () => {
    const { code, stdout, stderr } = await sync({ api_key: 'wr0ng-k3y' });
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      ended: 'failed',
      streams: expect.arrayContaining([expect.objectContaining({ stream: 'persons', delivered: 0 })]),
      errors: [expect.any(String)],
    });
    expect(stdout + stderr).not.toContain('wr0ng-k3y');
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(stderr).toMatch(/key|credential/i);
    await expect(readFile(join(folder, 'state.json'))).rejects.toThrow(/ENOENT/);
  });

  it('exits 1 where all rows of a stream are rejected, and shows them and their file', async () => {
    await simulator.close();
    simulator = await startSimulator({ siteId: 'site', apiKey: 'k3y-of-the-test', objectTypes: ['7'] });
    const { code, stdout, stderr } = await sync();
    expect(code, stderr).toBe(1);
    expect(stderr).toMatch(/objects +40 +0 +40/);
    const kind = { reason: 'invalid', field: expect.stringMatching(/object_type/) };
    const summary = JSON.parse(stdout);
    expect(summary.streams).toMatchObject([
      { stream: 'persons', rejected: 0, rejected_by: [] },
      { rejected: 40, rejected_by: [{ ...kind, count: 40, example: expect.stringMatching(/^1\/L\d+$/) }] },
      {
        rejected: 180,
        rejected_by: [{ ...kind, count: 180, example: expect.stringMatching(/^1\/L\d+\/./) }],
      },
      { stream: 'events', rejected: 0, rejected_by: [] },
    ]);
    expect(stderr).toContain(`220 rejected, not in Customer.io: each with its reason in ${folder}/rejects`);
    const [file = ''] = await readdir(join(folder, 'rejects'));
    expect(summary.rejects).toBe(join(folder, 'rejects', file));
    const rejects = (await readFile(join(folder, 'rejects', file), 'utf8')).trimEnd().split('\n');
    expect(rejects).toHaveLength(220);
  });

  it('keeps away from a state file that another sync uses', async () => {
    const lock = join(folder, 'state.json.lock');
    await writeFile(lock, JSON.stringify({ pid: process.pid, host: hostname(), token: 'x' }));
    const { code, stdout, stderr } = await sync();
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      ended: 'failed',
      streams: [],
      errors: [expect.stringContaining('Another sync')],
      state: join(folder, 'state.json'),
    });
    expect(stderr).toContain(`Another sync uses ${folder}/state.json: process ${process.pid}`);
    expect(simulator.requests).toBe(0);
  });
});

describe('simulate', () => {
  it('answers until it is told to stop', async () => {
    const child = start('nexus-customer-io', ['simulate', '--port', '0', '--site-id', 'a', '--api-key', 'b']);
    const end = ended(child);
    const [line] = (await once(child.stdout, 'data')) as [string];
    const [url = ''] = /http:\/\/\S+/.exec(line) ?? [];
    const headers = { authorization: `Basic ${btoa('a:b')}` };
    const { status } = await fetch(`${url}/api/v1/accounts/region`, { headers });
    expect(status).toBe(200);
    child.kill('SIGTERM');
    expect(await end).toMatchObject({ signal: 'SIGTERM', stderr: '' });
  });

  it('says that a port is taken', async () => {
    const { code, stderr } = await run('nexus-customer-io', ['simulate', '--port', String(simulator.port)]);
    expect(code).toBe(1);
    expect(stderr).toContain(`Port ${simulator.port} is taken`);
  });
});
