import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { streamNames } from '../../../streams/contract.ts';
import { isRefusal } from '../keys/identifiers.ts';
import { keyOfText } from '../keys/lane-key.ts';
import { bothPaths, columnsOf, type Row, same } from './both-paths.fixture.ts';
import { rows, ulid } from './rows.fixture.ts';

const configsOf = (stream: string): readonly Row[] => [
  {},
  { identifier: 'id' },
  { null_attributes: 'unset' },
  { too_long: 'truncate' },
  { trim_identifiers: false },
  { removals: { persons: 'remove' } },
  { removals: { persons: 'mark', objects: 'mark' } },
  { relationship_timestamps: 'text' },
  { streams: [{ stream, as: stream, event_name: 'Seen "it" \u00e9', object_type: '2' }] },
];
const kinds = streamNames;

describe.each(kinds)('the fast path of %s', (stream) => {
  it.each(configsOf(stream))('makes what the slow path makes, or leaves it to that: %j', (config) => {
    const map = bothPaths(stream, config);
    let known = 0;
    fc.assert(
      fc.property(rows, (columns) => {
        const { body, key, slow } = map(columns);
        if (body === undefined) return;
        known += 1;
        if (isRefusal(slow) || 'ignored' in slow)
          throw new Error(`the slow path refuses: ${JSON.stringify(slow)}`);
        same(body, slow.body);
        expect(key).toBe(keyOfText(slow.key));
        expect(slow.truncated).toEqual([]);
        expect(slow.trimmed).toBeUndefined();
      }),
      { numRuns: 900 },
    );
    expect(known).toBeGreaterThan(20);
  });
});

const usual: Readonly<Record<string, Row>> = {
  persons: {
    userId: 'a@b.c',
    anonymousId: 'anon',
    timestamp: '2024-05-31T07:08:09.5',
    email: 'a@b.c',
    plan: null,
    score: 1.5,
    tags: ['a', { b: '\n' }],
  },
  events: {
    userId: 7,
    timestamp: '2024-05-31T07:08:09Z',
    event: 'Seen it',
    messageId: ulid,
    page: '/é',
    last_seen: '2024-01-01 00:00:00',
  },
  objects: {
    objectTypeId: '1',
    groupId: 'acme',
    timestamp: null,
    name: 'Acme',
    created_at: '2024-01-01T00:00:00',
  },
};

it.each(Object.entries(usual))(
  'knows the usual record of %s, whole, with less and with more columns',
  (stream, row) => {
    const map = bothPaths(stream);
    const nothing = { _ab_cdc_deleted_at: null, mergedInto: null, unsetAttributes: [] };
    const none = { ...nothing, unsetAttributes: null };
    const more = { ...row, more: 1, _airbyte_x: 'y' };
    for (const columns of [
      row,
      more,
      row,
      { ...row, ...none },
      { ...row, ...nothing },
      { ...row, plan: 'pro' },
    ]) {
      const { body, slow } = map(columnsOf(columns));
      if (body === undefined || !('body' in slow)) throw new Error('left to the slow path');
      same(body, slow.body);
    }
  },
);

const time = '2024-05-31T07:08:09';

/** Records that other sources send, and what of them is left to the slow path. */
it.each<[string, string, Row, boolean]>([
  ['a relationship', 'relationships', { relationshipAttributes: { since: time, role: 'payer' } }, true],
  [
    'one with JSON in a text',
    'relationships',
    { relationshipAttributes: '{"since":"2024-05-31 07:08"}' },
    true,
  ],
  ['one with a column for its object', 'relationships', { relationshipAttributes: {}, city: 'Rome' }, true],
  ['one without attributes', 'relationships', {}, true],
  ['one of somebody not yet known', 'relationships', { userId: null, anonymousId: 'a' }, false],
  ['one with an escape in its JSON', 'relationships', { relationshipAttributes: '{"a":"\\n"}' }, true],
  ['an event with another key', 'events', { messageId: 'crm-1' }, true],
  ['an event with a number for a key', 'events', { messageId: 7 }, true],
  [
    'an event without a key',
    'events',
    { messageId: null, note: 'a "b"\n\u00e9', tags: ['a', 1.5], no: false },
    true,
  ],
  ['an event without a key or a time', 'events', { timestamp: null }, true],
  ['an event without a key, with an object', 'events', { deep: { a: 1 } }, false],
])('%s', (_what, stream, given, isKnown) => {
  const row = { userId: 'u', groupId: 'g', objectTypeId: '1', timestamp: time, event: 'seen', ...given };
  const map = bothPaths(stream);
  for (const columns of [row, { ...row, more: 1 }, row]) {
    const { body, slow } = map(columnsOf(columns));
    expect(body !== undefined).toBe(isKnown);
    if (!('body' in slow)) throw new Error('refused');
    if (body !== undefined) same(body, slow.body);
  }
});

it('keeps numbers as they are spelled', () => {
  const map = bothPaths('persons');
  const { body } = map([
    ...columnsOf({ userId: 'u' }),
    ['a', '12345678901234567890'],
    ['b', '0.1000000000000000055'],
    ['c', '1.50'],
  ]);
  expect(body).toContain('"a":12345678901234567890,"b":0.1000000000000000055,"c":1.50');
});

it('knows columns by other names and a fixed event', () => {
  const streams = [{ stream: 'users', as: 'persons', user_id: 'mail', timestamp: 'changed' }];
  const map = bothPaths('users', { streams });
  const { body } = map(columnsOf({ mail: 'a@b.c', changed: '2024-05-31T07:08:09', userId: 'other' }));
  expect(JSON.parse(body ?? '')).toMatchObject({
    identifiers: { email: 'a@b.c' },
    attributes: { userId: 'other' },
  });
});

it('a column that comes twice is left to the parser', () => {
  const map = bothPaths('persons');
  expect(map([...columnsOf({ userId: 'u', a: 1 }), ['a', '2']]).body).toBeUndefined();
});
