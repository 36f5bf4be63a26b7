import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/server.ts';
import { messagesOf, run } from '../support/processes.ts';
import { summariesIn } from '../support/summary.ts';

/** What changed since the last time, as records of Airbyte's wire to a real `write`. */

type Row = Readonly<Record<string, unknown>>;
type Given = readonly [stream: string, row: Row];

const at = '2024-06-01T00:00:00Z';
const seconds = 1_717_200_000;
const gone = { timestamp: at, _ab_cdc_deleted_at: at };
const apis = {
  track: { site_id: 'site', api_key: 'key' },
  pipelines: { api: 'pipelines', write_key: 'w' },
} as const;

let folder: string;
let simulator: Simulator;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'changes-'));
  simulator = await startSimulator({ siteId: 'site', apiKey: 'key', writeKey: 'w' });
});
afterEach(async () => {
  await simulator.close();
  await rm(folder, { recursive: true });
});

const lineOf = ([stream, data]: Given): string =>
  `${JSON.stringify({ type: 'RECORD', record: { stream, data, emitted_at: 1 } })}\n`;

/** Writes the records in a process of its own; what it told, and its account. */
async function write(records: readonly Given[], config: Row = apis.track, endpoint = simulator.url) {
  const [configPath, catalogPath] = [join(folder, 'd.json'), join(folder, 'c.json')];
  await writeFile(configPath, JSON.stringify({ rejects: join(folder, 'rejects'), endpoint, ...config }));
  const streams = ['persons', 'objects', 'relationships', 'events'].map((name) => ({
    stream: { name, json_schema: {} },
    sync_mode: 'incremental',
    destination_sync_mode: 'append',
  }));
  await writeFile(catalogPath, JSON.stringify({ streams }));
  const args = ['write', '--config', configPath, '--catalog', catalogPath];
  const { code, stdout } = await run('destination-customer-io', args, {
    stdin: records.map(lineOf).join(''),
  });
  const told = messagesOf(stdout).map((message) => JSON.stringify(message));
  return { code, told, account: summariesIn(stdout).at(-1) };
}

const person = (userId: string, row: Row = {}): Given => ['persons', { userId, timestamp: at, ...row }];
const moved = (userId: string, mergedInto: string): Given => ['persons', { userId, ...gone, mergedInto }];
const object = (groupId: string, row: Row = {}): Given => [
  'objects',
  { groupId, objectTypeId: '1', timestamp: at, ...row },
];
const tie = (userId: string, groupId: string, row: Row = {}): Given => [
  'relationships',
  { userId, groupId, objectTypeId: '1', timestamp: at, ...row },
];
const people = () => simulator.store.people().map(({ id, email }) => id ?? email);

describe.each(['track', 'pipelines'] as const)('by the %s API', (api) => {
  it('attributes are unset, of people, objects and relationships', async () => {
    const before = { plan: 'pro', city: 'Rome' };
    await write(
      [person('u1', before), object('g1', before), tie('u1', 'g1', { relationshipAttributes: before })],
      apis[api],
    );
    const lost = { unsetAttributes: ['plan', 'never'] };
    const { code, account } = await write(
      [
        person('u1', { city: 'Oslo', ...lost }),
        object('g1', lost),
        tie('u1', 'g1', { relationshipAttributes: { city: 'Oslo' }, ...lost }),
        // Nothing is to be unset, in each way of saying so.
        person('u1', { unsetAttributes: null, mergedInto: null, _ab_cdc_deleted_at: null }),
        person('u1', { unsetAttributes: [] }),
      ],
      apis[api],
    );
    expect(code).toBe(0);
    expect(account?.streams.map(({ rejected, removed }) => rejected + removed)).toEqual([0, 0, 0, 0]);
    expect(simulator.store.people()[0]?.attributes).toEqual({ id: 'u1', city: 'Oslo' });
    expect(simulator.store.objects()[0]?.attributes).toEqual({ city: 'Rome' });
    expect(simulator.store.relationships()[0]?.attributes).toEqual({ city: 'Oslo' });
  });

  it('people and objects are marked, and no longer once they are back', async () => {
    const config = {
      ...apis[api],
      removals: { persons: 'mark', objects: 'mark', mark_attribute: 'left_at' },
    };
    await write([person('u1', { plan: 'pro' }), object('g1', { name: 'One' })], config);
    const { account } = await write([person('u1', gone), object('g1', gone)], config);
    expect(account?.streams.slice(0, 2)).toMatchObject([{ removed: 1 }, { removed: 1 }]);
    expect(simulator.store.people()[0]?.attributes).toEqual({ id: 'u1', plan: 'pro', left_at: seconds });
    expect(simulator.store.objects()[0]?.attributes).toEqual({ name: 'One', left_at: seconds });
    await write([person('u1', { plan: 'free' }), object('g1')], config);
    expect(simulator.store.people()[0]?.attributes).toEqual({ id: 'u1', plan: 'free' });
    expect(simulator.store.objects()[0]?.attributes).toEqual({ name: 'One' });
  });

  it('a removal that is no time is rejected, and removes nobody', async () => {
    const config = { ...apis[api], removals: { persons: 'remove' } };
    const flags = ['', false, 0, '0', 'true', '9999-12-31'];
    const removed = flags.map((_ab_cdc_deleted_at) => person('u1', { _ab_cdc_deleted_at }));
    const { account } = await write([person('u1'), ...removed], config);
    expect(account?.streams[0]).toMatchObject({
      rejected_by: [{ field: '_ab_cdc_deleted_at', reason: 'invalid', count: flags.length, example: 'u1' }],
    });
    expect(people()).toEqual(['u1']);
  });
});

