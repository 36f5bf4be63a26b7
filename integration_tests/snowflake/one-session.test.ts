import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateWarehouse } from '../../src/demo/generate-warehouse.ts';
import { customerIoDestination } from '../../src/destination/destination.ts';
import { diagnose } from '../../src/doctor/doctor.ts';
import { type Simulator, startSimulator } from '../../src/simulator/server.ts';
import { openSource } from '../../src/source/session.ts';
import { nexusSource } from '../../src/source/source.ts';
import { streamNames } from '../../src/streams/contract.ts';
import { RunRecorder } from '../../src/sync/report/run-recorder.ts';
import { runSync } from '../../src/sync/run-sync.ts';
import { type SnowflakeServer, startSnowflakeServer } from '../snowflake-server/server.ts';
import { copiedTables } from '../support/copied-tables.ts';
import { catalogOf, checkOf, read } from '../support/reading.ts';
import { snowflakeConfig } from '../support/warehouses.ts';

/** Whatever a command asks of a warehouse, it logs in once, lists the tables once, and describes each model once. */

let folder: string;
let server: SnowflakeServer;
let simulator: Simulator;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'one-session-'));
  const demo = join(folder, 'demo.duckdb');
  await generateWarehouse(demo, { scale: 0.01, now: new Date('2025-01-01') });
  server = await startSnowflakeServer();
  await server.run(...(await copiedTables(demo)));
  simulator = await startSimulator({ siteId: 'site', apiKey: 'key', objectTypes: ['1'] });
});

afterAll(async () => {
  await simulator.close();
  await server.close();
  await rm(folder, { recursive: true });
});

const source = () => ({ warehouse: snowflakeConfig(server.url) });

async function sync() {
  const { signal } = new AbortController();
  const destination = { site_id: 'site', api_key: 'key', endpoint: simulator.url };
  const watcher = { start: () => undefined, log: () => undefined, stop: () => undefined };
  const file = { source: source(), destination, statePath: join(folder, 'state.json') };
  const run = new RunRecorder({ deliveredBy: 'state' });
  const ends = { source: nexusSource, destination: customerIoDestination };
  await runSync(file, ends, { watcher, run, signal });
  return run.account();
}

interface Asked {
  readonly logins: number;
  readonly listings: number;
  /** Texts that were compiled and never run: models, and in a check the statements of their read. */
  readonly described: number;
  readonly different: number;
}

async function asked(command: () => Promise<unknown>): Promise<Asked> {
  const before = [server.requests.length, server.statements.length, server.described.length] as const;
  await command();
  const requests = server.requests.slice(before[0]);
  const statements = server.statements.slice(before[1]);
  const described = server.described.slice(before[2]);
  const times = (texts: readonly string[], text: string) => texts.filter((each) => each === text).length;
  // The warehouse lets small queries be described before it runs them.
  const only = described.filter((text) => times(statements, text) === times(described, text));
  return {
    logins: requests.filter((path) => path.includes('login-request')).length,
    listings: statements.filter((text) => text.includes('INFORMATION_SCHEMA.COLUMNS')).length,
    described: only.length,
    different: new Set(only).size,
  };
}

const once = (described: number): Asked => ({ logins: 1, listings: 1, described, different: described });

describe('one login, one listing and one description of each model', () => {
  it('in a sync, the first and the next', async () => {
    for (const read of [true, false]) {
      let summary: Awaited<ReturnType<typeof sync>> | undefined;
      const found = await asked(async () => {
        summary = await sync();
      });
      expect(summary?.errors).toEqual([]);
      expect(summary?.streams.every((stream) => stream.read > 0)).toBe(read);
      expect(found).toEqual(once(4));
    }
  });

  it.each<[string, () => Promise<unknown>, number]>([
    ['discover', () => catalogOf(source()), 4],
    ['read', () => read(source(), [], streamNames), 4],
    ['doctor', () => diagnose(source(), undefined, new AbortController().signal), 4],
    // The statements of each model's read, beside the model.
    ['check', () => checkOf(source()), 12],
  ])('in %s', async (_verb, command, models) => {
    expect(await asked(command)).toEqual(once(models));
  });

  it('in a session, whatever is asked of it', async () => {
    const found = await asked(async () => {
      await using session = await openSource(source());
      for await (const _message of session.catalog());
      await session.check();
      for await (const _message of session.catalog());
    });
    expect(found).toEqual(once(12));
  });
});
