import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AccountMessage, DestinationInput } from '../protocol/connector.ts';
import { type Simulator, startSimulator } from '../simulator/server.ts';
import { customerIoDestination } from './destination.ts';

type Row = Record<string, unknown>;

let simulator: Simulator;
let folder: string;

beforeEach(async () => {
  simulator = await startSimulator({ siteId: 'site', apiKey: 'key', writeKey: 'write' });
  folder = await mkdtemp(join(tmpdir(), 'account-'));
});
afterEach(async () => {
  await simulator.close();
  await rm(folder, { recursive: true });
});

const modes = { sync_mode: 'incremental' as const, destination_sync_mode: 'append_dedup' as const };
const streamsOf = (...descriptors: Row[]) =>
  descriptors.map((stream) => ({ stream: { name: '', json_schema: {}, ...stream }, ...modes }));

const record = (stream: string, data: Row, rest: Row = {}): DestinationInput => ({
  type: 'RECORD',
  record: { stream, data, emitted_at: 1, ...rest },
});
const person = (n: number, rest: Row = {}) => record('persons', { userId: `u${n}`, ...rest });

/** The accounts of a run that ended without an error. */
async function accounts(
  rows: readonly DestinationInput[],
  settings: Row = {},
  streams = streamsOf({ name: 'persons' }, { name: 'events' }),
): Promise<AccountMessage[]> {
  async function* input() {
    yield* rows;
  }
  const config = {
    site_id: 'site',
    api_key: 'key',
    endpoint: simulator.url,
    max_rejects: '99%',
    ...settings,
  };
  const found: AccountMessage[] = [];
  const { signal } = new AbortController();
  for await (const message of customerIoDestination.write({
    config: { rejects: join(folder, 'rejects'), ...config },
    catalog: { streams },
    input: input(),
    signal,
  })) {
    if (message.type === 'ACCOUNT') found.push(message);
  }
  return found;
}

const none = {
  read: 0,
  delivered: 0,
  rejected: 0,
  rejected_by: [],
  truncated: {},
  trimmed: {},
  removed: 0,
  merged: 0,
};

describe('the account of a destination', () => {
  it('comes last, of all streams of the catalog, also where nothing came', async () => {
    const [last, ...others] = (await accounts([])).toReversed();
    expect(others.filter(({ isLast }) => isLast)).toEqual([]);
    expect(last).toEqual({
      type: 'ACCOUNT',
      isLast: true,
      account: {
        streams: [
          { stream: 'persons', ...none },
          { stream: 'events', ...none },
        ],
        ...{ requests: 0, retries: {}, bytes: 0, inFlight: 0, rejects: null },
      },
    });
  });

  it.each([
    ['the Track API', {}],
    ['the Pipelines API', { api: 'pipelines', write_key: 'write' }],
  ])('says what became of records by %s, and why', async (_api, settings) => {
    const rows = [
      person(1),
      person(2, { bio: 'é'.repeat(900), city: 'x'.repeat(1_001) }),
      person(3, { bio: 'é'.repeat(900) }),
      record('persons', { userId: ' u4\t' }),
      record('persons', { userId: null }),
      record('persons', { userId: '' }),
      person(5, { ['n'.repeat(151)]: 1 }),
      record('events', { userId: 'u1', messageId: '01ARYZ6S410000000000000001' }),
      record('events', { userId: 'u1', event: 'seen' }),
    ];
    const last = (await accounts(rows, { ...settings, too_long: 'truncate' })).at(-1)?.account;
    const [persons, events] = last?.streams ?? [];
    expect(persons).toEqual({
      ...{ stream: 'persons', read: 7, delivered: 4, rejected: 3 },
      rejected_by: [
        { reason: 'required', field: 'userId', count: 2, example: null },
        { reason: 'too_long', field: expect.stringContaining('the name nnn'), count: 1, example: 'u5' },
      ],
      truncated: { bio: 2, city: 1 },
      trimmed: { userId: 1 },
      removed: 0,
      merged: 0,
    });
    expect(events).toMatchObject({
      ...{ read: 2, delivered: 1, rejected: 1, truncated: {}, trimmed: {}, removed: 0, merged: 0 },
      rejected_by: [{ field: 'event', count: 1, example: '01ARYZ6S410000000000000001' }],
    });
    const [file = ''] = await readdir(join(folder, 'rejects'));
    expect(last?.rejects).toBe(join(folder, 'rejects', file));
    expect(last?.requests).toBe(simulator.requests);
  });

  it('counts retries by what made them necessary', async () => {
    simulator.faults.next.push(
      // On a connection that is new: a kept one that is closed costs no retry.
      { kind: 'reset', when: 'before-body', times: 1 },
      { kind: 'status', status: 429, times: 2 },
      { kind: 'status', status: 503, times: 1 },
    );
    const last = (await accounts([person(1)])).at(-1)?.account;
    expect(last).toMatchObject({ requests: 5, retries: { 'HTTP 429': 2, 'HTTP 503': 1 } });
    const counts = Object.values(last?.retries ?? {});
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(4);
  });

  it('tells streams of one name apart by their namespaces', async () => {
    const streams = streamsOf({ name: 'persons', namespace: 'a' }, { name: 'persons', namespace: 'b' });
    const rows = [
      record('persons', { userId: 'u1' }, { namespace: 'a' }),
      record('persons', { userId: ' u2 ' }, { namespace: 'b' }),
    ];
    const found = (await accounts(rows, {}, streams)).at(-1)?.account.streams ?? [];
    expect(new Set(found.map(({ stream }) => stream)).size).toBe(2);
    expect(found.map(({ delivered, trimmed }) => ({ delivered, trimmed }))).toEqual([
      { delivered: 1, trimmed: {} },
      { delivered: 1, trimmed: { userId: 1 } },
    ]);
  });
});
