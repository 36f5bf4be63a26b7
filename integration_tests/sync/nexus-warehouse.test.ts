import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/server.ts';
import { type Ended, run } from '../support/processes.ts';

/** The real process on a warehouse that the public dbt package built: every row ends delivered or rejected. */

const warehouse = fileURLToPath(new URL('../fixtures/nexus-warehouse', import.meta.url));

interface Reject {
  readonly stream: string;
  readonly reason: string;
  readonly field: string;
  readonly message: string;
  readonly record: { readonly record: { readonly data: Record<string, unknown> } };
}

let folder: string;
let simulator: Simulator;
let first: Ended;
let rejects: Reject[];

async function sync(): Promise<Ended> {
  return run('nexus-customer-io', ['sync', '--config', join(folder, 'sync.yaml')]);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nexus-warehouse-'));
  simulator = await startSimulator({ siteId: 'site', apiKey: 'key', objectTypes: ['1'] });
  const file = {
    source: { warehouse: { type: 'duckdb', path: warehouse } },
    destination: { site_id: 'site', api_key: 'key', endpoint: simulator.url },
    state: 'state.json',
  };
  await writeFile(join(folder, 'sync.yaml'), JSON.stringify(file));
  first = await sync();
  const [name] = await readdir(join(folder, 'rejects'));
  const text = await readFile(join(folder, 'rejects', name ?? ''), 'utf8');
  rejects = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
});

afterAll(async () => {
  await simulator.close();
  await rm(folder, { recursive: true });
});

const of = (stream: string): Reject[] => rejects.filter((reject) => reject.stream === stream);
const keys = (stream: string): string[] =>
  of(stream).map(({ record: { record } }) => String(record.data.userId));

describe('the first sync', () => {
  it('reads every row of every stream, and tells what became of it', () => {
    expect(first.code, first.stderr).toBe(0);
    expect(first.stderr).toMatch(/persons +427 +404 +23 /);
    expect(first.stderr).toMatch(/objects +11 +11 +0 /);
    // 894 that are live, 4 removals: pairs of person and location that no active membership joins.
    expect(first.stderr).toMatch(/relationships +898 +888 +10 /);
    expect(first.stderr).toMatch(/events +4,472 +4,441 +31 /);
  });

  it('leaves out the white space around emails, and says how often', () => {
    for (const [count, stream] of [
      [14, 'persons'],
      [46, 'relationships'],
      [136, 'events'],
    ]) {
      expect(first.stderr).toMatch(
        new RegExp(
          `${count} values of \\W+userId\\W+ in stream \\W+${stream}\\W+ had white space around them`,
        ),
      );
    }
    const { streams } = JSON.parse(first.stdout);
    expect(
      streams.map(({ stream, trimmed }: { stream: string; trimmed: object }) => [stream, trimmed]),
    ).toEqual([
      ['persons', { userId: 14 }],
      ['objects', {}],
      ['relationships', { userId: 46 }],
      ['events', { userId: 136 }],
    ]);
    expect(simulator.store.person({ email: 'user060@example.com' })).toBeDefined();
    expect(simulator.store.person({ email: '\tuser060@example.com' })).toBeUndefined();
  });

  it('puts on file as many rejects as it tells, each with reason, message and the whole record', () => {
    expect([of('persons'), of('relationships'), of('events')].map((list) => list.length)).toEqual([
      23, 10, 31,
    ]);
    for (const { reason, message, record } of rejects) {
      expect([reason, message]).not.toContain('');
      expect(record.record.data).toHaveProperty('userId');
    }
  });

  it('rejects persons for two true reasons: an email that is none, and a value over 1,000 bytes', () => {
    const tooLong = of('persons').filter(({ reason }) => reason === 'too_long');
    for (const { field, record } of tooLong) {
      const value = String(record.record.data[field.replace('attributes.', '')]);
      expect(Buffer.byteLength(value)).toBeGreaterThan(1000);
    }
    const others = of('persons').filter((reject) => !tooLong.includes(reject));
    for (const { field, record } of others) {
      expect(field).toMatch(/userId|identifiers/);
      // What the simulator, like Customer.io, takes for no address: none, two @, letters beyond ASCII.
      expect(String(record.record.data.userId)).toMatch(/^$|@.*@|[^\x20-\x7e]/);
    }
    expect(tooLong.length + others.length).toBe(23);
  });

  it('leaves in Customer.io what was delivered: objects, relationships and each event once', () => {
    const counts = simulator.store.counts();
    expect(counts).toMatchObject({
      objects: 11,
      relationships: 884,
      events: 4_441,
      duplicateEvents: 0,
      stale: 0,
    });
    // Events of a person who was rejected for a long value still create the person, as Customer.io does. Two of the
    // 404 are one person, whose email is there with a tab before it and without.
    const delivered = new Set(keys('persons'));
    expect(counts.people).toBe(
      403 + [...delivered].filter((email) => simulator.store.person({ email })).length,
    );
  });
});

it('a second sync sends nothing, not even the rows of the future', async () => {
  const requests = simulator.requests;
  const second = await sync();
  expect(second.code, second.stderr).toBe(0);
  expect(second.stderr).toMatch(/total +0 +0 +0 /);
  // The key is checked all the same.
  expect(simulator.requests).toBe(requests + 1);
});
