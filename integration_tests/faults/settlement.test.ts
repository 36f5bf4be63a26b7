import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/server.ts';
import { ended, messagesOf, start } from '../support/processes.ts';

let folder: string;
let simulator: Simulator;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'settlement-'));
  simulator = await startSimulator({ siteId: 'site', apiKey: 'key', objectTypes: ['1'] });
  return async () => {
    await simulator.close();
    await rm(folder, { recursive: true });
  };
});

interface Stream {
  readonly name: string;
  readonly namespace?: string;
}

const streamMessages = (streams: readonly Stream[]) =>
  streams.map((stream) => ({
    stream: { ...stream, json_schema: {} },
    sync_mode: 'incremental',
    destination_sync_mode: 'append_dedup',
  }));

async function keep(name: string, content: unknown): Promise<string> {
  await writeFile(join(folder, name), JSON.stringify(content));
  return join(folder, name);
}

/** A platform's side of `write`: what it has heard so far, and lines to send. */
async function write(streams: readonly Stream[], settings: object = {}) {
  const account = { site_id: 'site', api_key: 'key', endpoint: simulator.url };
  const rejects = join(folder, 'rejects');
  const config = await keep('config.json', { ...account, rejects, ...settings });
  const catalog = await keep('catalog.json', { streams: streamMessages(streams) });
  const child: ChildProcessWithoutNullStreams = start('destination-customer-io', [
    ...['write', '--config', config, '--catalog', catalog],
  ]);
  let heard = '';
  child.stdout.on('data', (text) => {
    heard += String(text);
  });
  child.stdin.on('error', () => undefined);
  const end = ended(child);
  const states = (): string[] => heard.split('\n').filter((line) => line.startsWith('{"type":"STATE"'));
  return {
    send: (...lines: readonly string[]) => child.stdin.write(lines.map((line) => `${line}\n`).join('')),
    states,
    async stateCount(count: number) {
      while (states().length < count && child.exitCode === null) await sleep(5);
    },
    async end() {
      child.stdin.end();
      return end;
    },
    finished: end,
  };
}

const record = (stream: Stream, data: object): string => {
  const { name, ...rest } = stream;
  return JSON.stringify({ type: 'RECORD', record: { ...rest, stream: name, data, emitted_at: 1 } });
};
const streamState = (stream: Stream, n: number): string =>
  JSON.stringify({
    type: 'STATE',
    state: { type: 'STREAM', stream: { stream_descriptor: stream, stream_state: { n } } },
  });
const stats = (accepted: number, rejected: number): string =>
  `,"destinationStats":{"recordCount":${accepted}.0,"rejectedRecordCount":${rejected}.0}}}`;

const persons = { name: 'persons' };
const events = { name: 'events' };

async function whenRequested(count: number): Promise<void> {
  while (simulator.requests < count) await sleep(5);
}

describe('a GLOBAL state of another source', () => {
  it('comes back once the earlier records of all streams are settled, digit by digit', async () => {
    const state =
      '{"type":"STATE","state":{"type":"GLOBAL","global":{"shared_state":{"lsn":12345678901234567890,"ratio":0.1234567890123456789,"far":1e400,"name":"Zoë","none":null,"__proto__":{"a":1}},"stream_states":[{"stream_descriptor":{"name":"persons","namespace":null},"stream_state":{"id":9007199254740993}}]},"sourceStats":{"recordCount":3}}}';
    const to = await write([persons, events]);
    to.send(record(persons, { userId: 'ada' }), record(persons, { userId: null }));
    while (simulator.store.counts().people < 1) await sleep(5);
    const before = simulator.requests;
    simulator.faults.downUntil = Date.now() + 60_000;
    to.send(record(events, { userId: 'ada', event: 'seen' }), state);
    await whenRequested(before + 2);
    // All of persons is settled, and of events nothing.
    expect(to.states()).toEqual([]);
    simulator.faults.downUntil = 0;
    await to.stateCount(1);
    expect(simulator.store.counts().events).toBe(1);
    expect(to.states()).toEqual([
      `${state.slice(0, -2).replace('"recordCount":3', '"recordCount":3.0')}${stats(2, 1)}`,
    ]);
    expect(await to.end()).toMatchObject({ code: 0 });
  });

  it('each count in it is of the records since the one before', async () => {
    const global = (n: number): string =>
      `{"type":"STATE","state":{"type":"GLOBAL","global":{"shared_state":{"n":${n}},"stream_states":[]}}}`;
    const to = await write([persons, events]);
    const people = [...Array(2_000).keys()].map((n) =>
      // Customer.io refuses every hundredth for its address, and every thousandth has no id at all.
      record(persons, { userId: n % 1_000 === 0 ? null : n % 100 === 7 ? `p${n} @x.io` : `p${n}@x.io` }),
    );
    to.send(...people.slice(0, 1_500), global(1), global(2), ...people.slice(1_500));
    to.send(...[1, 2, 3].map((n) => record(events, { userId: `p${n}@x.io`, event: 'seen' })), global(3));
    expect(await to.end()).toMatchObject({ code: 0 });
    const ends = [stats(1_483, 17), stats(0, 0), stats(498, 5)];
    expect(to.states()).toEqual(ends.map((end, index) => `${global(index + 1).slice(0, -2)}${end}`));
  });
});

