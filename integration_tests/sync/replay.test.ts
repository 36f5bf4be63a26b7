import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSimulator } from '../../src/simulator/server.ts';
import { type Ended, ended, run, start } from '../support/processes.ts';
import { type Calm, calmRun, type Job, rejectedKeys, syncJob } from '../support/sync-job.ts';

/** Rejects of real syncs, sent again by the real command once what was wrong is mended. */

let calm: Calm & AsyncDisposable;

beforeAll(async () => {
  calm = await calmRun(0.05);
});

afterAll(() => calm[Symbol.asyncDispose]());

const rejectsIn = (folder: string): Promise<string[]> => readdir(join(folder, 'rejects'));

function replay(folder: string, ...more: readonly string[]): Promise<Ended> {
  const [rejects = join(folder, 'rejects'), config = join(folder, 'sync.yaml')] = more;
  return run('nexus-customer-io', ['replay', rejects, '--config', config]);
}

const counted = ({ stderr }: Ended): readonly number[] =>
  (/^total +([\d,]+) +([\d,]+) +([\d,]+)/m.exec(stderr) ?? [])
    .slice(1)
    .map((text) => Number(text.replace(',', '')));

async function settings(job: Job, destination: Record<string, unknown>): Promise<void> {
  const path = join(job.folder, 'sync.yaml');
  const file = JSON.parse(await readFile(path, 'utf8'));
  await writeFile(path, JSON.stringify({ ...file, destination: { ...file.destination, ...destination } }));
}

/** More is refused than a sync takes for well by default. */
const anyRejects = { max_rejects: '100%' };

describe('replay', () => {
  it('delivers what Customer.io refused for a while: all is there that a calm sync leaves, and no event twice', async () => {
    const job = await syncJob(calm);
    try {
      job.simulator.faults.rejectEvery = 3;
      expect((await job.run(anyRejects)).code).toBe(0);
      const [file = ''] = await rejectsIn(job.folder);
      const path = join(job.folder, 'rejects', file);
      const before = await readFile(path, 'utf8');
      const records = before.split('\n').length - 1;
      expect(records).toBeGreaterThan(calm.rejected.size * 2);

      job.simulator.faults.rejectEvery = 0;
      const done = await replay(job.folder, path);
      expect(done.code, done.stderr).toBe(0);
      expect(await job.differences()).toMatchObject({ lost: [], extra: [], repeated: [], unrejected: [] });
      expect(counted(done)).toEqual([records, records - calm.rejected.size, calm.rejected.size]);

      // What cannot be delivered is in a new file; the one that was replayed is as it was, but out of the way.
      expect(await readFile(join(job.folder, 'rejects-replayed', file), 'utf8')).toBe(before);
      expect(await rejectsIn(job.folder)).toHaveLength(1);
      const [again = ''] = (await rejectsIn(job.folder)).filter((name) => name !== file);
      expect(done.stderr).toContain(again);
      const text = await readFile(join(job.folder, 'rejects', again), 'utf8');
      expect(text.split('\n')).toHaveLength(calm.rejected.size + 1);

      expect((await replay(job.folder, path)).code).toBe(0);
      expect(await job.differences()).toMatchObject({ lost: [], extra: [], repeated: [] });
    } finally {
      await job.close();
    }
  });

  it('delivers values that were too long once the config cuts them', async () => {
    const job = await syncJob(calm);
    try {
      await job.run();
      const tooLong = [...(await rejectedKeys(job.folder))].length;
      await settings(job, { too_long: 'truncate' });
      const done = await replay(job.folder);
      const [read, delivered = 0] = counted(done);
      expect(read).toBe(tooLong);
      expect(delivered).toBeGreaterThan(0);
      const cut = job.simulator.store
        .people()
        .filter(({ attributes }) => attributes.city === 'x'.repeat(1000));
      expect(cut).toHaveLength(delivered);
      expect(done.stderr).toMatch(/values of "city" in stream "persons" were truncated to 1000 bytes/);
    } finally {
      await job.close();
    }
  });

  it('sends by the other API with the same event ids: what stands already does not double', async () => {
    const job = await syncJob(calm);
    try {
      job.simulator.faults.rejectEvery = 4;
      await job.run(anyRejects);
      job.simulator.faults.rejectEvery = 0;
      const path = join(job.folder, 'pipelines.json');
      const config = {
        api: 'pipelines',
        write_key: 'write',
        endpoint: job.simulator.url,
        rejects: join(job.folder, 'again'),
      };
      await writeFile(path, JSON.stringify(config));
      const done = await replay(job.folder, join(job.folder, 'rejects'), path);
      expect(done.code, done.stderr).toBe(0);
      expect(await job.differences()).toMatchObject({ lost: [], extra: [], repeated: [] });
      await replay(job.folder, join(job.folder, 'rejects'), path);
      expect(await job.differences()).toMatchObject({ lost: [], extra: [], repeated: [] });
    } finally {
      await job.close();
    }
  });
});

