import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { streamNames } from '../../../streams/contract.ts';
import { isRefusal } from '../keys/identifiers.ts';
import { limits } from '../limits.ts';
import { bothPaths, type Columns, columnsOf, type Row, same } from './both-paths.fixture.ts';

/** Every limit of Customer.io, just under, at and over it: by the fast path as by the slow one. */

const ulid = '01ARYZ6S41TSV4RRFFQ69G5FAV';
const usual: Readonly<Record<string, Row>> = {
  persons: { userId: 'u', timestamp: '2024-05-31T07:08:09' },
  events: { userId: 'u', event: 'e', messageId: ulid },
  objects: { groupId: 'g', objectTypeId: '1' },
  relationships: { groupId: 'g', objectTypeId: '1', userId: 'u' },
};

/** A text of so many bytes, in characters of one to four. */
function textOf(bytes: number, character: string): string {
  const count = Math.floor(bytes / Buffer.byteLength(character));
  const text = character.repeat(count);
  return text + 'x'.repeat(bytes - Buffer.byteLength(text));
}

const characters = ['x', 'é', '€', '🚀', '"', '\\', ' . '.trim()];

interface Limited {
  readonly stream: string;
  /** What is limited, as a row with a text of so many bytes. */
  readonly row: (text: string) => Row;
  readonly limit: number;
}

const texts: readonly (readonly [string, Limited])[] = [
  ['the userId of a person', { stream: 'persons', limit: limits.personId, row: (userId) => ({ userId }) }],
  [
    'the anonymousId of a person',
    { stream: 'persons', limit: limits.attributeValue, row: (anonymousId) => ({ anonymousId }) },
  ],
  ['the email of a person', { stream: 'persons', limit: limits.personId, row: (email) => ({ email }) }],
  ['the id of a person', { stream: 'persons', limit: limits.personId, row: (id) => ({ id }) }],
  ['the userId of an event', { stream: 'events', limit: limits.personId, row: (userId) => ({ userId }) }],
  ['the name of an event', { stream: 'events', limit: limits.eventName, row: (event) => ({ event }) }],
  ['the id of an object', { stream: 'objects', limit: limits.objectId, row: (groupId) => ({ groupId }) }],
  [
    'the userId of a relationship',
    { stream: 'relationships', limit: limits.personId, row: (userId) => ({ userId }) },
  ],
  [
    'the anonymousId of a relationship',
    {
      stream: 'relationships',
      limit: limits.attributeValue,
      row: (anonymousId) => ({ userId: null, anonymousId }),
    },
  ],
  ...['persons', 'objects', 'relationships'].flatMap((stream): (readonly [string, Limited])[] => [
    [`an attribute of ${stream}`, { stream, limit: limits.attributeValue, row: (a) => ({ a }) }],
    [
      `the name of an attribute of ${stream}`,
      { stream, limit: limits.attributeName, row: (name) => ({ [name]: 1 }) },
    ],
  ]),
  [
    'an attribute of a relation',
    {
      stream: 'relationships',
      limit: limits.attributeValue,
      row: (a) => ({ relationshipAttributes: { a } }),
    },
  ],
];

/** Both paths agree, and the slow one takes it or not. */
function expectTaken(map: ReturnType<typeof bothPaths>, columns: Columns, isTaken: boolean): void {
  const { body, slow } = map(columns);
  expect('body' in slow, JSON.stringify(slow).slice(0, 300)).toBe(isTaken);
  if (body === undefined) return;
  if (!('body' in slow)) throw new Error('the fast path takes what the slow path refuses');
  same(body, slow.body);
}

describe('a text', () => {
  it.each(texts)('%s', (_what, { stream, limit, row }) => {
    const map = bothPaths(stream);
    for (const character of characters) {
      for (const bytes of [limit - 1, limit, limit + 1]) {
        const columns = columnsOf({ ...usual[stream], ...row(textOf(bytes, character)) });
        expectTaken(map, columns, bytes <= limit);
      }
    }
  });
});

