import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { streamNames } from '../../../../streams/contract.ts';
import { bothPaths, type Columns, columnsOf, type Row } from '../../../mapping/bytes/both-paths.fixture.ts';
import { rows, ulid } from '../../../mapping/bytes/rows.fixture.ts';
import { isRefusal } from '../../../mapping/keys/identifiers.ts';
import { keyOfText } from '../../../mapping/keys/lane-key.ts';
import { toCall } from '../call.ts';
import { semanticEvents } from '../reserved.ts';
import { toCallBytes } from './call-bytes.ts';

const paths = (stream: string, rest: Row = {}) =>
  bothPaths(
    stream,
    { api: 'pipelines', write_key: 'w', ...rest },
    { toOperation: toCall, toOperationBytes: toCallBytes },
  );

/** -0 is printed as 0, where it is printed again. */
const parsed = (json: string) => JSON.parse(JSON.stringify(JSON.parse(json)));

/** Both make one call; of one id too, where both print it alike. */
function expectSame(fast: string, slow: string): void {
  const [a, b] = [parsed(fast), parsed(slow)];
  // Both were dated now, one after the other.
  const isNow = Math.abs(Date.parse(a.timestamp) - Date.parse(b.timestamp)) === 1_000;
  if (isNow) a.timestamp = b.timestamp;
  if (fast.replace(a.messageId, '') !== slow.replace(b.messageId, '')) {
    expect(a.messageId).toMatch(/^[0-9a-f]{40}$|^[0-9a-z]{26}$/i);
    a.messageId = b.messageId;
  }
  expect(a).toEqual(b);
}

const configsOf = (stream: string): readonly Row[] => [
  {},
  { null_attributes: 'unset' },
  { too_long: 'truncate' },
  { trim_identifiers: false },
  { removals: { persons: 'remove' } },
  { relationship_timestamps: 'text' },
  { streams: [{ stream, as: stream, event_name: 'Seen "it" \u00e9', object_type: '2' }] },
];

describe.each(streamNames)('the fast path of %s', (stream) => {
  /** An object that has this attribute is refused. */
  const isTrait = (name: string): boolean => stream === 'objects' && name === 'relationshipAttributes';
  it.each(configsOf(stream))('makes what the slow path makes, or leaves it to that: %j', (config) => {
    const map = paths(stream, config);
    let known = 0;
    fc.assert(
      fc.property(rows, fc.boolean(), (columns, withTraits) => {
        const { body, key, slow } = map(withTraits ? columns : columns.filter(([name]) => !isTrait(name)));
        if (body === undefined) return;
        known += 1;
        if (isRefusal(slow) || 'ignored' in slow) {
          throw new Error(`the slow path refuses: ${JSON.stringify(slow)}`);
        }
        expectSame(body, slow.body);
        expect(key).toBe(keyOfText(slow.key));
        expect(slow.truncated).toEqual([]);
        expect(slow.trimmed).toBeUndefined();
      }),
      { numRuns: 900 },
    );
    expect(known).toBeGreaterThan(20);
  });
});

/** By both paths, which have to agree to the letter. */
function bothOf(stream: string, columns: Columns, rest: Row = {}): string {
  const { body, slow } = paths(stream, rest)(columns);
  if (body === undefined || !('body' in slow)) throw new Error('left to the slow path');
  expect(body).toBe(slow.body);
  return body;
}

