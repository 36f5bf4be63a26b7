import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { startHarness } from './harness.fixture.ts';

const ADA = { type: 'person', identifiers: { id: 'ada' }, action: 'identify' };

describe('faults', () => {
  it('answers the next requests with a status, then as before', async () => {
    await using to = await startHarness();
    to.simulator.faults.next.push({ kind: 'status', status: 429, retryAfter: 2, times: 2 });
    const first = await to.entity(ADA);
    expect([first.status, first.headers.get('retry-after')]).toEqual([429, '2']);
    expect((await to.entity(ADA)).status).toBe(429);
    expect(to.simulator.store.counts().people).toBe(0);
    expect((await to.entity(ADA)).status).toBe(200);
  });

  it.each([
    [500, 'application/json', 'object'],
    [502, 'text/html', 'string'],
    [200, 'text/html', 'string'],
    [401, 'application/json', 'object'],
  ])('answers %i as its kind of server does', async (status, type, body) => {
    await using to = await startHarness();
    to.simulator.faults.next.push({ kind: 'status', status });
    const reply = await to.entity(ADA);
    expect([reply.status, reply.headers.get('content-type'), typeof reply.body]).toEqual([
      status,
      type,
      body,
    ]);
  });

  it('answers 503 with nothing', async () => {
    await using to = await startHarness();
    to.simulator.faults.next.push({ kind: 'status', status: 503 });
    expect(await to.entity(ADA)).toMatchObject({ status: 503, body: '' });
  });

  it.each([
    ['before-body', 0],
    ['after-body', 0],
    ['after-applying', 1],
    ['in-body', 0],
    ['in-answer', 1],
  ] as const)('breaks the connection %s', async (when, people) => {
    await using to = await startHarness();
    to.simulator.faults.next.push({ kind: 'reset', when });
    await expect(to.entity(ADA)).rejects.toThrow(/fetch failed|terminated/);
    expect(to.simulator.store.counts().people).toBe(people);
    expect((await to.entity(ADA)).status).toBe(200);
  });

  it('hangs without an answer, and still closes', async () => {
    const to = await startHarness();
    to.simulator.faults.next.push({ kind: 'hang' });
    const answer = to.entity(ADA).catch(() => 'cut off');
    const first = await Promise.race([
      answer,
      new Promise((resolve) => setTimeout(resolve, 50, 'nothing yet')),
    ]);
    expect(first).toBe('nothing yet');
    await to.simulator.close();
    expect(await answer).toBe('cut off');
  });

  it.each([
    [true, 0],
    [false, 1],
  ])('with dropAbandoned %s applies %i of a client that has gone', async (dropAbandoned, people) => {
    await using to = await startHarness({ latencyMs: 100 });
    to.simulator.faults.dropAbandoned = dropAbandoned;
    const body = JSON.stringify(ADA);
    const head = `POST /api/v2/entity HTTP/1.1\r\nhost: localhost\r\nauthorization: Basic ${btoa('site:key')}\r\ncontent-length: ${body.length}\r\n\r\n`;
    const socket = connect(to.simulator.port, '127.0.0.1');
    await new Promise((resolve) => socket.write(head + body, resolve));
    while (to.simulator.requests === 0) await sleep(1);
    socket.destroy();
    await sleep(200);
    expect(to.simulator.store.counts().people).toBe(people);
  });

  it('is down for a while', async () => {
    await using to = await startHarness();
    to.simulator.faults.downUntil = Date.now() + 60_000;
    await expect(to.entity(ADA)).rejects.toThrow('fetch failed');
    to.simulator.faults.downUntil = 0;
    expect((await to.entity(ADA)).status).toBe(200);
  });

  it('is slow', async () => {
    await using to = await startHarness({ latencyMs: 60 });
    const started = performance.now();
    await to.entity(ADA);
    to.simulator.faults.latencyMs = { min: 40, max: 50 };
    await to.entity(ADA);
    expect(performance.now() - started).toBeGreaterThan(95);
  });

  it('refuses every third operation', async () => {
    await using to = await startHarness();
    to.simulator.faults.rejectEvery = 3;
    const people = Array.from({ length: 7 }, (_, n) => ({ ...ADA, identifiers: { id: `p${n}` } }));
    expect(await to.batch(people)).toMatchObject({
      status: 207,
      body: { errors: [{ batch_index: 2 }, { batch_index: 5 }] },
    });
    expect(to.simulator.store.counts().people).toBe(5);
  });

  it('come as a storm: every second batch suffers the next of them, in turn', async () => {
    await using to = await startHarness();
    const of = [429, 500].map((status) => ({ kind: 'status' as const, status }));
    expect((await to.post('/simulator/faults', JSON.stringify({ storm: { every: 2, of } }))).status).toBe(
      200,
    );
    const statuses: number[] = [];
    for (let n = 0; n < 6; n += 1) statuses.push((await to.batch([ADA])).status);
    expect(statuses).toEqual([200, 429, 200, 500, 200, 429]);
    expect((await to.post('/simulator/faults', '{"storm":{"every":0,"of":[]}}')).status).toBe(400);
  });

  it('are set from another process, and only known ones', async () => {
    await using to = await startHarness();
    const faults = { next: [{ kind: 'status', status: 500 }], rejectEvery: 0 };
    expect((await to.post('/simulator/faults', JSON.stringify(faults))).status).toBe(200);
    expect((await to.entity(ADA)).status).toBe(500);
    for (const wrong of ['{"nxt":[]}', '{"next":[{"kind":"boom"}]}', '{"latencyMs":"a"}', '[]', '']) {
      expect((await to.post('/simulator/faults', wrong)).status).toBe(400);
    }
  });
});
