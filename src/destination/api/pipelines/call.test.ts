import { describe, expect, it } from 'vitest';
import { parseExactJson } from '../../../json/exact-json.ts';
import { parseDestinationConfig } from '../../config.ts';
import { limits } from '../../mapping/limits.ts';
import { toOperation } from '../../mapping/operation.ts';
import { mapStreams } from '../../mapping/stream-mapping.ts';
import { toCall } from './call.ts';

type Row = Record<string, unknown>;

const timestamp = { type: 'string', format: 'date-time', airbyte_type: 'timestamp_without_timezone' };
const keys = { api: 'pipelines', write_key: 'w', site_id: 's', api_key: 'k' };

function result(stream: string, data: Row, config: Row = {}, mapping: typeof toCall = toCall) {
  const parsed = parseDestinationConfig({ ...keys, ...config });
  const catalog = {
    streams: [
      {
        stream: { name: stream, json_schema: { properties: { timestamp, seen_at: timestamp } } },
        sync_mode: 'incremental' as const,
        destination_sync_mode: 'append' as const,
      },
    ],
  };
  const plan = mapStreams(catalog, parsed).get(stream);
  if (plan === undefined) throw new Error('no plan');
  return mapping(plan, parsed)(data);
}

/** The call that a record becomes, without what all calls have alike; or why there is none. */
function called(stream: string, data: Row, config: Row = {}): Row {
  const made = result(stream, data, config);
  if (!('body' in made)) return { ...made };
  const { messageId: _, context, ...call } = JSON.parse(made.body);
  expect(context).toEqual({ library: { name: 'nexus-customer-io' } });
  expect(made.bytes).toBe(Buffer.byteLength(made.body));
  return call;
}

const idOf = (stream: string, data: Row): unknown => {
  const made = result(stream, data);
  return 'body' in made ? JSON.parse(made.body).messageId : made;
};

const at = '2024-01-01T00:00:00';
const timestampIso = '2024-01-01T00:00:00.000Z';
const person = { userId: 'ann@x.io', timestamp: at };
const event = { ...person, event: 'Seen' };
const object = { groupId: 'L1', objectTypeId: 2, timestamp: at };
const removed = { _ab_cdc_deleted_at: at };
const removals = { removals: { persons: 'remove', objects: 'remove', relationships: 'remove' } };

describe('records as calls', () => {
  it.each<[string, string, Row, Row]>([
    [
      'a person: traits in unix seconds, as segments compare them',
      'persons',
      { ...person, anonymousId: 'a1', seen_at: '2024-01-02 00:00:00', name: 'Ann', gone: null },
      {
        type: 'identify',
        userId: 'ann@x.io',
        anonymousId: 'a1',
        traits: { seen_at: 1_704_153_600, name: 'Ann' },
        timestamp: timestampIso,
      },
    ],
    [
      'an anonymous person',
      'persons',
      { anonymousId: 'a1', timestamp: at, n: 1 },
      { type: 'identify', anonymousId: 'a1', traits: { n: 1 }, timestamp: timestampIso },
    ],
    [
      'an event',
      'events',
      { ...event, price: 1.5 },
      {
        type: 'track',
        userId: 'ann@x.io',
        event: 'Seen',
        properties: { price: 1.5 },
        timestamp: timestampIso,
      },
    ],
    [
      'an event of an anonymous person',
      'events',
      { anonymousId: 'a1', event: 'Seen', timestamp: at },
      { type: 'track', anonymousId: 'a1', event: 'Seen', properties: {}, timestamp: timestampIso },
    ],
    [
      'an object, of nobody',
      'objects',
      { ...object, city: 'Rome' },
      {
        type: 'group',
        groupId: 'L1',
        objectTypeId: '2',
        traits: { city: 'Rome', objectTypeId: '2' },
        timestamp: timestampIso,
      },
    ],
    [
      'a relationship: its attributes are its own, other columns the object’s',
      'relationships',
      { ...object, userId: '42', tier: 'gold', relationshipAttributes: { since: '2025-01-15 10:30:00' } },
      {
        type: 'group',
        userId: '42',
        groupId: 'L1',
        objectTypeId: '2',
        traits: { tier: 'gold', objectTypeId: '2', relationshipAttributes: { since: 1_736_937_000 } },
        timestamp: timestampIso,
      },
    ],
    [
      'a relationship of an anonymous person',
      'relationships',
      { ...object, anonymousId: 'a1' },
      {
        type: 'group',
        anonymousId: 'a1',
        groupId: 'L1',
        objectTypeId: '2',
        traits: { objectTypeId: '2' },
        timestamp: timestampIso,
      },
    ],
    [
      'a removed person',
      'persons',
      { ...person, ...removed },
      { type: 'track', userId: 'ann@x.io', event: 'User Deleted', properties: {}, timestamp: timestampIso },
    ],
    [
      'a removed object: the description wants an anonymous id',
      'objects',
      { ...object, ...removed },
      {
        type: 'track',
        anonymousId: 'object:2:L1',
        event: 'Object Deleted',
        properties: { objectId: 'L1', objectTypeId: 2 },
        timestamp: timestampIso,
      },
    ],
    [
      'a removed relationship',
      'relationships',
      { ...object, userId: '42', ...removed },
      {
        type: 'track',
        userId: '42',
        event: 'Relationship Deleted',
        properties: { objectId: 'L1', objectTypeId: 2 },
        timestamp: timestampIso,
      },
    ],
  ])('%s', (_name, stream, data, call) => {
    expect(called(stream, data, removals)).toEqual(call);
  });

  it('removals are ignored by default', () => {
    for (const [stream, data] of Object.entries({ persons: person, objects: object, events: event })) {
      expect(called(stream, { ...data, ...removed })).toEqual({ ignored: true });
    }
  });

  it('numbers are exact, and names may be any', () => {
    const data = parseExactJson(
      '{"userId":"42","big":12345678901234567890,"cut":0.10000000000000000001,"__proto__":1}',
    );
    const made = result('persons', Object(data));
    expect('body' in made ? made.body : '').toContain(
      '"traits":{"big":12345678901234567890,"cut":0.10000000000000000001,"__proto__":1}',
    );
  });

  it('a row without a time, and one of the future, are dated now', () => {
    for (const given of [undefined, '2999-01-01T00:00:00']) {
      const { timestamp: dated } = called('persons', { userId: '42', timestamp: given });
      expect(Math.abs(Date.parse(String(dated)) - Date.now())).toBeLessThan(60_000);
    }
  });
});

