import { describe, expect, it } from 'vitest';
import { startHarness } from '../harness.fixture.ts';
import type { Json } from '../json.ts';

type Fields = Readonly<Record<string, Json>>;

const person = (id: string, action: string, rest: object = {}) => ({
  type: 'person',
  identifiers: { id },
  action,
  ...rest,
});
const object = (id: string, action: string, rest: object = {}) => ({
  type: 'object',
  identifiers: { object_type_id: '1', object_id: id },
  action,
  ...rest,
});
const toObject = (id: string, attributes?: Fields) => ({
  identifiers: { object_type_id: '1', object_id: id },
  ...(attributes && { relationship_attributes: attributes }),
});
const toPerson = (identifiers: Fields, attributes?: Fields) => ({
  identifiers,
  ...(attributes && { relationship_attributes: attributes }),
});

async function outcomeOf(...operations: object[]) {
  await using to = await startHarness();
  expect(await to.batch(operations)).toMatchObject({ status: 200, body: {} });
  return to.simulator.store;
}

const ULID = '01ARZ3NDEKTSV4RRFFQ69G5FAV';

describe('events', () => {
  it('are kept with name, time, id and attributes, and make their person', async () => {
    const store = await outcomeOf(
      person('ada', 'event', {
        name: 'visit',
        id: ULID,
        timestamp: 1_700_000_000,
        attributes: { at: 'nyc' },
      }),
    );
    expect(store.events()).toEqual([
      {
        person: 'ada',
        kind: 'event',
        name: 'visit',
        id: ULID,
        timestamp: 1_700_000_000,
        attributes: { at: 'nyc' },
      },
    ]);
    expect(store.counts()).toMatchObject({ people: 1, events: 1 });
  });

  it('are taken once for an id, whatever else they say', async () => {
    const event = person('ada', 'event', { name: 'visit', id: ULID });
    const store = await outcomeOf(event, { ...event, name: 'other' }, { ...event, id: ULID.toLowerCase() });
    expect(store.counts()).toMatchObject({ events: 1, duplicateEvents: 2 });
  });

  it('without an id are all kept, pages and screens too', async () => {
    const event = { name: 'visit' };
    const store = await outcomeOf(
      person('a', 'event', event),
      person('a', 'event', event),
      person('a', 'page', event),
      person('a', 'screen', event),
    );
    expect(store.eventCounts()).toEqual({ visit: 4 });
    expect(store.events().map(({ kind }) => kind)).toEqual(['event', 'event', 'page', 'screen']);
  });

  it('in milliseconds happened now', async () => {
    const store = await outcomeOf(person('a', 'event', { name: 'visit', timestamp: 1_500_000_000_000 }));
    expect(Math.abs((store.events()[0]?.timestamp ?? 0) - Date.now() / 1000)).toBeLessThan(60);
  });

  it('do not make older attributes stale', async () => {
    const store = await outcomeOf(
      person('a', 'event', { name: 'visit' }),
      person('a', 'identify', { attributes: { x: 1 }, timestamp: 1_500_000_000 }),
    );
    expect(store.person({ id: 'a' })?.attributes).toEqual({ id: 'a', x: 1 });
  });
});

