import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startSimulator } from '../../src/simulator/server.ts';
import { run } from '../support/processes.ts';

/** Rejects in a person's hands: listed, shown, replayed out of the way, and removed by age. */
let folder: string;
let simulator: Awaited<ReturnType<typeof startSimulator>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rejects-'));
  simulator = await startSimulator({ siteId: 'site', apiKey: 'key' });
  const instance = await DuckDBInstance.create(join(folder, 'w.duckdb'));
  const connection = await instance.connect();
  const rows = `('u1', 'a@x.io', 'Rome'), ('u2', 'b@x.io', repeat('x', 2000)), ('u3', 'c@x.io', '=' || repeat('y', 1500))`;
  await connection.run(
    `CREATE TABLE customer_io_persons AS SELECT *, TIMESTAMP '2025-01-01' AS "timestamp" FROM (VALUES ${rows}) AS v("userId", email, city)`,
  );
  connection.closeSync();
  instance.closeSync();
});
afterAll(async () => {
  await simulator.close();
  await rm(folder, { recursive: true });
});

async function sync(more: Record<string, string> = {}) {
  const destination = {
    site_id: 'site',
    api_key: 'key',
    endpoint: simulator.url,
    max_rejects: '100%',
    ...more,
  };
  const source = { warehouse: { type: 'duckdb', path: 'w.duckdb' } };
  await writeFile(join(folder, 'sync.yaml'), JSON.stringify({ source, destination, state: 'state.json' }));
  return run('nexus-customer-io', ['sync', '--config', join(folder, 'sync.yaml')]);
}

const rejects = (...args: string[]) =>
  run('nexus-customer-io', ['rejects', ...args, '--config', join(folder, 'sync.yaml')]);
const replay = (path = 'rejects') =>
  run('nexus-customer-io', ['replay', join(folder, path), '--config', join(folder, 'sync.yaml')]);
const filesIn = (name: string) => readdir(join(folder, name)).catch(() => []);

beforeEach(async () => {
  for (const name of ['state.json', 'rejects', 'rejects-replayed'])
    await rm(join(folder, name), { recursive: true, force: true });
  const { code, stderr } = await sync();
  expect(code, stderr).toBe(0);
});

describe('rejects', () => {
  it('are listed with key, reason, field and the beginning of the value', async () => {
    const { stdout, stderr } = await rejects('list');
    expect(stdout).toMatch(/^1 {2}persons {2}u2 {2}\S+ {2}attributes\.city {2}x{39}…$/m);
    expect(stderr).toContain('2 rejects in');
    expect((await rejects('list', '--stream', 'events')).stderr).toContain('0 rejects in');
    expect((await rejects('list', '--reason', 'nothing')).stderr).toContain('0 rejects in');
  });

  it('come as CSV that no spreadsheet takes for a formula', async () => {
    const { stdout } = await rejects('list', '--csv');
    const [head, , third] = stdout.split('\n');
    expect(head).toBe('number,stream,key,reason,field,value');
    expect(third).toMatch(/^2,persons,u3,\w+,attributes\.city,'=y+…$/);
  });

  it('are shown whole', async () => {
    const { stdout } = await rejects('show', '2');
    expect(stdout).toContain('key: u3');
    expect(stdout).toMatch(/file: .*\.ndjson, line 2/);
    expect(stdout).toContain(`"=${'y'.repeat(1500)}"`);
    expect(await rejects('show', '9')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no reject number 9'),
    });
  });

  it('are their owner’s alone', async () => {
    const [file = ''] = await filesIn('rejects');
    const modes = [join(folder, 'rejects'), join(folder, 'rejects', file)].map(
      async (path) => (await stat(path)).mode & 0o777,
    );
    expect(await Promise.all(modes)).toEqual([0o700, 0o600]);
  });

  it('of former runs are told of at the end of a sync', async () => {
    expect((await sync()).stderr).toMatch(
      /2 rejects of 1 former run still wait in .*rejects: see "rejects list"/,
    );
  });

  it('leave their folder once they are replayed, and come back where they are rejected again: it never grows', async () => {
    const [first = ''] = await filesIn('rejects');
    for (let times = 1; times <= 3; times += 1) {
      await replay();
      expect(await filesIn('rejects')).toHaveLength(1);
      expect((await rejects('list')).stderr).toContain('2 rejects in');
    }
    expect(await filesIn('rejects-replayed')).toContain(first);
    await sync({ too_long: 'truncate' });
    const last = await replay();
    expect([last.code, last.stderr]).toEqual([0, expect.stringContaining('What was replayed is now in')]);
    expect(await filesIn('rejects')).toEqual([]);
    expect((await sync()).stderr).not.toContain('still wait');
  });

  it('are removed by their age, replayed ones too, and nothing else in their folder', async () => {
    const old = new Date(Date.now() - 40 * 86_400_000);
    await mkdir(join(folder, 'rejects-replayed'));
    const names = ['rejects/rejects-a.ndjson', 'rejects-replayed/rejects-b.ndjson', 'rejects/notes.txt'];
    for (const name of names) {
      await writeFile(join(folder, name), '');
      await utimes(join(folder, name), old, old);
    }
    const { stderr } = await sync({ rejects_keep: '30d' });
    expect(stderr).toContain('2 files of rejects are older than 30d');
    expect(await filesIn('rejects')).toEqual(expect.arrayContaining(['notes.txt']));
    expect(await filesIn('rejects')).toHaveLength(2);
    expect(await readFile(join(folder, 'rejects/notes.txt'), 'utf8')).toBe('');
  });
});