describe('people who have become others', () => {
  it('are merged, also in a chain, and a repeated merge does nothing', async () => {
    await write([person('a', { x: 1 }), person('b', { y: 2 }), tie('a', 'g1')]);
    const merges = [person('c'), moved('a', 'b'), moved('b', 'c')];
    const { code, account } = await write([...merges, tie('a', 'g1', gone)]);
    expect(code).toBe(0);
    expect(account?.streams[0]).toMatchObject({ delivered: 3, merged: 2, removed: 0 });
    expect(people()).toEqual(['c']);
    expect(simulator.store.people()[0]?.attributes).toEqual({ id: 'c', x: 1, y: 2 });
    await write([moved('a', 'b'), moved('b', 'c')]);
    expect(people()).toEqual(['c']);
  });

  it('are merged where a cache holds the records between source and destination', async () => {
    await write([person('a'), person('b', { plan: 'pro' })]);
    const cached = { _airbyte_raw_id: '1', timestamp: at, unsetattributes: null };
    const { code } = await write([
      ['persons', { ...cached, userid: 'a', _ab_cdc_deleted_at: at, mergedinto: 'b' }],
      ['persons', { ...cached, userid: 'b', mergedinto: null, unsetattributes: '["plan"]' }],
    ]);
    expect(code).toBe(0);
    expect(simulator.store.people()).toMatchObject([{ attributes: { id: 'b' } }]);
    expect(simulator.store.people()[0]?.attributes).toEqual({ id: 'b' });
  });

  it('are what removals.persons makes of them by the Pipelines API, which is told once', async () => {
    await write([person('a'), person('b'), person('c')], apis.pipelines);
    const config = { ...apis.pipelines, removals: { persons: 'remove' } };
    const { told, account } = await write([moved('a', 'c'), moved('b', 'c')], config);
    expect(told.filter((text) => text.includes('cannot merge people'))).toEqual([
      expect.stringContaining('2 people of stream \\"persons\\" became another person'),
    ]);
    expect(account?.streams[0]).toMatchObject({ removed: 2, merged: 0 });
    expect(people()).toEqual(['c']);
  });

  it.each([
    ['the person itself', 'a'],
    ['nobody', ' '],
    ['a name that is too long', 'x'.repeat(151)],
  ])('are rejected where they became %s', async (_what, mergedInto) => {
    const { account } = await write([person('a'), moved('a', mergedInto)]);
    expect(account?.streams[0]).toMatchObject({ delivered: 1, rejected_by: [{ field: 'mergedInto' }] });
    expect(people()).toEqual(['a']);
  });
});

interface Exchange {
  readonly operations: readonly { readonly action: string }[];
  /** How many requests had come, and how many were answered, when this one came. */
  readonly before: number;
  readonly answered: number;
}

/** A Track API that answers late and out of order, and writes down which request overtook which. */
async function slowServer() {
  const exchanges: Exchange[] = [];
  let answered = 0;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const operations = JSON.parse(Buffer.concat(chunks).toString()).batch;
    exchanges.push({ operations, before: exchanges.length, answered });
    setTimeout(
      () => {
        answered += 1;
        response.setHeader('content-type', 'application/json').end('{}');
      },
      (exchanges.length % 7) * 30,
    );
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, exchanges, close: () => server.close() };
}

it('no merge goes out before all that came before it is answered, and nothing overtakes it', async () => {
  const server = await slowServer();
  const some = (from: number): Given[] =>
    Array.from({ length: 200 }, (_, index) => person(`u${from + index}`));
  const merges = Array.from({ length: 50 }, (_, index) => moved(`u${index}`, `u${100 + index}`));
  const { code } = await write([...some(0), ...merges, ...some(100), ...merges], apis.track, server.url);
  server.close();
  expect(code).toBe(0);
  const isMerge = ({ operations }: Exchange): boolean => operations.some(({ action }) => action === 'merge');
  const merging = server.exchanges.filter(isMerge);
  expect(merging.flatMap(({ operations }) => operations)).toHaveLength(100);
  for (const exchange of merging) {
    expect(exchange.operations.every(({ action }) => action === 'merge')).toBe(true);
    expect(exchange.answered).toBe(exchange.before);
  }
  for (const [index, exchange] of server.exchanges.entries()) {
    const lastMerge = server.exchanges.slice(0, index).findLastIndex(isMerge);
    expect(exchange.answered).toBeGreaterThanOrEqual(lastMerge + 1);
  }
  // The people between were sent side by side: the order is the merges' alone.
  expect(server.exchanges.some(({ before, answered }) => before - answered > 1)).toBe(true);
});
