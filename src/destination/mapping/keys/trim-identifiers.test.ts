import { describe, expect, it } from 'vitest';
import { toCall } from '../../api/pipelines/call.ts';
import { parseDestinationConfig } from '../../config.ts';
import { toOperation } from '../operation.ts';
import { mapStreams, type StreamMapping } from '../stream-mapping.ts';
import { trimmed, whiteSpace } from './white-space.ts';

type Row = Record<string, unknown>;

const at = '2024-01-01T00:00:00';
const ulid = '01ARYZ6S41TSV4RRFFQ69G5FAV';

function planOf(stream: string, config: ReturnType<typeof parseDestinationConfig>): StreamMapping {
  const of = { name: stream, json_schema: {} };
  const catalog = {
    streams: [{ stream: of, sync_mode: 'incremental' as const, destination_sync_mode: 'append' as const }],
  };
  const plan = mapStreams(catalog, config).get(stream);
  if (plan === undefined) throw new Error('no plan');
  return plan;
}

function mapped(stream: string, row: Row, rest: Row = {}) {
  const config = parseDestinationConfig({ site_id: 's', api_key: 'k', write_key: 'w', ...rest });
  const map = config.api === 'pipelines' ? toCall : toOperation;
  return map(planOf(stream, config), config)(row);
}

/** White space of each kind, alone and together. */
const paddings = [...whiteSpace, ' \t\r\n', '\u00A0 \u3000', '\u200B\uFEFF'];

const rows: readonly [string, Row, readonly string[]][] = [
  [
    'persons',
    { userId: 'ann@x.io', anonymousId: 'anon', email: 'ann@x.io', id: '7' },
    ['userId', 'anonymousId', 'email', 'id'],
  ],
  ['events', { userId: 'ann@x.io', messageId: ulid }, ['userId', 'messageId']],
  ['events', { userId: 'ann@x.io', messageId: 'row 7' }, ['userId', 'messageId']],
  ['objects', { groupId: 'acme', objectTypeId: '1' }, ['groupId', 'objectTypeId']],
  [
    'relationships',
    { groupId: 'acme', objectTypeId: '1', userId: 'u 1' },
    ['groupId', 'objectTypeId', 'userId'],
  ],
  [
    'relationships',
    { groupId: 'acme', objectTypeId: '1', anonymousId: 'anon' },
    ['groupId', 'objectTypeId', 'anonymousId'],
  ],
];

describe.each(['track', 'pipelines'])(
  'by the %s API, white space around an identifier is no part of it',
  (api) => {
    it.each(rows)('%s %j', (stream, row, columns) => {
      const whole = { ...row, timestamp: at, name: ' kept ', event: ' kept ' };
      const plain = mapped(stream, whole, { api });
      expect(plain).toHaveProperty('body');
      for (const padding of paddings) {
        const padded = columns.map((name) => [name, `${padding}${row[name]}${padding}`]);
        // The lane's key is the same too.
        expect(mapped(stream, { ...whole, ...Object.fromEntries(padded) }, { api })).toEqual({
          ...plain,
          trimmed: expect.toSatisfy(
            (names: string[]) => names.toSorted().join() === columns.toSorted().join(),
          ),
        });
      }
    });
  },
);

describe('an identifier of white space alone is a missing one', () => {
  it.each(paddings.map((padding) => [padding]))('%j', (blank) => {
    expect(mapped('persons', { userId: blank })).toMatchObject({ reason: 'required', field: 'userId' });
    expect(mapped('events', { userId: blank, event: 'e' })).toMatchObject({ reason: 'required' });
    expect(mapped('objects', { groupId: blank, objectTypeId: '1' })).toMatchObject({ field: 'groupId' });
    expect(mapped('objects', { groupId: 'g', objectTypeId: blank })).toMatchObject({ field: 'objectTypeId' });
    const relation = { groupId: 'g', objectTypeId: '1', userId: blank, anonymousId: blank };
    expect(mapped('relationships', relation)).toMatchObject({ field: 'userId' });
    const person = { userId: 'u', email: blank, id: blank, anonymousId: blank };
    expect(mapped('persons', person)).toEqual(mapped('persons', { userId: 'u' }));
    const unset = mapped('persons', person, { null_attributes: 'unset' });
    expect(unset).toMatchObject({ body: expect.stringContaining('"attributes":{"email":null,"id":null}') });
  });
});

it('texts that are no identifiers stay as they are', () => {
  const event = mapped('events', { userId: 'u', event: ' seen ', email: ' a@b.c ', messageId: ulid });
  expect(event).toMatchObject({ body: expect.stringContaining('"name":" seen "') });
  expect(event).toMatchObject({ body: expect.stringContaining('"email":" a@b.c "') });
  expect(event).not.toHaveProperty('trimmed');
});

it('columns of other names are trimmed by what they are', () => {
  const streams = [{ stream: 'users', as: 'persons', user_id: 'mail' }];
  const person = mapped('users', { mail: ' A@b.c ', userId: ' other ' }, { streams });
  expect(person).toMatchObject({
    key: 'person:a@b.c',
    body: expect.stringContaining('{"email":"A@b.c"}'),
    trimmed: ['mail'],
  });
  expect(person).toMatchObject({ body: expect.stringContaining('"userId":" other "') });
});

it('can be switched off', () => {
  const person = mapped('persons', { userId: ' u ', email: ' ' }, { trim_identifiers: false });
  expect(person).toMatchObject({ body: expect.stringContaining('{"id":" u "}') });
  expect(person).not.toHaveProperty('trimmed');
  expect(mapped('persons', { userId: ' \u00A0' }, { trim_identifiers: false })).toMatchObject({
    reason: 'required',
  });
});

it('takes no time that grows with the square of the text', () => {
  const text = `x${' '.repeat(2_000_000)}x`;
  expect(trimmed(` ${text} `)).toBe(text);
  expect(trimmed('')).toBe('');
});