describe.each(['persons', 'objects', 'relationships'])('attributes of %s', (stream) => {
  const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`a${n}`, n]));

  it.each([-1, 0, 1])('as many as the limit and %i', (more) => {
    const count = limits.attributes + more;
    expectTaken(bothPaths(stream), columnsOf({ ...usual[stream], ...many(count) }), more <= 0);
    if (stream !== 'persons') return;
    // An anonymousId becomes an attribute.
    const row = { ...usual[stream], anonymousId: 'a', ...many(count - 1) };
    expectTaken(bothPaths(stream), columnsOf(row), more <= 0);
  });

  it.each([-1, 0, 1])('a list as long as the limit and %i, as it is printed', (more) => {
    const inner = limits.attributeValue + more - 4;
    const list = JSON.stringify(['x'.repeat(inner)]);
    expect(list.length).toBe(limits.attributeValue + more);
    expectTaken(bothPaths(stream), [...columnsOf(usual[stream] ?? {}), ['a', list]], more <= 0);
  });

  it('numbers that are printed longer than they come', () => {
    const short = `[${Array.from({ length: 150 }, () => '1e20').join()}]`;
    expect(short.length).toBeLessThan(limits.attributeValue);
    expectTaken(bothPaths(stream), [...columnsOf(usual[stream] ?? {}), ['a', short]], false);
    expectTaken(
      bothPaths(stream),
      [...columnsOf(usual[stream] ?? {}), ['a', short.slice(0, 129).replace(/,?[^,]*$/, ']')]],
      true,
    );
  });

  it.each([-1, 0, 1])('a number of as many digits as the limit and %i', (more) => {
    const digits = '7'.repeat(limits.attributeValue + more);
    expectTaken(bothPaths(stream), [...columnsOf(usual[stream] ?? {}), ['a', digits]], more <= 0);
  });
});

describe.each(['persons', 'events', 'objects', 'relationships'])('an operation of %s', (stream) => {
  const spread = (size: number): Row =>
    Object.fromEntries(
      Array.from({ length: Math.ceil(size / 900) }, (_, n) => [
        `a${n}`,
        'x'.repeat(Math.min(900, size - n * 900)),
      ]),
    );
  const sizeOf = (size: number): number => {
    const { slow } = bothPaths(stream)(columnsOf({ ...usual[stream], ...spread(size) }));
    return 'bytes' in slow ? slow.bytes : Number.POSITIVE_INFINITY;
  };

  it('of the greatest size is taken, and of a byte more refused', () => {
    const size = 30_000 + limits.operation - sizeOf(30_000);
    // Each attribute more takes bytes of its own: the last one is made to fit.
    const fit = [...Array(60).keys()]
      .map((less) => size - less)
      .find((each) => sizeOf(each) === limits.operation);
    if (fit === undefined) throw new Error('none is of the limit');
    const map = bothPaths(stream);
    for (const more of [-1, 0, 1]) {
      expectTaken(map, columnsOf({ ...usual[stream], ...spread(fit + more) }), more <= 0);
    }
  });

  it('of numbers that are printed longer than they come', () => {
    const columns = Array.from({ length: 250 }, (_, n): [string, string] => [
      `a${n}`,
      `[${'1e20,'.repeat(24)}1]`,
    ]);
    expectTaken(bothPaths(stream), [...columnsOf(usual[stream] ?? {}), ...columns], false);
  });
});

/** Records of which any field may be at its limit. */
describe.each(streamNames)('records of %s', (stream) => {
  const names = [
    'userId',
    'anonymousId',
    'email',
    'id',
    'event',
    'messageId',
    'groupId',
    'objectTypeId',
    'plan',
    'last_seen',
  ];
  const sizes = [100, 150, 1000].flatMap((limit) => [limit - 1, limit, limit + 1]);
  const text = fc
    .tuple(fc.constantFrom(...sizes), fc.constantFrom(...characters))
    .map(([bytes, character]) => textOf(bytes, character));
  const digits = fc.constantFrom(...sizes, 15, 16).map((count) => '7'.repeat(count));
  const list = fc.constantFrom(...sizes).map((bytes) => JSON.stringify(['x'.repeat(bytes - 4)]));
  const value = fc.oneof({ weight: 4, arbitrary: text.map((each) => JSON.stringify(each)) }, digits, list);
  const name = fc
    .constantFrom('x', 'é')
    .chain((character) => fc.constantFrom(149, 150, 151).map((bytes) => textOf(bytes, character)));
  const changes = fc.tuple(
    fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 2 }),
    fc.dictionary(name, value, { maxKeys: 1 }),
  );

  it.each([{}, { too_long: 'truncate' }, { null_attributes: 'unset' }])(
    'are the same by both paths: %j',
    (config) => {
      const map = bothPaths(stream, config);
      fc.assert(
        fc.property(changes, ([own, named]) => {
          const columns = new Map([
            ...columnsOf(usual[stream] ?? {}),
            ...Object.entries(own),
            ...Object.entries(named),
          ]);
          const { body, slow } = map([...columns]);
          if (body === undefined) return;
          if (isRefusal(slow) || 'ignored' in slow) throw new Error(`refused: ${JSON.stringify(slow)}`);
          same(body, slow.body);
          expect(slow.truncated).toEqual([]);
        }),
        { numRuns: 500 },
      );
    },
  );
});
