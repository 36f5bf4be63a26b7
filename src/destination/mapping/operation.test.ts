import { describe, expect, it } from 'vitest';
import { parseExactJson } from '../../json/exact-json.ts';
import { parseDestinationConfig } from '../config.ts';
import { limits } from './limits.ts';
import { toOperation } from './operation.ts';
import { mapStreams } from './stream-mapping.ts';

type Row = Record<string, unknown>;

const timestamp = { type: 'string', format: 'date-time', airbyte_type: 'timestamp_without_timezone' };
const properties = {
  timestamp,
  seen_at: timestamp,
  born: { type: 'string', format: 'date' },
  relationshipAttributes: { type: 'object', properties: { joined_at: timestamp } },
};

/** What a record of a stream becomes: the operation, a refusal, or that it is ignored. */
function mapped(stream: string, data: Row, config: Row = {}): Row {
  const parsed = parseDestinationConfig({ site_id: 's', api_key: 'k', ...config });
  const catalog = {
    streams: [
      {
        stream: { name: stream, json_schema: { properties } },
        sync_mode: 'incremental' as const,
        destination_sync_mode: 'append' as const,
      },
    ],
  };
  const plan = mapStreams(catalog, parsed).get(stream);
  if (plan === undefined) throw new Error('no plan');
  const result = toOperation(plan, parsed)(data);
  return 'body' in result ? JSON.parse(result.body) : { ...result };
}

const bodyOf = (stream: string, data: Row): string => {
  const parsed = parseDestinationConfig({ site_id: 's', api_key: 'k' });
  const catalog = {
    streams: [
      {
        stream: { name: stream, json_schema: {} },
        sync_mode: 'incremental' as const,
        destination_sync_mode: 'append' as const,
      },
    ],
  };
  const plan = mapStreams(catalog, parsed).get(stream);
  const result = plan === undefined ? undefined : toOperation(plan, parsed)(data);
  return result !== undefined && 'body' in result ? result.body : '';
};

const person = { userId: 'ann@x.io', timestamp: '2024-01-01T00:00:00' };
const relation = { groupId: 'L1', objectTypeId: '1', userId: 'ann@x.io', timestamp: '2024-01-01T00:00:00' };

describe('persons', () => {
  it('are identified, with timestamps in unix seconds and nulls left out', () => {
    const row = {
      ...person,
      anonymousId: 'anon',
      name: 'Ann',
      seen_at: '2024-01-02 00:00:00.5',
      born: '1990-01-01',
      gone: null,
    };
    expect(mapped('persons', row)).toEqual({
      type: 'person',
      identifiers: { email: 'ann@x.io' },
      action: 'identify',
      timestamp: 1704067200,
      attributes: { name: 'Ann', seen_at: 1704153600, born: '1990-01-01', anonymous_id: 'anon' },
    });
  });

  it.each([
    ['auto', 'u1', { id: 'u1' }],
    ['auto', 7, { id: '7' }],
    ['id', 'a@b.c', { id: 'a@b.c' }],
    ['email', 'a@b.c', { email: 'a@b.c' }],
    ['cio_id', 'f00', { cio_id: 'f00' }],
  ])('with identifier %s, userId %j is %j', (identifier, userId, identifiers) => {
    expect(mapped('persons', { userId }, { identifier })).toMatchObject({ identifiers });
  });

  it('unset a null attribute where the config says so', () => {
    expect(mapped('persons', { ...person, a: null }, { null_attributes: 'unset' })).toMatchObject({
      attributes: { a: null },
    });
  });

  it.each([
    [{ timestamp: 'yesterday', userId: 'u' }, 'timestamp', /cannot be read/],
    [{ userId: null }, 'userId', /missing/],
    [{ userId: '  ' }, 'userId', /missing/],
    [{ anonymousId: 'x' }, 'userId', /only an anonymousId/],
    [{ userId: 'u'.repeat(151) }, 'userId', /151 bytes.*150/],
    [{ userId: 'u', ['n'.repeat(151)]: 1 }, /^attributes: the name/, /151 bytes.*150/],
    [{ userId: 'u', bio: 'é'.repeat(501) }, 'attributes.bio', /1002 bytes.*1000/],
    [
      { userId: 'u', ...Object.fromEntries(Array.from({ length: 301 }, (_, i) => [`a${i}`, i])) },
      'attributes',
      /301 attributes.*300/,
    ],
  ])('are refused with field and reason', (row, field, message) => {
    expect(mapped('persons', row)).toMatchObject({
      field: expect.stringMatching(field),
      message: expect.stringMatching(message),
    });
  });

  it('are cut at a character where the config says so', () => {
    const cut = mapped('persons', { userId: 'u', bio: `a${'é'.repeat(600)}` }, { too_long: 'truncate' });
    expect(cut).toMatchObject({ attributes: { bio: `a${'é'.repeat(499)}` } });
  });

  it('of the future are dated now', () => {
    const now = Math.floor(Date.now() / 1000);
    const { timestamp: dated } = mapped('persons', { userId: 'u', timestamp: '2099-01-01T00:00:00' });
    expect(Number(dated)).toBeGreaterThanOrEqual(now);
    expect(Number(dated)).toBeLessThan(now + 60);
  });

  it('keep every digit and every name', () => {
    const row = parseExactJson(
      '{"userId":"u","big":9007199254740993,"d":0.12345678901234567890,"__proto__":1,"constructor":2}',
    ) as Row;
    expect(bodyOf('persons', row)).toContain(
      '"attributes":{"big":9007199254740993,"d":0.12345678901234567890,"__proto__":1,"constructor":2}',
    );
  });

  it.each([
    ['ignore', { ignored: true }],
    ['remove', { type: 'person', identifiers: { email: 'ann@x.io' }, action: 'delete' }],
  ])('that are removed: %s', (persons, expected) => {
    const row = { ...person, _ab_cdc_deleted_at: '2024-01-01T00:00:00Z' };
    expect(mapped('persons', row, { removals: { persons } })).toEqual(expected);
  });
});

