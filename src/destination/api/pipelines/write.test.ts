import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PipelinesClient } from 'customerio-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Fault } from '../../../simulator/faults.ts';
import { type Simulator, startSimulator } from '../../../simulator/server.ts';
import { parseDestinationConfig } from '../../config.ts';
import { customerIoDestination } from '../../destination.ts';
import { mapStreams } from '../../mapping/stream-mapping.ts';
import { toCall } from './call.ts';

type Row = Record<string, unknown>;
type Rows = readonly (readonly [string, Row])[];

let simulators: Simulator[];
let folder: string;

beforeEach(async () => {
  simulators = [];
  folder = await mkdtemp(join(tmpdir(), 'pipelines-'));
});

afterEach(async () => {
  await Promise.all(simulators.map((simulator) => simulator.close()));
  await rm(folder, { recursive: true });
});

async function newSimulator(): Promise<Simulator> {
  const simulator = await startSimulator({ siteId: 'site', apiKey: 'key', writeKey: 'w' });
  simulators.push(simulator);
  return simulator;
}

const streams = ['persons', 'objects', 'relationships', 'events'];
const catalog = {
  streams: streams.map((name) => ({
    stream: { name, json_schema: {} },
    sync_mode: 'incremental' as const,
    destination_sync_mode: 'append_dedup' as const,
  })),
};
const track = { site_id: 'site', api_key: 'key' };
const pipelines = { api: 'pipelines', write_key: 'w' };

interface Written {
  readonly accepted: number;
  readonly rejected: number;
  readonly error: unknown;
}

async function write(simulator: Simulator, rows: Rows, config: Row): Promise<Written> {
  async function* input() {
    for (const [stream, data] of rows) {
      yield { type: 'RECORD' as const, record: { stream, data, emitted_at: 1 } };
    }
    for (const name of streams) {
      const stream = { stream_descriptor: { name }, stream_state: {} };
      yield { type: 'STATE' as const, state: { type: 'STREAM' as const, stream } };
    }
  }
  let [accepted, rejected] = [0, 0];
  const removals = { persons: 'remove', objects: 'remove', relationships: 'remove' };
  const given = { endpoint: simulator.url, rejects: join(folder, 'rejects'), removals, ...config };
  const { signal } = new AbortController();
  try {
    for await (const message of customerIoDestination.write({
      config: given,
      catalog,
      input: input(),
      signal,
    })) {
      if (message.type !== 'STATE') continue;
      accepted += message.state.destinationStats?.recordCount ?? 0;
      rejected += message.state.destinationStats?.rejectedRecordCount ?? 0;
    }
    return { accepted, rejected, error: undefined };
  } catch (error) {
    return { accepted, rejected, error };
  }
}

async function rejects(): Promise<Row[]> {
  const files = await readdir(join(folder, 'rejects'));
  const texts = await Promise.all(files.map((file) => readFile(join(folder, 'rejects', file), 'utf8')));
  return texts.flatMap((text) => text.trimEnd().split('\n')).map((line) => JSON.parse(line));
}

