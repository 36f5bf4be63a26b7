import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/server.ts';
import { run } from '../support/processes.ts';
import { rejectedKeys } from '../support/sync-job.ts';
import { differences } from './compare.ts';
import { Ledger } from './ledger.ts';
import { loadDay, worldOf } from './real-warehouse.ts';
import { bySync } from './transfer/by-sync.ts';
import type { Job } from './transfer/job.ts';
import { foldedEmail } from './world/world.ts';

/** Three days of a warehouse that the public package has built, each built by `run` from what its sources then say. */

const start = Date.now();
let folder: string;
let simulators: Simulator[];
let job: Job;
const ledger = new Ledger();
/** Events of people who were away on some day. */
const lost = new Set<string>();
const eventsOfPeople = new Map<string, Set<string>>();

const startCustomerIo = () => startSimulator({ siteId: 'site', apiKey: 'key', objectTypes: ['1'] });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'real-days-'));
  simulators = [await startCustomerIo(), await startCustomerIo()];
  const [simulator] = simulators;
  if (simulator === undefined) throw new Error('No simulator.');
  job = {
    warehouse: join(folder, 'warehouse.duckdb'),
    folder,
    state: 'state.json',
    source: { changes: { ...allSnapshots, allow_removals: true } },
    removals: { persons: 'remove', objects: 'remove', relationships: 'remove', persons_moved: 'merge' },
    simulator,
    maxRejects: '50%',
  };
  await writeFile(
    join(folder, 'config.json'),
    JSON.stringify({ warehouse: { type: 'duckdb', path: job.warehouse } }),
  );
});
afterAll(async () => {
  for (const simulator of simulators) await simulator.close();
  await rm(folder, { recursive: true });
});

async function build(day: number): Promise<void> {
  await loadDay(job.warehouse, day);
  const { code, stderr } = await run('nexus-customer-io', ['run', '--config', join(folder, 'config.json')]);
  expect(code, stderr).toBe(0);
  const world = await worldOf(job.warehouse, start);
  ledger.note(world);
  const emails = new Map(Array.from(world.people.values(), (person) => [person.id, foldedEmail(person)]));
  for (const { event, person } of world.participations) {
    const email = emails.get(person);
    if (email === undefined) continue;
    eventsOfPeople.set(email, (eventsOfPeople.get(email) ?? new Set()).add(event));
  }
  const there = new Set(emails.values());
  for (const [email, events] of eventsOfPeople)
    if (!there.has(email)) for (const event of events) lost.add(event);
}

it.each([1, 2, 3])('day %i leaves what a first sync of it leaves', async (day) => {
  await build(day);
  await bySync.carry(job);
  const simulator = await startCustomerIo();
  simulators.push(simulator);
  const fresh = { ...job, folder: join(folder, `fresh-${day}`), simulator, source: { changes: 'full' } };
  await bySync.carry(fresh);
  const rejected = await rejectedPeople(fresh.folder);
  const found = differences(job.simulator.store, simulator.store, {
    keepsPeople: false,
    keepsObjects: false,
    ledger,
    lost,
  });
  // A row that is rejected leaves the person as the row before has left them.
  const left = found.filter((text) => !rejected.has(/^person (\S+)/.exec(text)?.[1] ?? ''));
  expect(left, left.slice(0, 10).join('\n')).toEqual([]);
});

async function rejectedPeople(of: string): Promise<Set<string>> {
  const keys = await rejectedKeys(of);
  return new Set(
    [...keys].flatMap((key) => (key.startsWith('persons|') ? key.slice(8).trim().toLowerCase() : [])),
  );
}

const allSnapshots = {
  persons: 'snapshot',
  objects: 'snapshot',
  relationships: 'snapshot',
  events: 'snapshot',
};
