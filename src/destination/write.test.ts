import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DestinationInput, DestinationOutput } from '../protocol/connector.ts';
import { type Simulator, startSimulator } from '../simulator/server.ts';
import { customerIoDestination } from './destination.ts';

type Row = Record<string, unknown>;

let simulator: Simulator;
let folder: string;

beforeEach(async () => {
  simulator = await startSimulator({ siteId: 'site', apiKey: 'key' });
  folder = await mkdtemp(join(tmpdir(), 'write-test-'));
});

afterEach(async () => {
  await simulator.close();
  await rm(folder, { recursive: true });
});

const config = (rest: Row = {}): Row => ({
  site_id: 'site',
  api_key: 'key',
  endpoint: simulator.url,
  rejects: join(folder, 'rejects'),
  ...rest,
});

const catalog = {
  streams: ['persons', 'objects', 'relationships', 'events'].map((name) => ({
    stream: { name, json_schema: {} },
    sync_mode: 'incremental' as const,
    destination_sync_mode: 'append_dedup' as const,
  })),
};

const record = (stream: string, data: Row): DestinationInput => ({
  type: 'RECORD',
  record: { stream, data, emitted_at: 1 },
});
const state = (stream: string, n: number): DestinationInput => ({
  type: 'STATE',
  state: { type: 'STREAM', stream: { stream_descriptor: { name: stream }, stream_state: { n } } },
});
const person = (n: number, rest: Row = {}): DestinationInput =>
  record('persons', { userId: `u${n}`, n, ...rest });
const event = (n: number): DestinationInput =>
  record('events', {
    userId: `u${n % 50}`,
    event: 'seen',
    messageId: `01ARYZ6S41${String(n).padStart(16, '0')}`,
  });

async function* from(items: readonly DestinationInput[]): AsyncGenerator<DestinationInput> {
  yield* items;
}

interface Written {
  readonly states: { n: unknown; accepted: unknown; rejected: unknown }[];
  readonly error: unknown;
}

async function write(
  input: AsyncIterable<DestinationInput>,
  rest: Row = {},
  signal = new AbortController().signal,
): Promise<Written> {
  const states: Written['states'] = [];
  const note = (message: DestinationOutput): void => {
    if (message.type !== 'STATE') return;
    const { stream, destinationStats } = message.state;
    states.push({
      n: stream?.stream_state?.n,
      accepted: destinationStats?.recordCount,
      rejected: destinationStats?.rejectedRecordCount,
    });
  };
  try {
    for await (const message of customerIoDestination.write({ config: config(rest), catalog, input, signal }))
      note(message);
    return { states, error: undefined };
  } catch (error) {
    return { states, error };
  }
}

async function rejects(): Promise<Row[]> {
  const files = await readdir(join(folder, 'rejects'));
  const texts = await Promise.all(files.map((file) => readFile(join(folder, 'rejects', file), 'utf8')));
  return texts.flatMap((text) =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  );
}

const range = (count: number): number[] => [...Array(count).keys()];

describe('what is delivered', () => {
  it('is everything, and each state comes once with true counts', async () => {
    const input = [
      ...range(2000).map((n) => person(n)),
      state('persons', 1),
      ...range(500).map(event),
      state('events', 2),
    ];
    const { states, error } = await write(from(input));
    expect(error).toBeUndefined();
    expect(states).toEqual([
      { n: 1, accepted: 2000, rejected: 0 },
      { n: 2, accepted: 500, rejected: 0 },
    ]);
    expect(simulator.store.counts()).toMatchObject({ people: 2000, events: 500 });
  });

  it('keeps the order of one person', async () => {
    simulator.faults.latencyMs = { min: 0, max: 30 };
    // Large rows, so that one person's rows spread over many requests.
    const rows = range(3000).map((n) => person(n % 5, { n, filler: 'x'.repeat(900) }));
    const { error } = await write(from(rows));
    expect(error).toBeUndefined();
    for (const k of range(5)) {
      expect(simulator.store.person({ id: `u${k}` })?.attributes.n).toBe(2995 + k);
    }
  });

  it.each(['track', 'pipelines'])(
    'does not lose a value for one that the source could not read: %s',
    async (api) => {
      const nulled = person(1, { plan: null, seats: null });
      const changes = [{ field: 'seats', change: 'NULLED', reason: 'SOURCE_SERIALIZATION_ERROR' }];
      if (nulled.type === 'RECORD') nulled.record.meta = { changes };
      const rest = { api, write_key: 'write', null_attributes: 'unset' };
      const { error } = await write(from([person(1, { plan: 'pro', seats: 3 }), nulled]), rest);
      expect(error).toBeUndefined();
      const attributes = simulator.store.person({ id: 'u1' })?.attributes;
      expect(attributes).toMatchObject({ seats: 3 });
      expect(attributes?.plan ?? null).toBeNull();
    },
  );

  it('lets persons through before their relationships', async () => {
    const relationship = record('relationships', {
      groupId: 'L1',
      objectTypeId: '1',
      userId: 'u1',
      relationshipAttributes: { primary: true },
    });
    const { error } = await write(
      from([person(1), record('objects', { groupId: 'L1', objectTypeId: '1' }), relationship]),
    );
    expect(error).toBeUndefined();
    expect(simulator.store.person({ id: 'u1' })?.relationships).toMatchObject([
      { object_id: 'L1', attributes: { primary: true } },
    ]);
  });
});

