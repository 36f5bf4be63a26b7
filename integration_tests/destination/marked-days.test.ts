import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, it } from 'vitest';
import { startSimulator } from '../../src/simulator/server.ts';
import { run } from '../support/processes.ts';

const tables = [
  `CREATE TABLE p ("userId" VARCHAR, "timestamp" TIMESTAMP, plan VARCHAR)`,
  `CREATE TABLE o ("groupId" VARCHAR, "objectTypeId" VARCHAR, "timestamp" TIMESTAMP, name VARCHAR)`,
];
const rows = [
  `INSERT INTO p VALUES ('a', '2024-01-01', 'pro'), ('b', '2024-01-02', 'pro')`,
  `INSERT INTO o VALUES ('g', '1', '2024-01-01', 'One'), ('h', '1', '2024-01-02', 'Two')`,
];
const leave = [`DELETE FROM p WHERE "userId" = 'a'`, `DELETE FROM o WHERE "groupId" = 'g'`];
const back = [
  `INSERT INTO p VALUES ('a', '2024-01-01', 'free')`,
  `INSERT INTO o VALUES ('g', '1', '2024-01-01', 'One')`,
];

it('a mark goes when the row is back, though its time is older than the removal', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'marks-'));
  const simulator = await startSimulator({ siteId: 'site', apiKey: 'key' });
  const path = join(folder, 'w.duckdb');
  const config = join(folder, 'sync.json');
  const relation = (name: string) => [{ from: 'relation', name }];
  const sync = {
    source: {
      warehouse: { type: 'duckdb', path },
      persons: relation('p'),
      objects: relation('o'),
      changes: 'snapshot',
    },
    destination: {
      ...{ site_id: 'site', api_key: 'key', endpoint: simulator.url },
      removals: { persons: 'mark', objects: 'mark' },
    },
    state: 'state.json',
  };
  const day = async (...changes: readonly string[]) => {
    const instance = await DuckDBInstance.create(path);
    const connection = await instance.connect();
    for (const change of changes) await connection.run(change);
    connection.closeSync();
    instance.closeSync();
    const { code, stdout, stderr } = await run('nexus-customer-io', ['sync', '--config', config]);
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    return JSON.parse(stdout).streams.slice(0, 2);
  };
  try {
    await writeFile(config, JSON.stringify(sync));
    await day(...tables, ...rows);
    const counts = await day(...leave);
    expect(counts).toMatchObject([{ removed: 1 }, { removed: 1 }]);
    const mark = { removed_from_warehouse_at: expect.any(Number) };
    expect(simulator.store.person({ id: 'a' })?.attributes).toEqual({ id: 'a', plan: 'pro', ...mark });
    expect(simulator.store.objects()[0]?.attributes).toEqual({ name: 'One', ...mark });
    await day(...back);
    expect(simulator.store.person({ id: 'a' })?.attributes).toEqual({ id: 'a', plan: 'free' });
    expect(simulator.store.objects()[0]?.attributes).toEqual({ name: 'One' });
    expect(simulator.store.counts()).toMatchObject({ people: 2, objects: 2, stale: 0 });
  } finally {
    await simulator.close();
    await rm(folder, { recursive: true });
  }
});