describe('refused before sending', () => {
  it.each<[string, string, Row, Row]>([
    [
      'an address that is none would be an id',
      'persons',
      { ...person, userId: 'ann @x.io' },
      { field: 'userId' },
    ],
    ['nobody', 'persons', { timestamp: at }, { reason: 'required', field: 'userId' }],
    [
      'an order in the shape of an event',
      'events',
      { ...event, event: 'User Deleted' },
      { reason: 'reserved' },
    ],
    ['a trait that means the type', 'objects', { ...object, object_type_id: 7 }, { reason: 'reserved' }],
    [
      'a trait that means the relationship',
      'objects',
      { ...object, relationshipAttributes: {} },
      { reason: 'reserved' },
    ],
    ['a removal of an anonymous person', 'persons', { anonymousId: 'a', ...removed }, { reason: 'required' }],
    [
      'an object whose time cannot be read',
      'objects',
      { ...object, timestamp: 'soon' },
      { field: 'timestamp' },
    ],
    [
      'a long value',
      'persons',
      { ...person, bio: 'x'.repeat(1001) },
      { reason: 'too_long', field: 'attributes.bio' },
    ],
    [
      'a call of more than 32 KB',
      'events',
      { ...event, ...Object.fromEntries(Array.from({ length: 40 }, (_, n) => [n, 'x'.repeat(900)])) },
      { reason: 'too_long', field: 'the call' },
    ],
  ])('%s', (_name, stream, data, refusal) => {
    expect(called(stream, data, removals)).toMatchObject(refusal);
  });

  it('or cut, if the config says so', () => {
    const made = result('persons', { ...person, bio: 'é'.repeat(600) }, { too_long: 'truncate' });
    expect(made).toMatchObject({ truncated: ['bio'] });
    expect('body' in made && JSON.parse(made.body).traits.bio).toBe('é'.repeat(limits.attributeValue / 2));
  });
});

describe('messageId', () => {
  it('of an event is the id that the Track API gets', () => {
    const data = { ...event, messageId: 'row-7', n: 1 };
    const track = result('events', data, {}, (plan, config) => toOperation(plan, config));
    expect(idOf('events', data)).toBe('body' in track && JSON.parse(track.body).id);
    const ulid = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
    expect(idOf('events', { ...event, messageId: ulid })).toBe(ulid);
  });

  it('of any other call is the same for the same row, and differs with value and time', () => {
    const ids = [person, person, { ...person, n: 1 }, { ...person, timestamp: '2024-01-01T00:00:00.5' }].map(
      (row) => idOf('persons', row),
    );
    expect(ids[0]).toBe(ids[1]);
    expect(new Set(ids).size).toBe(3);
  });
});