describe('rejects', () => {
  it('keep the whole record with its reason, ours and Customer.io’s', async () => {
    const input = [
      person(1),
      record('persons', { userId: '', big: 1 }),
      record('objects', { groupId: 'x', objectTypeId: '1' }),
      record('objects', { groupId: 'x', objectTypeId: '99' }),
      state('persons', 1),
      state('objects', 2),
    ];
    const { states, error } = await write(from(input));
    expect(error).toBeUndefined();
    expect(states).toHaveLength(2);
    expect(states).toContainEqual({ n: 1, accepted: 1, rejected: 1 });
    expect(states).toContainEqual({ n: 2, accepted: 1, rejected: 1 });
    const found = await rejects();
    expect(found).toHaveLength(2);
    expect(found).toContainEqual({
      stream: 'persons',
      reason: 'required',
      field: 'userId',
      message: 'userId is missing or empty.',
      time: expect.any(String),
      as: 'persons',
      schema: {},
      record: { type: 'RECORD', record: { stream: 'persons', data: { userId: '', big: 1 }, emitted_at: 1 } },
    });
    expect(found.find((reject) => reject.stream === 'objects')).toMatchObject({
      message: expect.stringMatching(/object/i),
    });
  });

  it('stop the run beyond max_rejects, with the commonest reasons', async () => {
    const input = range(10).map(() => record('persons', { userId: null }));
    const { error } = await write(from([...input, state('persons', 1)]), { max_rejects: '5' });
    expect(String(error)).toMatch(/max_rejects \(5\).*6 times required \(userId\)/);
  });

  it('that cannot be written stop the run before a state passes', async () => {
    await writeFile(join(folder, 'file'), '');
    const { states, error } = await write(from([record('persons', { userId: null }), state('persons', 1)]), {
      rejects: join(folder, 'file', 'rejects'),
    });
    expect(states).toEqual([]);
    expect(String(error)).toMatch(/cannot be written to .*file\/rejects/);
  });
});