const at = '2024-05-31T07:08:09';
const object = { groupId: 'acme', objectTypeId: '1', timestamp: at };
const usual: readonly (readonly [string, Row])[] = [
  ['persons', { userId: 'a.b+c@d-e.co.uk', timestamp: `${at}.5`, email: 'a@b.c', score: 1.5, tags: [{}] }],
  ['persons', { userId: 'u', anonymousId: 'anon', timestamp: `${at}Z`, plan: null, last_seen: '2024-01-01' }],
  ['persons', { userId: 7, timestamp: '2024-05-31 07:08:09', name: 'É "x" \n' }],
  ['persons', { userId: 'u', timestamp: '2024-02-29T07:08:09+02:00' }],
  ['persons', { userId: 'u', timestamp: '1969-12-31T23:59:59.9' }],
  ['persons', { userId: 'u', timestamp: 1_700_000_000 }],
  ['events', { userId: 'u', timestamp: at, event: 'Seen it', messageId: ulid, page: '/é' }],
  ['events', { userId: 'a@b.c', timestamp: at, event: 'Device seen', messageId: ulid, anonymousId: 'anon' }],
  ['events', { userId: 'u', timestamp: at, event: 'Seen', messageId: 'row-7', page: '/' }],
  ['events', { userId: 'a@b.c', timestamp: at, event: 'Seen', messageId: 'row-7', anonymousId: 'anon' }],
  ['events', { userId: 7, timestamp: null, event: 'Seen', messageId: 12 }],
  ['events', { userId: 'u', timestamp: at, event: 'Seen', page: '/é', n: 15, tags: ['a', 'b'] }],
  ['events', { userId: 'a@b.c', timestamp: '2024-05-31 07:08:09+02', event: 'Seen', messageId: null }],
  ['objects', { ...object, name: 'Acme', created_at: at }],
  ['objects', { groupId: 7, objectTypeId: 2, timestamp: at, gone: null }],
  ['relationships', { ...object, userId: 'u' }],
  ['relationships', { ...object, userId: 'a@b.c', relationshipAttributes: {}, city: 'Bonn' }],
  ['relationships', { ...object, userId: 'u', relationshipAttributes: { role: 'boss', since: at, n: null } }],
  [
    'relationships',
    { ...object, userId: 'u', relationshipAttributes: '{"role":"a \\"b\\"","since":"2024"}' },
  ],
];

it.each(usual)('knows the usual record of %s, and makes the same call to the letter: %j', (stream, row) => {
  bothOf(stream, columnsOf(row));
});

it.each([
  ['the future', '2999-01-01T00:00:00'],
  ['nothing', null],
])('dates a record of %s now', (_what, timestamp) => {
  const { body } = paths('persons')(columnsOf({ userId: 'u', timestamp }));
  expect(Math.abs(Date.parse(JSON.parse(body ?? '').timestamp) - Date.now())).toBeLessThan(60_000);
});

it.each([...semanticEvents])('leaves the semantic event "%s" to the slow path, which refuses it', (event) => {
  const { body, slow } = paths('events')(columnsOf({ userId: 'u', timestamp: at, event, messageId: ulid }));
  expect(body).toBeUndefined();
  expect(slow).toMatchObject({ reason: 'reserved' });
});

it.each(['objectTypeId', 'object_type_id', 'relationshipAttributes'])(
  'leaves an attribute "%s" to the slow path, which refuses it',
  (name) => {
    const streams = [{ stream: 'objects', as: 'objects', object_type_id: 'kind' }];
    const row = columnsOf({ groupId: 'acme', kind: '1', timestamp: at, [name]: '2' });
    const { body, slow } = paths('objects', { streams })(row);
    expect(body).toBeUndefined();
    expect(slow).toMatchObject({ reason: 'reserved' });
  },
);

const odd = [
  'a@b',
  'a@',
  '@b.c',
  'a@b..c',
  'a@b.c.',
  'a@.b.c',
  'a@-b.c',
  'a@b-.c',
  'a@b@c.d',
  'a b@c.d',
  'ä@b.c',
];
it.each(odd)('leaves the address "%s" to the slow path', (userId) => {
  expect(paths('persons')(columnsOf({ userId, timestamp: at })).body).toBeUndefined();
});

it('makes an id of this call alone, whatever stood on the bench before', () => {
  const map = paths('persons');
  const ids = ['x'.repeat(900), 'y', 'x'.repeat(900)].map((note) => {
    const { body } = map(columnsOf({ userId: 'u', timestamp: at, note }));
    return JSON.parse(body ?? '').messageId;
  });
  expect(ids[0]).toBe(ids[2]);
  expect(new Set(ids).size).toBe(2);
});