describe('streams of one name in two namespaces', () => {
  const crm = { name: 'users', namespace: 'crm' };
  const shop = { name: 'users', namespace: 'shop' };
  const settings = { streams: [{ stream: 'users', as: 'persons', user_id: 'id' }] };

  it('have states and counts of their own', async () => {
    const to = await write([crm, shop], settings);
    to.send(record(crm, { id: 'c1' }), record(crm, { id: null }));
    while (simulator.store.counts().people < 1) await sleep(5);
    const before = simulator.requests;
    simulator.faults.downUntil = Date.now() + 60_000;
    to.send(record(shop, { id: 's1' }), streamState(shop, 1), streamState(crm, 2));
    await whenRequested(before + 1);
    await to.stateCount(1);
    expect(to.states()).toEqual([`${streamState(crm, 2).slice(0, -2)}${stats(1, 1)}`]);
    simulator.faults.downUntil = 0;
    expect(await to.end()).toMatchObject({ code: 0 });
    expect(to.states()[1]).toBe(`${streamState(shop, 1).slice(0, -2)}${stats(1, 0)}`);
  });

  it('are mapped each in its own way', async () => {
    const mapping = [
      { stream: 'users', as: 'persons', user_id: 'id' },
      { stream: 'users', namespace: 'shop', as: 'events', user_id: 'id', event_name: 'bought' },
    ];
    const to = await write([crm, shop], { streams: mapping });
    to.send(record(crm, { id: 'c1' }), record(shop, { id: 'c1' }), record(shop, { id: null }));
    expect(await to.end()).toMatchObject({ code: 0 });
    expect(simulator.store.counts()).toMatchObject({ people: 1, events: 1 });
    const [file = ''] = await readdir(join(folder, 'rejects'));
    const reject = JSON.parse(await readFile(join(folder, 'rejects', file), 'utf8'));
    expect(reject).toMatchObject({
      stream: 'users',
      as: 'events',
      record: { record: { namespace: 'shop' } },
    });
  });

  it('a state that names neither waits for both; a record of a third is passed over and counted', async () => {
    const to = await write([crm, shop], settings);
    simulator.faults.downUntil = Date.now() + 60_000;
    to.send(record({ name: 'users', namespace: 'hr' }, { id: 'h1' }), record(shop, { id: 's1' }));
    to.send(streamState({ name: 'users' }, 1));
    await whenRequested(2);
    expect(to.states()).toEqual([]);
    simulator.faults.downUntil = 0;
    const { code, stdout } = await to.end();
    expect(code).toBe(0);
    expect(to.states()).toEqual([`${streamState({ name: 'users' }, 1).slice(0, -2)}${stats(1, 0)}`]);
    expect(stdout).toContain('1 records of stream \\"users\\" were skipped');
    expect(simulator.store.counts().people).toBe(1);
  });
});

describe('max_rejects', () => {
  /** Five in ten have no id, three one that is too long, one a long value; the tenth is sound. */
  const mixed = (n: number): string => {
    if (n % 10 < 5) return record(persons, { userId: null });
    if (n % 10 < 8) return record(persons, { userId: 'x'.repeat(151 + n) });
    return record(persons, { userId: `p${n}`, ...(n % 10 === 8 ? { bio: 'y'.repeat(1_001 + n) } : {}) });
  };

  it.each([
    ['100', 101],
    ['50%', 17],
  ])('%s stops the run, with the three commonest reasons, and no state passes', async (most, rejects) => {
    const to = await write([persons], { max_rejects: most });
    to.send(...[...Array(3_000).keys()].map(mixed), streamState(persons, 1));
    // Its input stays open: it ends by itself.
    const { code, stdout, stderr } = await to.finished;
    expect(code).toBe(1);
    expect(to.states()).toEqual([]);
    const text = new RegExp(
      `max_rejects \\(${most}\\) allows\\. The most common reasons: \\d+ times required \\(userId\\).* \\d+ times too_long \\(userId\\).* \\d+ times too_long \\(attributes\\.bio\\)`,
    );
    expect(stderr).toMatch(text);
    const errors = messagesOf(stdout).filter(
      ({ type, trace }) => type === 'TRACE' && (trace as { type: string }).type === 'ERROR',
    );
    expect(errors).toMatchObject([
      { trace: { error: { message: expect.stringMatching(text), failure_type: 'config_error' } } },
    ]);
    const [file = ''] = await readdir(join(folder, 'rejects'));
    const lines = (await readFile(join(folder, 'rejects', file), 'utf8')).trimEnd().split('\n');
    expect(lines.length).toBeGreaterThanOrEqual(rejects);
    expect(lines.length).toBeLessThan(2_000);
  });
});
