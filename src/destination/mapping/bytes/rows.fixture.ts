import fc from 'fast-check';
import type { Columns } from './both-paths.fixture.ts';

/** Records of all streams for property tests: good as a rule, so that one bad column among good ones is met as well. */

export const ulid = '01ARYZ6S41TSV4RRFFQ69G5FAV';
const texts = (...values: string[]) => fc.constantFrom(...values.map((value) => JSON.stringify(value)));
const keys = fc.oneof(
  texts(
    'u1',
    'U1',
    'a@b.c',
    'É@b.c',
    '',
    ' ',
    '\t',
    'a"b',
    '\u00a0',
    'x'.repeat(150),
    'x'.repeat(151),
    ulid,
    'tab\there',
    ' u1',
    'u1 ',
    '\tu1',
    'u1\u00a0',
    '\u3000u1\u200b',
    ' a@b.c ',
  ),
  fc.constantFrom(
    'null',
    'true',
    '12',
    '-1',
    '1.5',
    '1e3',
    '123456789012345',
    '12345678901234567890',
    '{}',
    '[1]',
  ),
);
const times = fc.oneof(
  texts(
    '2024-05-06T07:08:09',
    '2024-02-29 07:08:09.123Z',
    '2024-05-06T07:08:09+02:00',
    '2999-01-01T00:00:00',
  ),
  texts('', 'no time', '2024-05-06', '1700000000', '1969-12-31T23:59:58', '2024-02-30T00:00:00'),
  texts(' 2024-05-06 07:08:09', `${' '.repeat(80)}2024-05-06T07:08:09`, '1700000000123', '1.7E12', '1e99'),
  texts('1700000000999999999', '-1700000000000000001', '31535999999', '31536000000', '\u00312024-05-06'),
  fc.constantFrom('null', '1700000000', '1700000000123', '-5', '1.5', '99999999999999999999', 'true', '[]'),
  fc.constantFrom('1700000000999999999', '-1700000000000000001', '1.7E12', '9999999999', '-0', '0', '1e400'),
  fc.constantFrom('31535999999', '31536000000', '31535999999999', '31536000000000', `1.${'0'.repeat(80)}`),
);
const values = fc.oneof(
  fc.jsonValue().map((value) => JSON.stringify(value)),
  fc.constantFrom('1.50', '0.1', '12345678901234567890', '1E5', 'null', '"é\\u00e9\\n\\ud800"'),
  fc.integer({ min: 990, max: 1010 }).map((length) => JSON.stringify('x'.repeat(length))),
  fc.integer({ min: 490, max: 510 }).map((length) => JSON.stringify('é'.repeat(length))),
  fc.constant(JSON.stringify({ deep: 'x'.repeat(1000) })),
);
const names = fc.oneof(
  fc.constantFrom('id', 'anonymous_id', 'last_seen', '__proto__', 'constructor', '12', 'é', 'a"b'),
  fc.constantFrom(
    '_airbyte_extracted_at',
    '_airbyte_raw_id',
    '_ab_cdc_deleted_at',
    'x'.repeat(151),
    'score',
    'plan',
    '',
  ),
);
/** Good as a rule, so that one bad column among good ones is met as well. */
const mostly = (good: string, of: fc.Arbitrary<string>) =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(good) }, { weight: 1, arbitrary: of });
const own = (name: string, of: fc.Arbitrary<string>) =>
  fc.option(fc.tuple(fc.constant(name), of), { nil: undefined, freq: 10 });
const shuffled = (columns: readonly (readonly [string, string] | undefined)[]): fc.Arbitrary<Columns> => {
  const given = columns.filter((column) => column !== undefined);
  return fc.shuffledSubarray([...given], { minLength: given.length });
};
/** JSON of a relationship's attributes: times of every looks, texts, nulls, nested values, and names of all kinds. */
const relationNames = fc.oneof(
  fc.constantFrom(
    'role',
    'since',
    'created_at',
    'seen_at',
    '__proto__',
    '12',
    'é',
    'a"b',
    'x'.repeat(151),
    '',
  ),
  fc.constantFrom('_airbyte_x', '_ab_cdc_deleted_at', 'userId', 'note'),
);
const relationTimes = texts(
  '2024-05-06T07:08:09',
  '2024-05-06 07:08',
  '2024-05-06T07:08:09+02:00',
  '2024-05-06',
  '2024-05-06 is a day',
  '2024-05-06T25:00:00',
  `2024-05-06T07:08:09${' '.repeat(60)}Z`,
  '1700000000123456789',
  '2999-01-01T00:00:00Z',
  'plain text of some length',
);
const escapedTimes = fc.constantFrom(
  '"\\u0032024-05-06T07:08:09"',
  '"2024-05-06\\u005407:08:09"',
  '"2024-05-06 07:08:09\\n"',
);
const members = fc
  .array(fc.tuple(relationNames, fc.oneof(values, times, relationTimes, escapedTimes)), { maxLength: 5 })
  .map((given) => `{${given.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join()}}`);
const relations = fc.oneof(
  { weight: 5, arbitrary: members },
  { weight: 3, arbitrary: members.map((json) => JSON.stringify(json)) },
  { weight: 1, arbitrary: members.map((json) => JSON.stringify(` ${json}`).replaceAll('/', '\\/')) },
  { weight: 1, arbitrary: values },
  fc.constantFrom(
    '""',
    '" "',
    '"{}"',
    '{}',
    '[]',
    '"[]"',
    '"{"',
    '"{} "',
    '"{}{}"',
    '"null"',
    '"{\\"a\\":1,}"',
  ),
  fc.constantFrom('"{\\"a\\":1,\\"a\\":2}"', '{"a":1,"a":2}', '{ "a" : 1 , "b" : [ 1 , 2 ] }', '{"a":1e400}'),
);
export const rows: fc.Arbitrary<Columns> = fc
  .tuple(
    own('userId', mostly('"u1"', keys)),
    own('anonymousId', mostly('"anon"', keys)),
    own('timestamp', mostly('"2024-05-31T07:08:09"', times)),
    own('event', mostly('"seen"', keys)),
    own(
      'messageId',
      fc.oneof(mostly(JSON.stringify(ulid), keys), texts('crm-1', 'a/b', '7'), fc.constant('7')),
    ),
    own('groupId', mostly('"acme"', keys)),
    own('objectTypeId', mostly('"1"', keys)),
    own('last_seen', times),
    own('created_at', times),
    own('_ab_cdc_deleted_at', mostly('null', fc.constant('"2024-01-01T00:00:00"'))),
    own('email', mostly('"a@b.c"', keys)),
    own('mergedInto', mostly('null', keys)),
    own(
      'unsetAttributes',
      mostly('[]', fc.constantFrom('null', '[ ]', '["plan"]', '[""]', '"[]"', '{}', '12', '""')),
    ),
    own('removed_from_warehouse_at', mostly('null', times)),
    own('relationshipAttributes', relations),
    fc.array(fc.tuple(names, values), { maxLength: 5 }),
  )
  .chain(
    ([
      userId,
      anonymousId,
      time,
      event,
      messageId,
      groupId,
      type,
      seen,
      made,
      gone,
      email,
      merged,
      unset,
      mark,
      relation,
      others,
    ]) =>
      shuffled([
        ...[
          userId,
          anonymousId,
          time,
          event,
          messageId,
          groupId,
          type,
          seen,
          made,
          gone,
          email,
          merged,
          unset,
          mark,
          relation,
        ],
        ...others,
      ]),
  );
