import { TrackClient } from 'customerio-node';
import { describe, expect, it } from 'vitest';
import { KEYS, startHarness } from './harness.fixture.ts';

const ADA = { type: 'person', identifiers: { id: 'ada' }, action: 'identify', attributes: { name: 'Ada' } };

describe('authorization and routes', () => {
  it.each(['', 'Basic bm86bm8=', 'Bearer key', `Basic ${Buffer.from('site').toString('base64')}`])(
    'answers 401 to %j and applies nothing',
    async (authorization) => {
      await using to = await startHarness();
      const reply = await to.post('/api/v2/entity', JSON.stringify(ADA), { authorization });
      expect(reply).toMatchObject({ status: 401, body: { meta: { error: 'Unauthorized request' } } });
      expect(to.simulator.store.counts().people).toBe(0);
    },
  );

  it('answers the account region', async () => {
    await using to = await startHarness({ region: 'eu' });
    expect(await to.get('/api/v1/accounts/region')).toMatchObject({
      status: 200,
      body: { url: 'https://track-eu.customer.io', region: 'eu', environment_id: 1 },
    });
  });

  it('answers 404 elsewhere', async () => {
    await using to = await startHarness();
    expect((await to.get('/api/v2/entity')).status).toBe(404);
    expect((await to.post('/api/v2/other', '{}')).status).toBe(404);
    expect((await to.get('/simulator/other')).status).toBe(404);
  });
});

describe('bodies', () => {
  it.each([
    ['{"batch":[', 'invalid'],
    ['{}', 'required'],
    ['{"batch":{}}', 'required'],
    ['[]', 'required'],
  ])('answers 400 to the batch %s', async (body, reason) => {
    await using to = await startHarness();
    const reply = await to.post('/api/v2/batch', body);
    expect(reply).toMatchObject({ status: 400, body: { errors: [{ reason }] } });
  });

  it('answers 207 with the place of what failed, and accepts the others', async () => {
    await using to = await startHarness();
    const reply = await to.batch([
      ADA,
      { ...ADA, action: 'dance' },
      null,
      { ...ADA, identifiers: { id: 'bob' } },
    ]);
    expect(reply).toMatchObject({
      status: 207,
      body: {
        errors: [
          { batch_index: 1, field: 'action' },
          { batch_index: 2, reason: 'invalid' },
        ],
      },
    });
    expect(to.simulator.store.counts().people).toBe(2);
  });

  it('takes 500,000 bytes and refuses one more as a whole', async () => {
    await using to = await startHarness();
    const body = JSON.stringify({ batch: [ADA] });
    expect((await to.post('/api/v2/batch', body.padEnd(500_000))).status).toBe(200);
    expect((await to.post('/api/v2/batch', body.padEnd(500_001))).status).toBe(400);
  });

  it('takes an operation of 32,000 bytes, and refuses one more', async () => {
    await using to = await startHarness();
    const event = (size: number) => {
      const bare = JSON.stringify({ ...ADA, action: 'event', name: 'é', attributes: { 'a"': '' } });
      return bare.replace('""', `"${'x'.repeat(size - Buffer.byteLength(bare))}"`);
    };
    expect((await to.post('/api/v2/entity', event(32_000))).status).toBe(200);
    expect((await to.post('/api/v2/entity', event(32_001))).status).toBe(400);
    const body = `{"batch":[null, ${event(32_001)}, ${event(32_000)}, ${JSON.stringify(ADA)}]}`;
    expect(await to.post('/api/v2/batch', body)).toMatchObject({
      status: 207,
      body: { errors: [{ batch_index: 0 }, { batch_index: 1, reason: 'too_large' }] },
    });
    expect(to.simulator.store.counts().events).toBe(2);
  });
});

describe('customerio-node', () => {
  it('sends entity, batch and region', async () => {
    await using to = await startHarness();
    const client = new TrackClient(KEYS.siteId, KEYS.apiKey, { url: `${to.simulator.url}/api/v1` });
    expect(await client.getAccountRegion()).toMatchObject({ region: 'us' });
    await client.entity(ADA);
    expect(await client.batch([{ ...ADA, identifiers: { email: 'b@example.com' } }])).toEqual({});
    expect(await client.batch([{ ...ADA, identifiers: {} }])).toMatchObject({ errors: [{ batch_index: 0 }] });
    expect(to.simulator.store.counts().people).toBe(2);
    await expect(client.entity({ ...ADA, action: 'x' })).rejects.toMatchObject({ statusCode: 400 });
  });

  it('is refused with a wrong key', async () => {
    await using to = await startHarness();
    const client = new TrackClient('site', 'wrong', { url: `${to.simulator.url}/api/v1` });
    await expect(client.getAccountRegion()).rejects.toMatchObject({ statusCode: 401 });
  });
});

describe('/simulator', () => {
  it('tells what the store holds, and its traffic, and forgets both', async () => {
    await using to = await startHarness();
    await to.entity({
      ...ADA,
      cio_relationships: [{ identifiers: { object_type_id: '1', object_id: 'nyc' } }],
    });
    await to.entity({ ...ADA, action: 'event', name: 'visit' });
    expect((await to.get('/simulator/store')).body).toMatchObject({
      counts: { people: 1, objects: 1, relationships: 1, events: 1 },
      people: [{ id: 'ada', attributes: { name: 'Ada' } }],
      objects: [{ object_id: 'nyc', people: 1 }],
      relationships: [{ person: 'ada', object_id: 'nyc' }],
      events: { visit: 1 },
    });
    expect((await to.get('/simulator/requests')).body).toMatchObject({
      requests: 2,
      operations: 2,
      statuses: { 200: 2 },
    });
    await to.post('/simulator/reset', '');
    const empty = {
      people: 0,
      objects: 0,
      relationships: 0,
      events: 0,
      duplicateEvents: 0,
      stale: 0,
      conflicts: 0,
    };
    expect((await to.get('/simulator/store?counts=1')).body).toEqual(empty);
    expect(to.simulator.requests).toBe(0);
  });
});

describe('speed', () => {
  it('takes 100,000 operations in full batches within a few seconds', async () => {
    await using to = await startHarness();
    const operation = (n: number) => ({
      ...ADA,
      identifiers: { id: `person-${n}` },
      timestamp: 1_700_000_000,
      attributes: {
        email: `p${n}@example.com`,
        first: 'Ada',
        last: 'Lovelace',
        n,
        created_at: 1_600_000_000,
      },
    });
    const started = process.cpuUsage();
    for (let at = 0; at < 100_000; at += 2000) {
      const reply = await to.batch(Array.from({ length: 2000 }, (_, index) => operation(at + index)));
      expect(reply.status).toBe(200);
    }
    expect(to.simulator.store.counts().people).toBe(100_000);
    const { user, system } = process.cpuUsage(started);
    // About one second of this is the simulator's; the wide margin is for slow machines.
    expect((user + system) / 1e6).toBeLessThan(20);
  });
});
