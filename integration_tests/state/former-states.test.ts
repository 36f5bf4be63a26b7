import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { customerIoDestination } from '../../src/destination/destination.ts';
import type { AirbyteStateMessage } from '../../src/protocol/messages.ts';
import { startSimulator } from '../../src/simulator/server.ts';
import { nexusSource } from '../../src/source/source.ts';
import { streamNames } from '../../src/streams/contract.ts';
import { RunRecorder } from '../../src/sync/report/run-recorder.ts';
import { runSync } from '../../src/sync/run-sync.ts';
import { errorsOf, read } from '../support/reading.ts';

/**
 * States that former versions have written, of the warehouse that warehouse.sql makes. Each folder is the day of the
 * version: airbyte.jsonl is what `read` printed, sync.json the state file of `sync`. They are never written again.
 */
const fixtures = fileURLToPath(new URL('../fixtures/states', import.meta.url));
const versions = ['2026-11-24', '2026-11-30'] as const;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'former-states-'));
  await change(await readFile(join(fixtures, 'warehouse.sql'), 'utf8'));
});
afterEach(() => rm(folder, { recursive: true }));

const path = () => join(folder, 'w.duckdb');
const config = (rest: object = {}) => ({ warehouse: { type: 'duckdb', path: path() }, ...rest });

async function change(sql: string): Promise<void> {
  const instance = await DuckDBInstance.create(path());
  const connection = await instance.connect();
  await connection.run(sql);
  connection.closeSync();
  instance.closeSync();
}

async function airbyteStates(version: string): Promise<AirbyteStateMessage[]> {
  const lines = (await readFile(join(fixtures, version, 'airbyte.jsonl'), 'utf8')).trim().split('\n');
  return lines.map((line) => JSON.parse(line).state);
}

/** One new row for each stream. */
const news = `
  INSERT INTO nexus_entities VALUES ('p9', 'person', 'u9', 'new@x.io', NULL, 'active', 'New', NULL, NULL, NULL,
    '2025-06-01', '2025-06-01', '2025-06-01'), ('g9', 'group', NULL, NULL, NULL, NULL, NULL, 'L9', 'Nine', NULL,
    '2025-06-01', '2025-06-01', '2025-06-01');
  INSERT INTO nexus_relationships VALUES ('r9', 'p9', 'person', 'g9', 'group', 'membership', true, '2025-06-02',
    '2025-06-02', '2025-06-02', '2025-06-02');
  INSERT INTO nexus_events VALUES ('ev9', '2025-06-03', 'visit', 'appointment', NULL, NULL, 'web');
  INSERT INTO nexus_entity_participants VALUES ('ev9', 'p9', 'person', 'visitor');`;

/** Both ends as they are; the state file belongs to the account that it names, wherever the simulator listens. */
async function sync(statePath: string) {
  const simulator = await startSimulator({ siteId: 'site', apiKey: 'key', objectTypes: ['1'] });
  const [entry] = JSON.parse(await readFile(statePath, 'utf8'));
  const account = async () => entry.destination ?? { api: 'track', host: 'here', account: '0' };
  const destination = { site_id: 'site', api_key: 'key', endpoint: simulator.url };
  const watcher = { start: () => undefined, log: () => undefined, stop: () => undefined };
  try {
    const run = new RunRecorder({ deliveredBy: 'state' });
    await runSync(
      { source: config(), destination, statePath },
      { source: nexusSource, destination: { ...customerIoDestination, account } },
      { watcher, run, signal: new AbortController().signal },
    );
    return run.account();
  } finally {
    await simulator.close();
  }
}

describe.each(versions)('a state of %s', (version) => {
  it.each(streamNames)('goes on with %s, and sends nothing twice', async (stream) => {
    const states = await airbyteStates(version);
    const again = await read(config(), states, [stream]);
    expect(errorsOf(again)).toEqual([]);
    expect(again.rows).toEqual([]);
    await change(news);
    const next = await read(config(), again.states, [stream]);
    expect(errorsOf(next)).toEqual([]);
    expect(next.rows).toHaveLength(1);
    expect((await read(config(), next.states, [stream])).rows).toEqual([]);
  });

  it('goes on in a state file of sync', async () => {
    const statePath = join(folder, 'state.json');
    await writeFile(statePath, await readFile(join(fixtures, version, 'sync.json'), 'utf8'));
    expect(await sync(statePath)).toMatchObject({ errors: [], streams: Array(4).fill({ read: 0 }) });
    await change(news);
    expect(await sync(statePath)).toMatchObject({ errors: [], streams: Array(4).fill({ read: 1 }) });
    expect(await sync(statePath)).toMatchObject({ errors: [], streams: Array(4).fill({ read: 0 }) });
  });

  it('is refused where a shipped model is another since, by a model of one’s own', async () => {
    const states = await airbyteStates(version);
    const sql = `SELECT 'L' AS "groupId", '1' AS "objectTypeId", TIMESTAMP '2025-01-01' AS "timestamp"`;
    await change(`CREATE TABLE mine AS ${sql}`);
    const models = join(folder, 'models');
    await writeModel(models, 'customer_io_locations', sql);
    expect(errorsOf(await read(config({ models }), states, ['objects']))).toEqual([
      expect.stringContaining('another definition of the model'),
    ]);
  });
});

async function writeModel(models: string, name: string, sql: string): Promise<void> {
  await mkdir(models, { recursive: true });
  await writeFile(join(models, `${name}.sql`), sql);
}