describe('replay that is stopped', () => {
  it('settles, ends by the signal, and the next one delivers the rest', async () => {
    const job = await syncJob(calm);
    try {
      job.simulator.faults.rejectEvery = 2;
      await job.run(anyRejects);
      Object.assign(job.simulator.faults, { rejectEvery: 0, latencyMs: 200 });
      await settings(job, { requests_in_flight: 1 });
      const requests = job.simulator.requests;
      const path = join(job.folder, 'rejects');
      const child = start('nexus-customer-io', ['replay', path, '--config', join(job.folder, 'sync.yaml')]);
      // The check, and one batch that is under way.
      while (job.simulator.requests < requests + 2) await sleep(5);
      child.kill('SIGTERM');
      const stopped = await ended(child);
      expect(stopped.signal).toBe('SIGTERM');
      expect(stopped.stderr).toContain('Interrupted: replay the same files again');
      expect((await job.differences()).lost).not.toEqual([]);
      job.simulator.faults.latencyMs = 0;
      await replay(job.folder);
      expect(await job.differences()).toMatchObject({ lost: [], extra: [], repeated: [] });
    } finally {
      await job.close();
    }
  });
});

describe('replay refuses, with one clear error and nothing sent', () => {
  it.each<[string, string, string, RegExp]>([
    [
      'a file that holds no rejects',
      '{"type":"RECORD"}\n',
      'key',
      /a\.ndjson, line 1, is not a line of a rejects file/,
    ],
    ['an empty file', '', 'key', /contains no rejected record/],
    ['a wrong key', 'good', 'other', /Customer\.io refuses the key/],
  ])('%s', async (_name, text, apiKey, message) => {
    const folder = await mkdtemp(join(tmpdir(), 'replay-'));
    const simulator = await startSimulator({ siteId: 'site', apiKey: 'key' });
    try {
      const data = { userId: 'ann' };
      const record = { type: 'RECORD', record: { stream: 'persons', data, emitted_at: 1 } };
      const good = JSON.stringify({ stream: 'persons', as: 'persons', schema: {}, record });
      const path = join(folder, 'a.ndjson');
      await writeFile(path, text === 'good' ? `${good}\n` : text);
      const config = join(folder, 'config.json');
      await writeFile(config, JSON.stringify({ site_id: 'site', api_key: apiKey, endpoint: simulator.url }));
      const done = await replay(folder, path, config);
      expect(done.code).toBe(1);
      expect(done.stderr.trim().split('\n')).toHaveLength(1);
      expect(done.stderr).toMatch(message);
      expect(simulator.store.counts().people).toBe(0);
    } finally {
      await simulator.close();
      await rm(folder, { recursive: true });
    }
  });

  it('a path that is not given', async () => {
    const done = await run('nexus-customer-io', ['replay', '--config', 'x.json']);
    expect([done.code, done.stderr]).toEqual([
      2,
      expect.stringContaining("missing required argument 'rejects'"),
    ]);
  });
});