describe('events', () => {
  it('carry a ULID as their id, and no other id', () => {
    const event = { ...person, event: 'seen', messageId: '01ARYZ6S41TSV4RRFFQ69G5FAV', n: 1 };
    expect(mapped('events', event)).toEqual({
      type: 'person',
      identifiers: { email: 'ann@x.io' },
      action: 'event',
      name: 'seen',
      id: '01ARYZ6S41TSV4RRFFQ69G5FAV',
      timestamp: 1704067200,
      attributes: { n: 1 },
    });
    const idOf = (row: Row): unknown => mapped('events', row).id;
    const made = idOf({ ...event, messageId: 'row-7' });
    expect(made).toMatch(/^0{10}[0-9A-HJKMNP-TV-Z]{16}$/);
    expect(idOf({ ...event, messageId: null })).toMatch(/^01HK[0-9A-HJKMNP-TV-Z]{22}$/);
    // The same key is the same event whatever else changed, its time too; without one, the whole row tells it apart.
    expect(idOf({ ...event, messageId: 'row-7', timestamp: '2024-02-01T00:00:00Z' })).toBe(made);
    expect(idOf({ ...event, messageId: 'row-7', n: 2 })).toBe(made);
    expect(idOf({ ...event, messageId: 'row-8' })).not.toBe(made);
    expect(idOf({ ...event, messageId: null })).toBe(idOf({ ...event, messageId: null }));
    expect(idOf({ ...event, messageId: null, n: 2 })).not.toBe(idOf({ ...event, messageId: null }));
  });

  it.each([
    [{ ...person }, /event is missing/],
    [{ ...person, event: 'e'.repeat(101) }, /101 bytes.*100/],
  ])('are refused without a fitting name', (row, message) => {
    expect(mapped('events', row)).toMatchObject({ field: 'event', message: expect.stringMatching(message) });
  });
});

it('takes long properties of events, which are not attributes', () => {
  const event = { ...person, event: 'seen', page: 'p'.repeat(2000), ['n'.repeat(200)]: 1 };
  expect(mapped('events', event)).toMatchObject({ attributes: { page: 'p'.repeat(2000) } });
  expect(mapped('events', { ...event, page: 'p'.repeat(32_000) })).toMatchObject({ reason: 'too_long' });
});

