import { describe, expect, it } from 'vitest';
import { type Harness, startHarness } from '../harness.fixture.ts';

const AT = '2024-01-31T10:20:30.123Z';
const ADA = { type: 'identify', userId: 'ada@example.com', traits: { plan: 'pro' }, timestamp: AT };

async function batch(to: Harness, ...calls: readonly object[]): Promise<number> {
  return (await to.call('batch', { batch: calls })).status;
}

describe('what calls leave in the workspace', () => {
  it('a userId that is an address is an email, any other an id', async () => {
    await using to = await startHarness();
    expect(await batch(to, ADA, { type: 'identify', userId: '42', traits: {} })).toBe(200);
    const { store } = to.simulator;
    expect(store.person({ email: 'ada@example.com' })?.attributes).toMatchObject({ plan: 'pro' });
    expect(store.person({ id: '42' })).toBeDefined();
  });

  it('an older identify is dropped as stale', async () => {
    await using to = await startHarness();
    await batch(to, ADA, { ...ADA, timestamp: '2023-01-31T10:20:30Z', traits: { plan: 'free' } });
    expect(to.simulator.store.person({ email: ADA.userId })?.attributes.plan).toBe('pro');
    expect(to.simulator.store.counts().stale).toBe(1);
  });

  it('a messageId counts once, for events and for all else', async () => {
    await using to = await startHarness();
    const event = { type: 'track', userId: '42', event: 'Seen', messageId: 'e1', properties: { n: 1 } };
    const objectOf = (name: string, messageId: string) => ({
      type: 'group',
      groupId: 'acme',
      traits: { name },
      messageId,
    });
    await batch(to, event, event, objectOf('A', 'm1'), objectOf('B', 'm2'), objectOf('A', 'm1'));
    const { store } = to.simulator;
    expect(store.counts()).toMatchObject({ events: 1, duplicateEvents: 1 });
    expect(store.events()[0]).toMatchObject({ id: 'e1', person: '42', attributes: { n: 1 } });
    expect(store.objects()[0]?.attributes).toEqual({ name: 'B' });
  });

  it('a group makes the object, the person and their relationship; its own traits are no attributes', async () => {
    await using to = await startHarness();
    const traits = { name: 'Acme', objectTypeId: '2', relationshipAttributes: { role: 'admin' } };
    expect(await batch(to, { type: 'group', userId: '42', groupId: 'acme', objectTypeId: '2', traits })).toBe(
      200,
    );
    const { store } = to.simulator;
    expect(store.objects()[0]).toMatchObject({ object_type_id: '2', attributes: { name: 'Acme' } });
    expect(store.relationships()).toEqual([
      { person: '42', object_type_id: '2', object_id: 'acme', attributes: { role: 'admin' } },
    ]);
  });

  it('a group without an object type lands in type 1', async () => {
    await using to = await startHarness();
    await batch(to, { type: 'group', groupId: 'acme' });
    expect(to.simulator.store.objects()[0]?.object_type_id).toBe('1');
  });

  it('an anonymous person keeps events and relationships until an identify names them', async () => {
    await using to = await startHarness();
    const { store } = to.simulator;
    await batch(
      to,
      { type: 'track', anonymousId: 'a1', event: 'Seen', messageId: 'e1' },
      {
        type: 'group',
        anonymousId: 'a1',
        groupId: 'acme',
        traits: { relationshipAttributes: { role: 'x' } },
      },
    );
    expect(store.counts()).toMatchObject({ people: 0, events: 0, relationships: 0, objects: 1 });
    await batch(to, { ...ADA, anonymousId: 'a1' }, { type: 'track', anonymousId: 'a1', event: 'Again' });
    expect(store.events().map(({ person, name }) => [person, name])).toEqual([
      [ADA.userId, 'Seen'],
      [ADA.userId, 'Again'],
    ]);
    expect(store.relationships()).toMatchObject([{ person: ADA.userId, attributes: { role: 'x' } }]);
  });

  it('semantic events remove what they name, and are no events', async () => {
    await using to = await startHarness();
    const { store } = to.simulator;
    const group = { type: 'group', userId: '42', traits: {} };
    await batch(
      to,
      { ...group, groupId: 'a' },
      { ...group, groupId: 'b' },
      { ...group, groupId: 'c', userId: '43' },
    );
    const properties = (objectId: string) => ({ objectId, objectTypeId: 1 });
    await batch(to, {
      type: 'track',
      userId: '42',
      event: 'Relationship Deleted',
      properties: properties('a'),
    });
    expect(store.counts()).toMatchObject({ people: 2, objects: 3, relationships: 2 });
    await batch(to, {
      type: 'track',
      anonymousId: 'x',
      event: 'Object Deleted',
      properties: properties('b'),
    });
    expect(store.counts()).toMatchObject({ objects: 2, relationships: 1 });
    await batch(to, { type: 'track', userId: '43', event: 'User Deleted' });
    expect(store.counts()).toMatchObject({ people: 1, relationships: 0, events: 0 });
  });

  it('what the workspace does not take is answered with 200 and stands in the activity log', async () => {
    await using to = await startHarness({ objectTypes: ['1'] });
    expect(
      await batch(
        to,
        { type: 'group', groupId: 'acme', objectTypeId: '9' },
        { type: 'identify', userId: '42', traits: { bio: 'x'.repeat(1001) } },
      ),
    ).toBe(200);
    expect(to.simulator.store.counts()).toMatchObject({ objects: 0, people: 0, conflicts: 2 });
  });
});

describe('strict mode', () => {
  const bad = { type: 'track', userId: '42' };

  it('refuses a batch as a whole for one bad call, and says which in a sentence', async () => {
    await using to = await startHarness();
    const { status, body } = await to.call('batch', { batch: [ADA, bad] });
    expect([status, body]).toEqual([400, { meta: { errors: ['batch[1]: event is required'] } }]);
    expect(to.simulator.store.counts()).toMatchObject({ people: 0, conflicts: 0 });
  });

  it.each([
    [
      'a call over 32 KB',
      [
        ADA,
        { ...ADA, traits: Object.fromEntries(Array.from({ length: 40 }, (_, n) => [n, 'x'.repeat(900)])) },
      ],
    ],
    ['a batch over 500 KB', Array.from({ length: 600 }, () => ({ ...ADA, traits: { x: 'x'.repeat(900) } }))],
    ['an empty batch', []],
  ])('refuses %s', async (_name, calls) => {
    await using to = await startHarness();
    expect(await batch(to, ...calls)).toBe(400);
  });

  it('refuses another key, a site ID and an unknown path', async () => {
    await using to = await startHarness();
    const other = { authorization: `Basic ${Buffer.from('other:').toString('base64')}` };
    expect((await to.call('identify', ADA, other)).status).toBe(401);
    const site = { authorization: `Basic ${Buffer.from('site:key').toString('base64')}` };
    expect((await to.call('identify', ADA, site)).status).toBe(401);
    expect((await to.call('other', ADA)).status).toBe(404);
  });

  it('left out, everything is answered with 200 and what is wrong is dropped', async () => {
    await using to = await startHarness();
    const loose = { 'x-strict-mode': '0' };
    expect((await to.call('batch', { batch: [ADA, bad] }, loose)).status).toBe(200);
    const other = { ...loose, authorization: `Basic ${Buffer.from('other:').toString('base64')}` };
    expect((await to.call('identify', { ...ADA, userId: '43' }, other)).status).toBe(200);
    expect(to.simulator.store.counts()).toMatchObject({ people: 1, conflicts: 1 });
  });
});
