import { describe, expect, it } from 'vitest';
import { startHarness } from '../harness.fixture.ts';

const person = (id: string, action: string, rest: object = {}) => ({
  type: 'person',
  identifiers: { id },
  action,
  ...rest,
});
const merge = (primary: string, secondary: string) => ({
  type: 'person',
  action: 'merge',
  primary: { id: primary },
  secondary: { id: secondary },
});
const tie = (id: string, relationship_attributes: object) => ({
  identifiers: { object_type_id: '1', object_id: id },
  relationship_attributes,
});
const related = (id: string, ...cio_relationships: object[]) =>
  person(id, 'add_relationships', { cio_relationships });

async function storeAfter(...operations: object[]) {
  await using to = await startHarness();
  expect(await to.batch(operations)).toMatchObject({ status: 200, body: {} });
  return to.simulator.store;
}

const now = Math.floor(Date.now() / 1000);
const day = 86_400;
const ulid = '01ARZ3NDEKTSV4RRFFQ69G5FAV';

describe('a merge', () => {
  it.each([
    ['is not set', {}, { plan: 'pro' }, { plan: 'pro' }],
    ['is empty', { plan: '' }, { plan: 'pro' }, { plan: 'pro' }],
    ['is set', { plan: 'free' }, { plan: 'pro' }, { plan: 'free' }],
    ['is false', { plan: false }, { plan: 'pro' }, { plan: false }],
    ['is zero', { plan: 0 }, { plan: 'pro' }, { plan: 0 }],
  ])('fills an attribute that %s', async (_what, primary, secondary, merged) => {
    const store = await storeAfter(
      person('a', 'identify', { attributes: primary }),
      person('b', 'identify', { attributes: secondary }),
      merge('a', 'b'),
    );
    expect(store.people()).toMatchObject([{ id: 'a' }]);
    expect(store.person({ id: 'a' })?.attributes).toEqual({ id: 'a', ...merged });
  });

  it('fills identifiers that the primary lacks, and finds the person by them', async () => {
    const store = await storeAfter(
      person('a', 'identify'),
      person('b', 'identify', { attributes: { email: 'b@x.io' } }),
      merge('a', 'b'),
    );
    expect(store.person({ email: 'b@x.io' })?.id).toBe('a');
    expect(store.person({ id: 'b' })).toBeUndefined();
  });

  it('moves the events of 30 days; older ones go with the secondary', async () => {
    const ages = [0, 29, 31, 400];
    const events = ages.map((age) =>
      person('b', 'event', { name: `${age} days ago`, timestamp: now - age * day }),
    );
    const store = await storeAfter(person('a', 'identify'), ...events, merge('a', 'b'));
    expect(store.events().map(({ person: of, name }) => [of, name])).toEqual([
      ['a', '0 days ago'],
      ['a', '29 days ago'],
    ]);
    expect(store.eventCounts()).toEqual({ '0 days ago': 1, '29 days ago': 1 });
    expect(store.counts().events).toBe(2);
  });

  it('brings relationships that the primary did not have, and what they lacked', async () => {
    const store = await storeAfter(
      related('a', tie('nyc', { role: 'payer', since: '' })),
      related('b', tie('nyc', { role: 'guest', since: 1 }), tie('rome', { role: 'guest' })),
      merge('a', 'b'),
    );
    expect(store.relationships().map(({ object_id, attributes }) => [object_id, attributes])).toEqual([
      ['nyc', { role: 'payer', since: 1 }],
      ['rome', { role: 'guest' }],
    ]);
    expect(store.counts().relationships).toBe(2);
  });

  it.each([
    ['a primary that nobody is', [merge('nobody', 'b')], ['a', 'b']],
    ['a secondary that nobody is', [merge('a', 'nobody')], ['a', 'b']],
    ['one person', [merge('a', 'a')], ['a', 'b']],
    ['what was merged before', [merge('a', 'b'), merge('a', 'b')], ['a']],
    ['a chain', [merge('b', 'a'), merge('c', 'b')], ['c']],
  ])('of %s', async (_what, merges, left) => {
    const people = left.includes('c') ? ['a', 'b', 'c'] : ['a', 'b'];
    const store = await storeAfter(...people.map((id) => person(id, 'identify')), ...merges);
    expect(store.people().map(({ id }) => id)).toEqual(left);
  });
});

describe.each([
  ['merged away', [merge('a', 'b')]],
  ['deleted', [person('b', 'delete')]],
  ['suppressed', [person('b', 'suppress')]],
])('someone who was %s', (_what, gone) => {
  const before = [
    person('a', 'identify'),
    related('b', tie('nyc', {})),
    person('b', 'event', { name: 'visit', id: ulid, timestamp: now - 90 * day }),
    ...gone,
  ];

  it('leaves the id of an event known', async () => {
    const again = person('a', 'event', { name: 'visit', id: ulid.toLowerCase(), timestamp: now - 90 * day });
    const store = await storeAfter(...before, again);
    expect(store.counts()).toMatchObject({ events: 0, duplicateEvents: 1 });
  });

  it('is not made again by the removal of a relationship, from either end', async () => {
    const ofObject = { identifiers: { object_type_id: '1', object_id: 'nyc' } };
    const store = await storeAfter(
      ...before,
      {
        type: 'object',
        ...ofObject,
        action: 'delete_relationships',
        cio_relationships: [{ identifiers: { id: 'b' } }],
      },
      person('b', 'delete_relationships', { cio_relationships: [ofObject] }),
      person('b', 'delete'),
    );
    expect(store.people().map(({ id }) => id)).toEqual(['a']);
  });
});
