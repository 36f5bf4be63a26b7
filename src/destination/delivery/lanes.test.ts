import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { ConnectorError } from '../../errors/connector-error.ts';
import type { Operation } from '../mapping/operation.ts';
import { type Acknowledgement, Ledger } from '../settlement/ledger.ts';
import type { RecordLine } from '../settlement/record-line.ts';
import { Attempts } from './attempts.ts';
import { awakeClock } from './awake-clock.ts';
import { Lanes } from './lanes.ts';
import { longestTimerMs, RateLimiter } from './rate-limiter.ts';
import { retryAction } from './retry-action.ts';
import type { Answer } from './wire/answer.ts';

const accepted: Answer = { status: 200, body: '{}', retryAfterMs: undefined };
const status = (number: number, retryAfterMs?: number): Answer => ({
  status: number,
  body: '',
  retryAfterMs,
});

interface Sent {
  readonly at: number;
  readonly keys: readonly string[];
}

/** A delivery to a server that is a function, and what came of it. */
function deliveryTo(
  respond: (keys: readonly string[], sent: readonly Sent[]) => Answer | Promise<Answer>,
  retryMs = 10_000,
  now = () => performance.now(),
) {
  const halt = new AbortController();
  const sent: Sent[] = [];
  const settled: string[] = [];
  const rejected: string[] = [];
  const attempts = new Attempts({
    retryMs,
    retryAction: (answer, operations) => retryAction(answer, operations),
    signal: halt.signal,
    now,
    limiter: new RateLimiter(1000, halt.signal),
    warn: () => undefined,
    transport: {
      async send(body) {
        const keys = JSON.parse(body.toString()).batch.map(({ key }: { key: string }) => key);
        sent.push({ at: performance.now(), keys });
        return respond(keys, sent);
      },
      close: () => undefined,
    },
    outcomes: {
      accept: ({ stream }) => settled.push(stream),
      reject: (_, { bytes, start, end }) => rejected.push(Buffer.from(bytes.subarray(start, end)).toString()),
    },
  });
  const failed = (failure: ConnectorError) => halt.abort(failure);
  const to = new Lanes({ lanes: 4, attempts, failed, signal: halt.signal });
  return { to, sent, settled, rejected, halt };
}

const books = new Ledger([], () => undefined);

/** `name` is what the server sees, `key` what the lanes see; the acknowledgement's stream and the line tell the key. */
function parcel(key: string, filler = 0, name = key): [Operation, RecordLine, Acknowledgement] {
  const body = JSON.stringify({ key: name, filler: 'x'.repeat(filler) });
  const operation = { key, body, bytes: Buffer.byteLength(body), truncated: [] };
  return [operation, { bytes: Buffer.from(`<${key}>`), start: 1, end: key.length + 1 }, books.open(key)];
}

const keys = (count: number): string[] => Array.from({ length: count }, (_, n) => `k${n}`);

describe('Retry-After', () => {
  it('is obeyed by all lanes', async () => {
    const { to, sent, settled } = deliveryTo((_, before) =>
      before.length === 1 ? status(429, 500) : sleep(20, accepted),
    );
    await to.add(...parcel('first'));
    to.nudge();
    await sleep(50);
    for (const key of keys(40)) await to.add(...parcel(key));
    await to.drain();
    const [first, ...others] = sent;
    expect(others.length).toBeGreaterThan(1);
    for (const { at } of others) expect(at - (first?.at ?? 0)).toBeGreaterThanOrEqual(495);
    expect(settled).toHaveLength(41);
  });

  it('is waited for beyond the deadline, and then it is enough', async () => {
    const { to, sent } = deliveryTo(() => status(429, 300), 100);
    await to.add(...parcel('k'));
    await expect(to.drain()).rejects.toMatchObject({ failureType: 'transient_error' });
    expect(sent).toHaveLength(2);
  });

  it('longer than a timer can be is no reason to ask without a pause', async () => {
    const { to, sent, halt } = deliveryTo(() => status(503, longestTimerMs * 10));
    await to.add(...parcel('k'));
    const draining = to.drain();
    await sleep(300);
    halt.abort();
    await draining;
    expect(sent).toHaveLength(1);
  });
});

it('a server that is away is asked until the time of retrying is over', async () => {
  const { to, sent } = deliveryTo(() => status(500), 400);
  await to.add(...parcel('k'));
  await expect(to.drain()).rejects.toMatchObject({ failureType: 'transient_error' });
  expect((sent.at(-1)?.at ?? 0) - (sent[0]?.at ?? 0)).toBeGreaterThanOrEqual(398);
});

it('a machine that slept tries for as long as one that did not', async () => {
  let slept = 0;
  const clock = awakeClock(() => performance.now() + slept);
  const answered = (_: readonly string[], before: readonly Sent[]): Answer => {
    // In the middle of a request, and in the waits between, as they are looked at by the next.
    slept += 3_600_000;
    return before.length < 6 ? { failure: 'the network is down' } : accepted;
  };
  const { to, settled } = deliveryTo(answered, 60_000, clock.now);
  await to.add(...parcel('k'));
  await to.drain();
  clock.stop();
  expect(settled).toEqual(['k']);
});

it('a failure of one lane wakes the others, however long they were told to wait', async () => {
  const { to, settled } = deliveryTo((_, before) =>
    before.length === 1 ? sleep(100, status(401)) : status(500, 3_600_000),
  );
  for (const key of keys(20)) await to.add(...parcel(key));
  await expect(to.drain()).rejects.toMatchObject({ failureType: 'config_error' });
  expect(settled).toEqual([]);
});

it('a batch that is refused as a whole is halved down to the guilty operations', async () => {
  const guilty = new Set(['k3', 'k17', 'k18']);
  const { to, settled, rejected } = deliveryTo((batch) =>
    batch.some((key) => guilty.has(key)) ? status(400) : accepted,
  );
  for (const key of keys(50)) await to.add(...parcel(key));
  await to.drain();
  expect(rejected.toSorted()).toEqual([...guilty].toSorted());
  expect(settled.toSorted()).toEqual(
    keys(50)
      .filter((key) => !guilty.has(key))
      .toSorted(),
  );
});

it('operations of one key keep their order while a request is tried again', async () => {
  let fails = 6;
  const { to, sent } = deliveryTo(() => {
    fails -= 1;
    return fails >= 0 ? status(500) : accepted;
  });
  const names = (key: string): string[] => keys(300).map((n) => `${key}:${n}`);
  for (const n of keys(300)) {
    for (const key of ['a', 'b']) await to.add(...parcel(key, 20_000, `${key}:${n}`));
  }
  await to.drain();
  const taken = sent.slice(6).flatMap((request) => request.keys);
  for (const key of ['a', 'b']) expect(taken.filter((name) => name.startsWith(key))).toEqual(names(key));
});

it('whoever sends more than a lane can take is made to wait', async () => {
  let open: (answer: Answer) => void = () => undefined;
  const gate = new Promise<Answer>((resolve) => {
    open = resolve;
  });
  const { to, settled } = deliveryTo(() => gate);
  let added = 0;
  const adding = (async () => {
    for (; added < 100; added += 1) await to.add(...parcel('one lane', 200_000));
  })();
  await sleep(50);
  // Two operations a batch: one in flight, two queued behind it, one that was full, one being packed.
  expect(added).toBeLessThan(10);
  open(accepted);
  await adding;
  await to.drain();
  expect(settled).toHaveLength(100);
});