describe('objects and relationships', () => {
  it('null and the empty string remove an attribute, the rest is kept', async () => {
    const store = await outcomeOf(
      object('nyc', 'identify', { attributes: { name: 'New York', a: 1, b: 2 } }),
      object('nyc', 'identify', { attributes: { a: null, b: '' } }),
    );
    expect(store.objects()).toMatchObject([{ object_id: 'nyc', attributes: { name: 'New York' } }]);
    expect(store.objects()[0]?.attributes).toEqual({ name: 'New York' });
  });

  it('are made from the person side, with the object', async () => {
    const related = { cio_relationships: [toObject('nyc', { role: 'vip', x: 1 }), toObject('sf')] };
    const store = await outcomeOf(
      person('ada', 'identify', related),
      person('ada', 'add_relationships', { cio_relationships: [toObject('nyc', { x: '' })] }),
    );
    expect(store.counts()).toMatchObject({ people: 1, objects: 2, relationships: 2 });
    expect(store.person({ id: 'ada' })?.relationships).toEqual([
      { object_type_id: '1', object_id: 'nyc', attributes: { role: 'vip' } },
      { object_type_id: '1', object_id: 'sf', attributes: {} },
    ]);
  });

  it('are made from the object side, with the person', async () => {
    const store = await outcomeOf(
      object('nyc', 'identify', { cio_relationships: [toPerson({ id: 'ada' }, { x: 1 })] }),
      object('nyc', 'add_relationships', { cio_relationships: [toPerson({ email: 'b@example.com' })] }),
    );
    expect(store.relationships()).toEqual([
      { person: 'ada', object_type_id: '1', object_id: 'nyc', attributes: { x: 1 } },
      { person: 'b@example.com', object_type_id: '1', object_id: 'nyc', attributes: {} },
    ]);
  });

  it('are deleted from either side, and nobody is made by that', async () => {
    const store = await outcomeOf(
      person('ada', 'add_relationships', { cio_relationships: [toObject('nyc'), toObject('sf')] }),
      person('ada', 'delete_relationships', { cio_relationships: [toObject('nyc'), toObject('none')] }),
      object('sf', 'delete_relationships', {
        cio_relationships: [toPerson({ id: 'ada' }), toPerson({ id: 'bob' })],
      }),
      object('none', 'delete_relationships', { cio_relationships: [toPerson({ id: 'ada' })] }),
    );
    expect(store.counts()).toMatchObject({ people: 1, objects: 2, relationships: 0 });
  });

  it('go with the person and with the object', async () => {
    const related = { cio_relationships: [toObject('nyc'), toObject('sf')] };
    const store = await outcomeOf(
      person('ada', 'identify', related),
      person('bob', 'identify', related),
      person('ada', 'delete'),
      object('nyc', 'delete'),
    );
    expect(store.counts()).toMatchObject({ people: 1, objects: 1, relationships: 1 });
    expect(store.relationships()).toMatchObject([{ person: 'bob', object_id: 'sf' }]);
  });

  it('wait for an anonymous person to be identified', async () => {
    const anonymous = [{ identifiers: { anonymous_id: 'cookie' }, relationship_attributes: { x: 1 } }];
    const store = await outcomeOf(
      object('nyc', 'identify_anonymous', { cio_relationships: anonymous }),
      person('ada', 'identify', { attributes: { anonymous_id: 'cookie' } }),
    );
    expect(store.relationships()).toMatchObject([{ person: 'ada', object_id: 'nyc', attributes: { x: 1 } }]);
  });

  it('of a cio_object_id are updates only', async () => {
    await using to = await startHarness();
    const { store } = to.simulator;
    await to.entity(object('nyc', 'identify'));
    const by = (cio_object_id: string) => ({
      type: 'object',
      action: 'identify',
      identifiers: { cio_object_id },
      attributes: { a: 1 },
    });
    await to.batch([by(store.objects()[0]?.cio_object_id ?? ''), by('none')]);
    expect(store.objects()).toMatchObject([{ attributes: { a: 1 } }]);
    expect(store.conflicts).toMatchObject([{ field: 'cio_object_id', value: 'none' }]);
  });

  it('of a type that the workspace lacks are refused', async () => {
    await using to = await startHarness({ objectTypes: ['7'] });
    const reply = await to.batch([
      object('nyc', 'identify'),
      person('a', 'identify', { cio_relationships: [toObject('nyc')] }),
    ]);
    expect(reply.body).toMatchObject({
      errors: [
        { batch_index: 0, field: 'identifiers.object_type_id' },
        { batch_index: 1, field: 'cio_relationships[0].identifiers.object_type_id' },
      ],
    });
    expect(to.simulator.store.counts()).toMatchObject({ people: 0, objects: 0 });
  });
});

describe('the rest of a life', () => {
  it('merges: what the primary lacks comes from the secondary', async () => {
    const store = await outcomeOf(
      person('a', 'identify', { attributes: { x: 1 } }),
      person('b', 'identify', {
        attributes: { x: 2, y: 2, email: 'b@example.com' },
        cio_relationships: [toObject('nyc')],
      }),
      person('b', 'event', { name: 'visit' }),
      { type: 'person', action: 'merge', primary: { id: 'a' }, secondary: { id: 'b' } },
      { type: 'person', action: 'merge', primary: { id: 'nobody' }, secondary: { id: 'a' } },
    );
    expect(store.people()).toMatchObject([{ id: 'a', attributes: { x: 1, y: 2, email: 'b@example.com' } }]);
    expect(store.events()).toMatchObject([{ person: 'a' }]);
    expect(store.person({ email: 'b@example.com' })?.relationships).toHaveLength(1);
  });

  it('keeps a suppressed person away until unsuppressed', async () => {
    const gone = [
      person('a', 'identify', { attributes: { email: 'a@example.com' } }),
      person('a', 'suppress'),
    ];
    const back = [
      person('a', 'identify'),
      person('a', 'event', { name: 'x' }),
      { ...person('', 'identify'), identifiers: { email: 'a@example.com' } },
    ];
    expect((await outcomeOf(...gone, ...back)).counts()).toMatchObject({ people: 0, events: 0 });
    const store = await outcomeOf(...gone, person('a', 'unsuppress'), person('a', 'identify'));
    expect(store.counts().people).toBe(1);
  });

  it('takes devices and deliveries', async () => {
    const store = await outcomeOf(
      person('a', 'add_device', { device: { token: 't', platform: 'ios' } }),
      person('a', 'delete_device', { device: { token: 't' } }),
      {
        type: 'delivery',
        action: 'event',
        identifiers: {},
        name: 'opened',
        attributes: { device_token: 't' },
      },
    );
    expect(store.counts().people).toBe(1);
  });
});
