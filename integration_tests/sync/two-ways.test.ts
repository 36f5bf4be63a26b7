import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/server.ts';
import { heldLines } from '../support/holdings.ts';
import { type Ended, run } from '../support/processes.ts';
import { rejectedKeys } from '../support/sync-job.ts';

/** The warehouse of the public dbt package, synced by the Track API and by the Pipelines API: the same must be there. */

const warehouse = fileURLToPath(new URL('../fixtures/nexus-warehouse', import.meta.url));
const accounts = {
  track: { site_id: 'site', api_key: 'key' },
  pipelines: { api: 'pipelines', write_key: 'w' },
};

interface Way {
  readonly simulator: Simulator;
  readonly folder: string;
  readonly ended: Ended;
}

let root: string;
let track: Way;
let pipelines: Way;

async function sync(account: object): Promise<Way> {
  const folder = await mkdtemp(join(root, 'way-'));
  const simulator = await startSimulator({
    siteId: 'site',
    apiKey: 'key',
    writeKey: 'w',
    objectTypes: ['1'],
  });
  const file = {
    source: { warehouse: { type: 'duckdb', path: warehouse } },
    destination: { ...account, endpoint: simulator.url },
    state: 'state.json',
  };
  const path = join(folder, 'sync.yaml');
  await writeFile(path, JSON.stringify(file));
  return { simulator, folder, ended: await run('nexus-customer-io', ['sync', '--config', path]) };
}

const startedAt = Math.floor(Date.now() / 1000);

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'two-ways-'));
  track = await sync(accounts.track);
  pipelines = await sync(accounts.pipelines);
});

afterAll(async () => {
  await Promise.all([track, pipelines].map(({ simulator }) => simulator.close()));
  await rm(root, { recursive: true });
});

/** The one difference: an event without a time, or with one of the future, is dated when it arrives. */
function heldOf({ simulator }: Way, since: number): string[] {
  return heldLines(simulator.store).map((line) =>
    line.replace(/"timestamp":(\d{10})(?=,)/, (whole, at) =>
      Number(at) < since ? whole : '"timestamp":"arrival"',
    ),
  );
}

const butNot = (these: Iterable<string>, others: ReadonlySet<string>): string[] =>
  [...these].filter((each) => !others.has(each));

describe('a sync of the nexus warehouse by either API', () => {
  it('ends well, and reads, delivers and rejects as many of each stream', () => {
    const table = ({ ended }: Way) =>
      [...ended.stderr.matchAll(/^(?:persons|objects|relationships|events)( +[\d,]+){3}/gm)].map(
        ([row]) => row,
      );
    expect([track.ended.code, pipelines.ended.code], pipelines.ended.stderr).toEqual([0, 0]);
    expect(table(pipelines)).toHaveLength(8);
    expect(table(pipelines)).toEqual(table(track));
  });

  it('leaves the same people, objects, relationships and events, value by value', () => {
    const [one, other] = [heldOf(track, startedAt), heldOf(pipelines, startedAt)];
    expect(one.length).toBeGreaterThan(4_000);
    expect(one.filter((line) => line.includes('"timestamp":"arrival"'))).toHaveLength(9);
    expect(butNot(one, new Set(other))).toEqual([]);
    expect(butNot(other, new Set(one))).toEqual([]);
    expect(pipelines.simulator.store.counts()).toEqual(track.simulator.store.counts());
  });

  it('rejects the same records', async () => {
    const [one, other] = [await rejectedKeys(track.folder), await rejectedKeys(pipelines.folder)];
    expect(one.size).toBeGreaterThan(50);
    expect(butNot(one, other)).toEqual([]);
    expect(butNot(other, one)).toEqual([]);
  });
});
