import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { messageOf } from '../errors/connector-error.ts';
import type { DestinationInput, DestinationOutput } from '../protocol/connector.ts';
import { type Simulator, startSimulator } from '../simulator/server.ts';
import { customerIoDestination } from './destination.ts';

type Row = Record<string, unknown>;

let simulator: Simulator;
let folder: string;

beforeEach(async () => {
  simulator = await startSimulator({ siteId: 'site', apiKey: 'key' });
  folder = await mkdtemp(join(tmpdir(), 'write-endings-'));
});

afterEach(async () => {
  await simulator.close();
  await rm(folder, { recursive: true });
});

const catalog = {
  streams: ['persons', 'events'].map((name) => ({
    stream: { name, json_schema: {} },
    sync_mode: 'incremental' as const,
    destination_sync_mode: 'append_dedup' as const,
  })),
};

const rejects = () => join(folder, 'rejects');

function writing(
  input: AsyncIterable<DestinationInput>,
  rest: Row = {},
  signal = new AbortController().signal,
): AsyncIterable<DestinationOutput> {
  const keys = { site_id: 'site', api_key: 'key', endpoint: simulator.url, rejects: rejects() };
  return customerIoDestination.write({ config: { ...keys, ...rest }, catalog, input, signal });
}

/** All that a run said, and the message of what ended it. */
async function ending(input: AsyncIterable<DestinationInput>, rest: Row = {}, signal?: AbortSignal) {
  const messages: DestinationOutput[] = [];
  try {
    for await (const message of writing(input, rest, signal)) messages.push(message);
    return { messages, error: undefined };
  } catch (error) {
    return { messages, error: messageOf(error) };
  }
}

const record = (stream: string, data: Row): DestinationInput => ({
  type: 'RECORD',
  record: { stream, data, emitted_at: 1 },
});
const person = (n: number, rest: Row = {}) => record('persons', { userId: `u${n}`, n, ...rest });
const nobody = (n: number) => record('persons', { userId: null, n });

async function* from(items: readonly DestinationInput[]): AsyncGenerator<DestinationInput> {
  yield* items;
}

/** Input that goes on for ever, or stays silent for ever, and notes that it was closed. */
function open(first: readonly DestinationInput[], then?: (n: number) => DestinationInput) {
  const told = { closed: false };
  async function* input(): AsyncGenerator<DestinationInput> {
    try {
      yield* first;
      for (let n = 0; then !== undefined; n += 1) {
        yield then(n);
        if (n % 100 === 0) await sleep(1);
      }
      await new Promise(() => undefined);
    } finally {
      told.closed = true;
    }
  }
  return { told, input: input() };
}

const warnings = (messages: readonly DestinationOutput[]): string[] =>
  messages.flatMap((message) =>
    message.type === 'LOG' && message.log.level === 'WARN' ? [message.log.message] : [],
  );

async function rejected(): Promise<Row[]> {
  const files = await readdir(rejects()).catch(() => []);
  const texts = await Promise.all(files.map((file) => readFile(join(rejects(), file), 'utf8')));
  return texts.flatMap((text) => text.split('\n').filter(Boolean)).map((line) => JSON.parse(line));
}

describe('a run ends', () => {
  it('when the key is refused, though its input says nothing more', async () => {
    simulator.faults.next.push({ kind: 'status', status: 401, times: 100 });
    const { error } = await ending(open([person(1)]).input);
    expect(error).toMatch(/refuses the key/);
  });

  it('when rejects cannot be written, though its input never ends', async () => {
    await writeFile(rejects(), 'a file where a folder should be');
    const { told, input } = open([nobody(0)], person);
    const { error } = await ending(input, { rejects: join(rejects(), 'below') });
    expect(error).toMatch(/cannot be written/);
    await sleep(10);
    expect(told.closed).toBe(true);
  });

  it('when too many are rejected, by Customer.io itself, with all of them on file', async () => {
    simulator.faults.rejectEvery = 2;
    const { input } = open([], person);
    const { error } = await ending(input, { max_rejects: '20' });
    expect(error).toMatch(/max_rejects \(20\).*most common reasons/);
    expect((await rejected()).length).toBeGreaterThan(20);
  });

  it('when its reader leaves', async () => {
    const state: DestinationInput = {
      type: 'STATE',
      state: { type: 'GLOBAL', global: { stream_states: [] } },
    };
    const { told, input } = open([state], person);
    for await (const message of writing(input)) if (message.type === 'STATE') break;
    await sleep(10);
    expect(told.closed).toBe(true);
  });
});