describe('faults', () => {
  const many = () => [
    ...range(3000).map((n) => person(n)),
    state('persons', 1),
    ...range(3000).map(event),
    state('events', 2),
  ];
  const whole = { people: 3000, events: 3000, duplicateEvents: 0 };

  it.each([
    ['429 with Retry-After', { kind: 'status', status: 429, retryAfter: 1, times: 3 }],
    ['500', { kind: 'status', status: 500, times: 4 }],
    ['502 with HTML', { kind: 'status', status: 502, times: 2 }],
    ['503 with an empty body', { kind: 'status', status: 503, times: 2 }],
    ['a connection reset before the body', { kind: 'reset', when: 'before-body', times: 3 }],
    ['a connection reset after the body', { kind: 'reset', when: 'after-body', times: 3 }],
  ] as const)('%s: nothing is lost, nothing stands twice', async (_, fault) => {
    simulator.faults.next.push(fault);
    const { states, error } = await write(from(many()));
    expect(error).toBeUndefined();
    expect(simulator.store.counts()).toMatchObject(whole);
    expect(states).toHaveLength(2);
  });

  it('an answer that is lost after the server took the batch makes no event twice', async () => {
    simulator.faults.next.push({ kind: 'reset', when: 'after-applying', times: 4 });
    const { error } = await write(from(many()));
    expect(error).toBeUndefined();
    expect(simulator.store.counts()).toMatchObject({ people: 3000, events: 3000 });
  });

  it('a refusal of the whole batch is halved down to the guilty operation', async () => {
    simulator.faults.next.push({ kind: 'status', status: 413, times: 1 });
    const { states, error } = await write(from([...range(100).map((n) => person(n)), state('persons', 1)]), {
      requests_in_flight: 1,
    });
    expect(error).toBeUndefined();
    expect(states).toEqual([{ n: 1, accepted: 100, rejected: 0 }]);
    expect(simulator.store.counts().people).toBe(100);
  });

  it('401 in the middle stops with what to mend, and no state passes what was not delivered', async () => {
    async function* input(): AsyncGenerator<DestinationInput> {
      yield person(1);
      yield state('persons', 1);
      await new Promise((resolve) => setTimeout(resolve, 2500));
      simulator.faults.next.push({ kind: 'status', status: 401, times: 1000 });
      yield person(2);
      yield state('persons', 2);
    }
    const { states, error } = await write(input());
    expect(states).toEqual([{ n: 1, accepted: 1, rejected: 0 }]);
    expect(String(error)).toMatch(/refuses the key.*site_id, api_key/);
  });

  it('a server that stays away ends the run with a passing error and no state', async () => {
    simulator.faults.downUntil = Date.now() + 60_000;
    const { states, error } = await write(from([person(1), state('persons', 1)]), { retry_seconds: 1 });
    expect(states).toEqual([]);
    expect(error).toMatchObject({
      failureType: 'transient_error',
      message: expect.stringMatching(/could not be reached/),
    });
  });

  it('a signal settles what is in flight and lets only true states pass', async () => {
    simulator.faults.latencyMs = 300;
    const controller = new AbortController();
    async function* endless(): AsyncGenerator<DestinationInput> {
      for (let n = 0; ; n += 1) {
        yield person(n, { filler: 'x'.repeat(900) });
        if (n % 500 === 499) yield state('persons', n + 1);
      }
    }
    setTimeout(() => controller.abort(), 1200);
    const { states } = await write(endless(), { requests_in_flight: 2 }, controller.signal);
    const last = Number(states.at(-1)?.n ?? 0);
    expect(states.length).toBeGreaterThan(0);
    for (const n of range(last)) expect(simulator.store.person({ id: `u${n}` })).toBeDefined();
  });
});

describe('check', () => {
  async function check(rest: Row): Promise<string> {
    for await (const message of customerIoDestination.check(config(rest))) {
      if (message.type === 'CONNECTION_STATUS')
        return `${message.connectionStatus.status} ${message.connectionStatus.message}`;
    }
    return '';
  }

  it('tells a right key, a wrong key, a wrong region and a server that is not there', async () => {
    expect(await check({})).toMatch(/^SUCCEEDED/);
    expect(await check({ api_key: 'wrong' })).toMatch(/^FAILED .*refuses the key/);
    expect(await check({ region: 'eu' })).toMatch(/^FAILED .*region us.*Set region to "us"/);
    const server = createServer();
    const port = await new Promise<number>((resolve) =>
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      }),
    );
    await new Promise((resolve) => server.close(resolve));
    expect(await check({ endpoint: `http://127.0.0.1:${port}` })).toMatch(
      /^FAILED .*could not be reached.*ECONNREFUSED/,
    );
  });

  it('names the field of a config that does not fit, never its value', async () => {
    expect(await check({ region: 'mars-secret' })).toMatch(/^FAILED Destination config, region: /);
    expect(await check({ region: 'mars-secret' })).not.toContain('mars');
    expect(await check({ siteid: 'x' })).toMatch(/unknown key "siteid".* Did you mean "site_id"\?/);
    expect(await check({ site_id: 5 })).toMatch(
      /site_id: it must be a text, but is a number: put it in quotes\.$/,
    );
    const withPassword = await check({ endpoint: 'http://user:s3cret@127.0.0.1:1' });
    expect(withPassword).toMatch(
      /^FAILED Destination config, endpoint: it must not contain a user name and password/,
    );
    expect(withPassword).not.toContain('s3cret');
  });
});
