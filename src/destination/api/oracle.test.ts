import { TrackClient } from 'customerio-node';
import { expect, it } from 'vitest';
import { type Simulator, startSimulator } from '../../simulator/server.ts';
import { parseDestinationConfig } from '../config.ts';
import { customerIoDestination } from '../destination.ts';
import { toOperation } from '../mapping/operation.ts';
import { mapStreams } from '../mapping/stream-mapping.ts';

/** Customer.io's own client is the judge of our transport: what each sends must leave the same store. */

type Row = Record<string, unknown>;

const range = Array.from({ length: 300 }, (_, n) => n);
const at = '2024-01-01T00:00:00';
const removed = { _ab_cdc_deleted_at: at };
const rows: readonly (readonly [string, Row])[] = [
  ...range.map((n): [string, Row] => [
    'persons',
    { userId: `u${n}@x.io`, timestamp: at, n, name: `Zoë ☃ ${n}` },
  ]),
  ['persons', { userId: 'u7@x.io', timestamp: '2023-01-01T00:00:00', name: 'stale' }],
  ['persons', { userId: 'u9@x.io', timestamp: at, ...removed }],
  ...range.map((n): [string, Row] => [
    'objects',
    { groupId: n, objectTypeId: 1, timestamp: at, city: `C${n}` },
  ]),
  ['objects', { groupId: 3, objectTypeId: 1, ...removed }],
  ...range.map((n): [string, Row] => [
    'relationships',
    {
      groupId: (n % 20) + 10,
      objectTypeId: 1,
      userId: `u${n}@x.io`,
      tier: n,
      relationshipAttributes: { since: '2025-01-15 10:30:00.000', primary: n % 2 === 0 },
    },
  ]),
  ...range.map((n): [string, Row] => [
    'events',
    {
      userId: `u${n % 50}@x.io`,
      event: 'seen',
      timestamp: at,
      messageId: `01ARYZ6S41${String(n).padStart(16, '0')}`,
      value: n / 8,
    },
  ]),
  ['persons', { userId: 'u10@x.io', timestamp: at, unsetAttributes: ['n', 'name'] }],
  ['objects', { groupId: 10, objectTypeId: 1, timestamp: at, unsetAttributes: ['city'] }],
  ['persons', { userId: 'u11@x.io', ...removed, mergedInto: 'u12@x.io' }],
  ['persons', { userId: 'u12@x.io', ...removed, mergedInto: 'u13@x.io' }],
  ['persons', { userId: 'u13@x.io', timestamp: at, name: 'three in one' }],
];

const catalog = {
  streams: ['persons', 'objects', 'relationships', 'events'].map((name) => ({
    stream: { name, json_schema: {} },
    sync_mode: 'incremental' as const,
    destination_sync_mode: 'append_dedup' as const,
  })),
};

const config = (url: string): Row => ({
  site_id: 'site',
  api_key: 'key',
  endpoint: url,
  removals: { persons: 'remove', objects: 'remove' },
});

async function throughUs(url: string): Promise<void> {
  async function* input() {
    for (const [stream, data] of rows) {
      yield { type: 'RECORD' as const, record: { stream, data, emitted_at: 1 } };
    }
  }
  const { signal } = new AbortController();
  const run = customerIoDestination.write({ config: config(url), catalog, input: input(), signal });
  await Array.fromAsync(run);
}

async function throughCustomerIo(url: string): Promise<void> {
  const parsed = parseDestinationConfig(config(url));
  const plans = mapStreams(catalog, parsed);
  const client = new TrackClient('site', 'key', { url: `${url}/api/v1` });
  const operations = rows.flatMap(([stream, data]) => {
    const plan = plans.get(stream);
    const mapped = plan === undefined ? undefined : toOperation(plan, parsed)(data);
    return mapped !== undefined && 'body' in mapped ? [JSON.parse(mapped.body)] : [];
  });
  for (let from = 0; from < operations.length; from += 100) {
    await client.batch(operations.slice(from, from + 100));
  }
}

/** What is held, without the order in which it came. */
function held({ store }: Simulator) {
  const sorted = (views: readonly unknown[]): string[] =>
    views.map((view) => JSON.stringify(view)).toSorted();
  const plain = (text: string): string => text.replaceAll(/"cio_(object_)?id":"[^"]*"/g, '');
  return {
    counts: store.counts(),
    people: sorted(store.people()).map(plain).toSorted(),
    objects: sorted(store.objects()).map(plain).toSorted(),
    relationships: sorted(store.relationships()).map(plain).toSorted(),
    events: sorted(store.events()).map(plain).toSorted(),
  };
}

it('what we send and what customerio-node sends leave the same store', async () => {
  const [ours, theirs] = [
    await startSimulator({ siteId: 'site', apiKey: 'key' }),
    await startSimulator({ siteId: 'site', apiKey: 'key' }),
  ];
  try {
    await throughUs(ours.url);
    await throughCustomerIo(theirs.url);
    expect(held(ours)).toEqual(held(theirs));
    // Two were merged, and their old events are gone with them.
    expect(ours.store.counts()).toMatchObject({ people: 298, events: 288, stale: 1 });
  } finally {
    await Promise.all([ours.close(), theirs.close()]);
  }
});