describe('what a run tells', () => {
  it('rejects are on disk though no state comes', async () => {
    const interrupt = new AbortController();
    const running = ending(open([nobody(1)]).input, {}, interrupt.signal);
    for (let tries = 0; (await rejected()).length === 0 && tries < 100; tries += 1) await sleep(50);
    expect(await rejected()).toMatchObject([{ reason: 'required', field: 'userId' }]);
    interrupt.abort();
    expect(await running).toMatchObject({ error: undefined });
  });

  it('rejects of a run that failed are named too', async () => {
    simulator.faults.next.push({ kind: 'status', status: 401, times: 100 });
    const { messages } = await ending(from([nobody(1), person(2)]));
    expect(warnings(messages)).toContainEqual(expect.stringMatching(/^1 records were rejected: .*ndjson/));
  });

  it('streams that the catalog has not, and values that were cut, are counted', async () => {
    const input = [
      record('strangers', { a: 1 }),
      record('strangers', { a: 2 }),
      person(1, { bio: 'é'.repeat(900) }),
      person(2, { bio: 'é'.repeat(900) }),
    ];
    const { messages, error } = await ending(from(input), { too_long: 'truncate' });
    expect(error).toBeUndefined();
    expect(warnings(messages)).toEqual([
      expect.stringMatching(/^2 records of stream "strangers" were skipped/),
      '2 values of "bio" in stream "persons" were truncated to 1000 bytes.',
    ]);
    expect(simulator.store.person({ id: 'u1' })?.attributes.bio).toBe('é'.repeat(500));
  });

  it('a global state waits for all streams and counts them together', async () => {
    const shared = { type: 'GLOBAL' as const, global: { shared_state: { lsn: 9 }, stream_states: [] } };
    const event = record('events', { userId: 'u1', event: 'seen' });
    const { messages } = await ending(from([person(1), nobody(2), event, { type: 'STATE', state: shared }]));
    expect(messages.filter((message) => message.type === 'STATE')).toEqual([
      { type: 'STATE', state: { ...shared, destinationStats: { recordCount: 2, rejectedRecordCount: 1 } } },
    ]);
  });
});

it('records that a 207 names are rejected one by one, and no others', async () => {
  simulator.faults.rejectEvery = 7;
  const people = from(Array.from({ length: 3000 }, (_, n) => person(n)));
  const { messages, error } = await ending(people, { max_rejects: '15%' });
  expect(error).toBeUndefined();
  const lost = (await rejected()).map(
    ({ record: line }) => (line as { record: { data: Row } }).record.data.n,
  );
  expect(lost).toHaveLength(Math.floor(3000 / 7));
  expect(simulator.store.counts().people).toBe(3000 - lost.length);
  for (const n of lost) expect(simulator.store.person({ id: `u${n}` })).toBeUndefined();
  expect(messages.length).toBeLessThan(10);
});

it('a stream begins when what came before it is settled: another may know its people by other identifiers', async () => {
  const actions: string[][] = [];
  const server = createServer(async (request, response) => {
    const body = JSON.parse(await text(request)) as { batch: { action: string }[] };
    // Noted when it is answered: requests of the first stream are slow, and unequally so.
    const kinds = [...new Set(body.batch.map(({ action }) => action))];
    await sleep(kinds.includes('identify') ? Math.random() * 100 : 0);
    actions.push(kinds);
    response.end('{}');
  });
  const endpoint = await new Promise<string>((resolve) =>
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`);
    }),
  );
  try {
    const range = Array.from({ length: 500 }, (_, n) => n);
    const people = range.map((n) => person(n, { email: `u${n}@x.io` }));
    const events = range.map((n) => record('events', { userId: `u${n}@x.io`, event: 'seen' }));
    expect(await ending(from([...people, ...events]), { endpoint })).toMatchObject({ error: undefined });
    const order = actions.map((kinds) => kinds.join());
    expect(order).toEqual(order.toSorted((a, b) => Number(a === 'event') - Number(b === 'event')));
    expect(new Set(order)).toEqual(new Set(['identify', 'event']));
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