/** What is held, without Customer.io's own ids and the order in which it came. */
function held({ store }: Simulator) {
  const lines = (views: readonly unknown[]): string[] =>
    views.map((view) => JSON.stringify(view).replaceAll(/"cio_(object_)?id":"[^"]*"/g, '')).toSorted();
  return {
    counts: store.counts(),
    people: lines(store.people()),
    objects: lines(store.objects()),
    relationships: lines(store.relationships()),
    events: lines(store.events()),
  };
}

const at = '2024-01-01T00:00:00';
const removed = { _ab_cdc_deleted_at: at };
const range = Array.from({ length: 200 }, (_, n) => n);
const object = (n: number, rest: Row = {}): Row => ({
  groupId: `L${n}`,
  objectTypeId: 1,
  timestamp: at,
  ...rest,
});
const rows: Rows = [
  ...range.map((n): [string, Row] => [
    'persons',
    {
      userId: n % 2 === 0 ? `u${n}@x.io` : `u${n}`,
      anonymousId: `a${n}`,
      timestamp: at,
      n,
      name: `Zoë ☃ ${n}`,
    },
  ]),
  ['persons', { userId: 'u6@x.io', timestamp: '2023-01-01T00:00:00', name: 'stale' }],
  ['persons', { userId: 'u8@x.io', ...removed, timestamp: at }],
  ...range.map((n): [string, Row] => ['objects', object(n, { city: `C${n}`, big: 2 ** 40 + n })]),
  ['objects', object(3, removed)],
  ...range.map((n): [string, Row] => [
    'relationships',
    {
      ...object((n % 20) + 10, n % 3 === 0 ? { tier: n } : {}),
      userId: n % 2 === 0 ? `u${n}@x.io` : `u${n}`,
      relationshipAttributes: { since: '2025-01-15 10:30:00.000', primary: n % 2 === 0 },
    },
  ]),
  ['relationships', { ...object(14), userId: 'u4@x.io', ...removed }],
  ...range.map((n): [string, Row] => [
    'events',
    {
      userId: `u${(n % 50) * 2}@x.io`,
      event: 'seen',
      timestamp: at,
      messageId: `row-${n % 190}`,
      value: n / 8,
    },
  ]),
];

it('both ways leave the same people, objects, relationships and events', async () => {
  const [one, other] = [await newSimulator(), await newSimulator()];
  const [byTrack, byPipelines] = [await write(one, rows, track), await write(other, rows, pipelines)];
  expect(byPipelines).toEqual(byTrack);
  expect(byPipelines).toEqual({ accepted: rows.length, rejected: 0, error: undefined });
  expect(held(other)).toEqual(held(one));
  expect(one.store.counts()).toMatchObject({ objects: 199, events: 200, stale: 1, conflicts: 0 });
});

it('calls sent one by one with customerio-node’s identify, track and group leave the same', async () => {
  const [one, other] = [await newSimulator(), await newSimulator()];
  await write(one, rows, pipelines);
  const config = parseDestinationConfig({
    ...pipelines,
    removals: { persons: 'remove', objects: 'remove', relationships: 'remove' },
  });
  const plans = mapStreams(catalog, config);
  const client = new PipelinesClient('w', { url: `${other.url}/v1`, strictMode: true });
  for (const [stream, data] of rows) {
    const plan = plans.get(stream);
    const call = plan === undefined ? undefined : toCall(plan, config)(data);
    const { type, ...payload } = JSON.parse(call !== undefined && 'body' in call ? call.body : '{}');
    if (type === 'identify') await client.identify(payload);
    else if (type === 'track') await client.track(payload);
    // Its group() insists on a person; an object alone needs batch().
    else if (payload.userId !== undefined) await client.group(payload);
    else await client.batch([{ type, ...payload }]);
  }
  expect(held(other)).toEqual(held(one));
});

it('the Pipelines way takes who is known by anonymous id alone, and Customer.io joins them later', async () => {
  const simulator = await newSimulator();
  const anonymous: Rows = [
    ['events', { anonymousId: 'a1', event: 'seen', timestamp: at, messageId: 'e1' }],
    ['relationships', { ...object(1), anonymousId: 'a1', relationshipAttributes: { role: 'x' } }],
    ['persons', { userId: 'ann@x.io', anonymousId: 'a1', timestamp: at }],
  ];
  expect(await write(simulator, anonymous, pipelines)).toMatchObject({ accepted: 3, rejected: 0 });
  expect(simulator.store.events()).toMatchObject([{ person: 'ann@x.io', name: 'seen' }]);
  expect(simulator.store.relationships()).toMatchObject([{ person: 'ann@x.io', attributes: { role: 'x' } }]);
});

describe('a batch that strict mode refuses', () => {
  it('is halved until the guilty call is alone; all others arrive once', async () => {
    const simulator = await newSimulator();
    // A year before the first is no ISO date-time of four digits: nothing but the server refuses it.
    const guilty = { userId: 'u77', timestamp: '0000-01-01T00:00:00+02:00' };
    const people = range.map((n): [string, Row] => ['persons', n === 77 ? guilty : { userId: `u${n}`, n }]);
    expect(await write(simulator, people, pipelines)).toMatchObject({ accepted: 199, rejected: 1 });
    expect(await rejects()).toMatchObject([
      { stream: 'persons', reason: 'rejected', message: expect.stringContaining('timestamp must be') },
    ]);
    expect(simulator.store.counts()).toMatchObject({ people: 199, conflicts: 0 });
  });
});

describe('faults', () => {
  const events = range.map((n): [string, Row] => [
    'events',
    { userId: `u${n}`, event: 'seen', messageId: `m${n}` },
  ]);
  it.each<[string, Fault]>([
    ['429 with Retry-After', { kind: 'status', status: 429, retryAfter: 1 }],
    ['500', { kind: 'status', status: 500 }],
    ['502 with a page', { kind: 'status', status: 502 }],
    ['200 with a page', { kind: 'status', status: 200 }],
    ['503 with an empty body', { kind: 'status', status: 503 }],
    ['a connection reset in the body', { kind: 'reset', when: 'in-body' }],
    ['an answer that is lost after all was applied', { kind: 'reset', when: 'after-applying' }],
    ['an answer that breaks off', { kind: 'reset', when: 'in-answer' }],
  ])('%s: nothing is lost, nothing stands twice', async (_name, fault) => {
    const simulator = await newSimulator();
    simulator.faults.next.push(fault);
    expect(await write(simulator, events, pipelines)).toMatchObject({
      accepted: 200,
      rejected: 0,
      error: undefined,
    });
    expect(new Set(simulator.store.events().map(({ id }) => id)).size).toBe(200);
    expect(simulator.store.counts().events).toBe(200);
  });

  it('401 stops with the key to look at', async () => {
    const simulator = await newSimulator();
    const { error, accepted } = await write(simulator, events, { ...pipelines, write_key: 'other' });
    expect(String(error)).toContain('check write_key and region');
    expect(accepted).toBe(0);
  });
});

describe('check', () => {
  const check = async (config: Row) => {
    const [message] = await Array.fromAsync(customerIoDestination.check(config));
    return message?.type === 'CONNECTION_STATUS' ? message.connectionStatus : undefined;
  };

  it('tells a right key from a wrong one, and leaves nothing behind', async () => {
    const simulator = await newSimulator();
    const config = { ...pipelines, endpoint: simulator.url };
    expect(await check(config)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await check({ ...config, write_key: 'x' })).toMatchObject({
      status: 'FAILED',
      message: expect.stringContaining('write_key'),
    });
    expect(simulator.store.counts()).toMatchObject({ people: 0, conflicts: 0 });
  });

  it('tells a server that is not there', async () => {
    const simulator = await newSimulator();
    await simulator.close();
    expect(await check({ ...pipelines, endpoint: simulator.url })).toMatchObject({
      status: 'FAILED',
      message: expect.stringContaining('could not be reached'),
    });
  });

  it.each<[Row, string]>([
    [{ api: 'pipelines' }, 'write_key: it is missing'],
    [{ ...pipelines, identifier: 'cio_id' }, 'identifier: the Pipelines API itself'],
    [
      { write_key: 'w' },
      'site_id: it is missing. A write_key is for the Pipelines API: set "api" to "pipelines"',
    ],
    [{ site_id: 's' }, 'api_key: it is missing'],
    [{ api: 'app', ...track }, 'api: it must be track or pipelines'],
  ])('%j is a config that cannot be', async (config, message) => {
    expect(await check(config)).toMatchObject({
      status: 'FAILED',
      message: expect.stringContaining(message),
    });
  });
});
