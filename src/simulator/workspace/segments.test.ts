import { describe, expect, it } from 'vitest';
import { startHarness } from '../harness.fixture.ts';
import type { Json } from '../json.ts';
import {
  lapsedAtPrimaryLocation,
  multiLocation,
  newAtLocation,
  primaryLocationIs,
  unixSeconds,
} from './segments.ts';

const NOW = Date.parse('2025-10-01T00:00:00Z') / 1000;

const at = (person: string, location: string, attributes: Readonly<Record<string, Json>>) => ({
  type: 'person',
  identifiers: { id: person },
  action: 'add_relationships',
  cio_relationships: [
    { identifiers: { object_type_id: '1', object_id: location }, relationship_attributes: attributes },
  ],
});

const RELATIONSHIPS = [
  at('ada', 'nyc', {
    is_primary_location: true,
    last_interaction_at: '2025-08-01 10:00:00.000',
    has_multiple_locations: true,
  }),
  at('ada', 'sf', { is_primary_location: false, last_interaction_at: 1, has_multiple_locations: true }),
  at('bob', 'sf', {
    is_primary_location: 'true',
    last_interaction_at: NOW - 5,
    is_first_location: true,
    first_interaction_at: NOW - 86_400,
  }),
  at('eve', 'sf', {
    is_first_location: true,
    first_interaction_at: '2025-09-23T23:59:59Z',
    is_primary_location: true,
    last_interaction_at: '2025-09-01T00:00:00Z',
  }),
  at('tim', 'sf', { is_first_location: true, first_interaction_at: '2025-10-02' }),
];

describe('the four segments of the specification', () => {
  it('hold whom they should', async () => {
    await using to = await startHarness();
    await to.batch(RELATIONSHIPS);
    const { store } = to.simulator;
    const ids = (people: readonly { id?: string }[]) => people.map(({ id }) => id);
    expect(ids(primaryLocationIs(store, 'sf'))).toEqual(['bob', 'eve']);
    expect(ids(primaryLocationIs(store, 'nyc'))).toEqual(['ada']);
    expect(ids(multiLocation(store))).toEqual(['ada']);
    // Eve's last was exactly 30 days ago, which is not more than 30.
    expect(ids(lapsedAtPrimaryLocation(store, NOW))).toEqual(['ada']);
    expect(ids(lapsedAtPrimaryLocation(store, NOW + 1))).toEqual(['ada', 'eve']);
    expect(ids(newAtLocation(store, NOW))).toEqual(['bob']);
    expect(ids(newAtLocation(store, NOW, 8))).toEqual(['bob', 'eve']);
  });
});

describe('unixSeconds', () => {
  it.each([
    [1_700_000_000, 1_700_000_000],
    ['1700000000', 1_700_000_000],
    ['2023-11-14', 1_699_920_000],
    ['2023-11-14 22:13:20', 1_700_000_000],
    ['2023-11-14T22:13:20.5Z', 1_700_000_000.5],
    ['2023-11-14 22:13:20.123456789', 1_700_000_000.123],
    ['2023-11-14T22:13:20+00:00', 1_700_000_000],
    ['2023-11-15 00:13:20+02', 1_700_000_000],
    ['2023-11-14 17:13:20.000 -0500', 1_700_000_000],
    ['2023-13-45', undefined],
    ['soon', undefined],
    ['', undefined],
    [true, undefined],
    [undefined, undefined],
  ])('of %j is %j', (value, seconds) => {
    expect(unixSeconds(value)).toBe(seconds);
  });
});