it.each(['id', 'email'])('refuses a %s among the attributes that is too long to identify', (name) => {
  expect(mapped('persons', { userId: 'u', [name]: 'x'.repeat(151) })).toMatchObject({
    field: `attributes.${name}`,
    message: expect.stringMatching(/151 bytes.*150/),
  });
});

it('keeps subscription preferences whole, however long', () => {
  const topics = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`topic_${i}`, true]));
  const row = { userId: 'u', cio_subscription_preferences: { topics } };
  expect(mapped('persons', row)).toMatchObject({ attributes: { cio_subscription_preferences: { topics } } });
});

describe('relationships of someone not yet known', () => {
  const row = { groupId: 'L1', objectTypeId: '1', userId: null, anonymousId: 'anon' };
  it('are given to the anonymous id', () => {
    expect(mapped('relationships', { ...row, city: 'Bonn', relationshipAttributes: { n: 1 } })).toEqual({
      type: 'object',
      identifiers: { object_type_id: '1', object_id: 'L1' },
      action: 'identify_anonymous',
      attributes: { city: 'Bonn' },
      cio_relationships: [{ identifiers: { anonymous_id: 'anon' }, relationship_attributes: { n: 1 } }],
    });
  });

  it('cannot be removed', () => {
    const gone = { ...row, _ab_cdc_deleted_at: '2024-01-01T00:00:00Z' };
    expect(mapped('relationships', gone, { removals: { relationships: 'remove' } })).toMatchObject({
      field: 'userId',
    });
  });
});

describe('objects and relationships', () => {
  it('identify an object', () => {
    expect(mapped('objects', { groupId: 7, objectTypeId: 1, timestamp: null, name: 'X' })).toEqual({
      type: 'object',
      identifiers: { object_type_id: '1', object_id: '7' },
      action: 'identify',
      attributes: { name: 'X' },
    });
  });

  it.each([
    ['an object', { since: '2025-01-15 10:30:00.000', primary: true, none: null }],
    ['JSON text', '{"since":"2025-01-15 10:30:00.000","primary":true,"none":null}'],
  ])('relate a person by attributes given as %s', (_, relationshipAttributes) => {
    expect(mapped('relationships', { ...relation, relationshipAttributes })).toEqual({
      type: 'object',
      identifiers: { object_type_id: '1', object_id: 'L1' },
      action: 'add_relationships',
      cio_relationships: [
        { identifiers: { email: 'ann@x.io' }, relationship_attributes: { since: 1736937000, primary: true } },
      ],
    });
  });

  it('leave the text of times where the config says so', () => {
    const row = { ...relation, relationshipAttributes: { since: '2025-01-15 10:30:00' } };
    expect(JSON.stringify(mapped('relationships', row, { relationship_timestamps: 'text' }))).toContain(
      '2025-01-15 10:30:00',
    );
  });

  it('put the other columns of a relationship on the object', () => {
    expect(
      mapped('relationships', {
        ...relation,
        city: 'Bonn',
        relationshipAttributes: { reason: 'r', message: 'm' },
      }),
    ).toMatchObject({
      action: 'identify',
      attributes: { city: 'Bonn' },
      cio_relationships: [{ relationship_attributes: { reason: 'r', message: 'm' } }],
    });
  });

  it('delete a relationship that is removed', () => {
    const row = { ...relation, _ab_cdc_deleted_at: '2024-01-01T00:00:00Z' };
    expect(mapped('relationships', row, { removals: { relationships: 'remove' } })).toEqual({
      type: 'object',
      identifiers: { object_type_id: '1', object_id: 'L1' },
      action: 'delete_relationships',
      cio_relationships: [{ identifiers: { email: 'ann@x.io' } }],
    });
  });

  it.each([
    [{ groupId: null }, 'groupId'],
    [{ objectTypeId: '' }, 'objectTypeId'],
    [{ objectTypeId: 'location' }, 'objectTypeId'],
    [{ userId: null }, 'userId'],
    [{ relationshipAttributes: 'no json' }, 'relationshipAttributes'],
    [{ relationshipAttributes: [1] }, 'relationshipAttributes'],
    [{ relationshipAttributes: '12345678901234567890' }, 'relationshipAttributes'],
  ])('are refused: %j', (wrong, field) => {
    expect(mapped('relationships', { ...relation, ...wrong })).toMatchObject({
      field,
      reason: expect.any(String),
    });
  });
});

describe('streams of other sources', () => {
  const users = { streams: [{ stream: 'users', as: 'persons', user_id: 'id', timestamp: 'updated_at' }] };

  it('are mapped by the config', () => {
    expect(
      mapped(
        'users',
        { id: 5, updated_at: '2024-01-01T00:00:00+00:00', name: 'Ann', _airbyte_raw_id: 'x' },
        users,
      ),
    ).toEqual({
      type: 'person',
      identifiers: { id: '5' },
      action: 'identify',
      timestamp: 1704067200,
      attributes: { name: 'Ann' },
    });
  });

  it('that nothing maps are an error which says how', () => {
    expect(() => mapped('users', {})).toThrow(/stream "users".*streams: \[\{"stream": "users"/);
    expect(() => mapped('person', {})).toThrow(/Did you mean "persons"/);
  });

  it('may have a fixed event name and object type', () => {
    const events = { streams: [{ stream: 'orders', as: 'events', user_id: 'email', event_name: 'ordered' }] };
    expect(mapped('orders', { email: 'a@b.c' }, events)).toMatchObject({ name: 'ordered', action: 'event' });
    const shops = { streams: [{ stream: 'shops', as: 'objects', group_id: 'id', object_type: '2' }] };
    expect(mapped('shops', { id: 1 }, shops)).toMatchObject({
      identifiers: { object_type_id: '2', object_id: '1' },
    });
  });
});

it('refuses an operation over 32,000 bytes', () => {
  const many = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`a${i}`, 'x'.repeat(900)]));
  expect(mapped('persons', { userId: 'u', ...many })).toMatchObject({
    reason: 'too_long',
    message: expect.stringContaining(String(limits.operation)),
  });
});

describe('times, in whatever form and size they come', () => {
  const at = 1_700_000_000;
  const forms: readonly unknown[] = [
    at,
    at + 0.9,
    at * 1e3 + 123,
    at * 1e3 + 123.5,
    at * 1e6 + 123_456,
    parseExactJson('1700000000123456789'),
    '1700000000',
    '1700000000.9',
    '1700000000123',
    '1700000000123456',
    '1700000000123456789',
    '1.700000000123E12',
    '2023-11-14T22:13:20Z',
    '2023-11-14 22:13:20.999999999',
    '2023-11-15T00:13:20+02:00',
  ];
  const rows: readonly [string, Row][] = [
    ['persons', { userId: 'u' }],
    ['events', { userId: 'u', event: 'e' }],
    ['objects', { groupId: 'g', objectTypeId: '1' }],
    ['relationships', relation],
  ];
  it.each(rows)('attributes of %s are unix seconds where they are known as times', (stream, row) => {
    for (const form of forms) {
      const { attributes } = mapped(stream, { ...row, created_at: form, seen_at: form });
      expect(attributes).toEqual({ created_at: at, seen_at: at });
    }
  });

  it('attributes of relationships likewise, as an object and as text', () => {
    for (const form of forms) {
      const relationshipAttributes = { created_at: form, joined_at: form };
      for (const given of [relationshipAttributes, JSON.stringify(relationshipAttributes)]) {
        const operation = mapped('relationships', { ...relation, relationshipAttributes: given });
        expect(operation.cio_relationships).toMatchObject([
          { relationship_attributes: { created_at: at, joined_at: at } },
        ]);
      }
    }
  });

  it.each([1_700_000_000_123, '1700000000123', true, [1_700_000_000_123], 'soon'])(
    'what is no time or not known as one stays: %j',
    (value) => {
      const isTime = typeof value === 'string' || typeof value === 'number';
      const known = isTime && value !== 'soon' ? at : value;
      const row = { userId: 'u', other: value, created_at: value };
      expect(mapped('persons', row)).toMatchObject({ attributes: { other: value, created_at: known } });
    },
  );
});
