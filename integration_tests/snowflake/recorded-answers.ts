/**
 * What a real Snowflake account answered, on functions that we generate or that models use: facts out of the public
 * repository mlorek/frostlake, whose records are checked against an account. Only inputs and answers are taken.
 */

/** Where an answer is recorded, each at its commit; the last is Snowflake's own reference. */
const sources = {
  functions: 'docs/functions.md at 19b9827b18962a50c49b0f01f9b77b13c31e4069',
  conditional: 'functions/ConditionalFunctionsTest at 1e1fb36beba272920e8a23fd2e55fba9a0ef7b29',
  bitwise: 'functions/BitwiseFunctionsTest at 4fafa971420af8488fd9a6af2d4d8dd729ecc148',
  regexp: 'functions/RegexpFunctionsTest at 73c2390f6a54dcf45e935bd16512632a0c23860c',
  division: 'functions/Div0Test at 73c2390f6a54dcf45e935bd16512632a0c23860c',
  members: 'functions/ContainerStringMemberTest at 1e1fb36beba272920e8a23fd2e55fba9a0ef7b29',
  detection: 'functions/AutoTemporalDetectionTest at 2387521c71c0fded573cbe03b7b2ce5514c97464',
  coercion: 'testkit/suites/constraints-type-coercion.json at fba52b80fbbba789aea7cc22f2ca035725798703',
  reference: 'https://docs.snowflake.com/en/sql-reference/constructs/order-by',
} as const;

export interface RecordedAnswer {
  readonly sql: string;
  /** As text; null for NULL. A timestamp has a fraction where it is not zero. */
  readonly answer: string | null | typeof refused;
  readonly source: (typeof sources)[keyof typeof sources];
}

/** The account gives an error, when it compiles the statement or when it runs. */
export const refused: unique symbol = Symbol('refused');

type Line = readonly [sql: string, answer: string | null | typeof refused];

const from = (source: keyof typeof sources, lines: readonly Line[]): RecordedAnswer[] =>
  lines.map(([sql, answer]) => ({ sql, answer, source: sources[source] }));

const functions = from('functions', [
  ['TO_TIMESTAMP_NTZ(1579046400)', '2020-01-15 00:00:00'],
  [`TO_TIMESTAMP_NTZ('1579046400')`, '2020-01-15 00:00:00'],
  // A number is in seconds whatever its size; only a text of digits is scaled.
  ['TO_TIMESTAMP_NTZ(31536000000)', '2969-05-03 00:00:00'],
  [`TO_TIMESTAMP_NTZ('31536000000')`, '1971-01-01 00:00:00'],
  [`TO_TIMESTAMP_NTZ('20200115')`, '1970-08-22 19:08:35'],
  ['TO_TIMESTAMP_NTZ(1579046400123, 3)', '2020-01-15 00:00:00.123'],
  [`TRY_TO_TIMESTAMP_NTZ('1579046400')`, '2020-01-15 00:00:00'],
  [`TRY_TO_TIMESTAMP_NTZ('abc')`, null],
  [`TO_DATE('1631711999')`, '2021-09-15'],
  ['TO_DATE(1631711999)', refused],
  [`TO_BOOLEAN('yes')`, 'true'],
  [`TO_BOOLEAN('on')`, 'true'],
  [`TO_BOOLEAN(' T ')`, 'true'],
  [`TO_BOOLEAN('off')`, 'false'],
  [`TO_BOOLEAN('2')`, refused],
  [`TO_BOOLEAN('1.0')`, refused],
  [`TO_BOOLEAN('')`, refused],
  ['TO_BOOLEAN(1.5)', 'true'],
  ['TO_BOOLEAN(0)', 'false'],
  [`TO_NUMBER('1,234.56')`, refused],
  [`PARSE_JSON('') IS NULL`, 'true'],
  [`PARSE_JSON('null') IS NULL`, 'false'],
  [`TO_JSON(PARSE_JSON('null'))`, 'null'],
  [`TO_VARCHAR(PARSE_JSON('"[3,4]"'))`, '[3,4]'],
  [`TO_VARCHAR(PARSE_JSON('[3,4]'))`, '[3,4]'],
  [`TO_VARCHAR(PARSE_JSON('null'))`, null],
  [`TO_VARCHAR('"[1,2,3]"')`, '"[1,2,3]"'],
  // A NULL leaves its pair out; a null of JSON is a value.
  [`TO_JSON(OBJECT_CONSTRUCT('a', 1, 'b', NULL))`, '{"a":1}'],
  [`TO_JSON(OBJECT_CONSTRUCT('a', PARSE_JSON('null')))`, '{"a":null}'],
  [`LENGTH(TO_VARCHAR(TO_TIMESTAMP_NTZ('2020-01-01 10:00:00')))`, '23'],
  [`TO_VARCHAR(TO_TIMESTAMP_NTZ('2020-01-01 10:00:00'))`, '2020-01-01 10:00:00.000'],
  ['GREATEST(100, NULL, 200)', null],
  [`CONCAT_WS(',', 'a', NULL)`, null],
  [`LENGTH('😀')`, '1'],
]);

const tests = [
  ...from('conditional', [
    [`IFF(TRUE, 'Active', 'Inactive')`, 'Active'],
    [`IFF(FALSE, 'Active', 'Inactive')`, 'Inactive'],
    [`IFF(NULL, 'Active', 'Inactive')`, 'Inactive'],
    ['IFF(100 > 150, 100, NULL)', null],
    [`NULLIF('Bob', 'Bob')`, null],
    [`NULLIF('Alice', 'Bob')`, 'Alice'],
    ['LEAST(100, NULL, 200)', null],
  ]),
  ...from('bitwise', [
    ['BITAND(12, 10)', '8'],
    ['BITAND(-4, 7)', '4'],
    ['BITAND(NULL, 7)', null],
    ['BITSHIFTRIGHT(16, 2)', '4'],
    ['BITSHIFTLEFT(1, 4)', '16'],
    ['BITSHIFTLEFT(-1, 1)', '-2'],
    ['BITOR(12, 10)', '14'],
    ['BITXOR(12, 10)', '6'],
    ['BITNOT(5)', '-6'],
  ]),
  ...from('regexp', [
    [`REGEXP_LIKE('hello123', '[a-z]+[0-9]+')`, 'true'],
    [`REGEXP_LIKE('hello', '[0-9]+')`, 'false'],
    [`REGEXP_LIKE('HELLO', 'hello', 'i')`, 'true'],
    [`REGEXP_LIKE(NULL, 'x')`, null],
    [`REGEXP_REPLACE('acacac', 'a', 'X')`, 'XcXcXc'],
  ]),
  ...from('division', [
    ['DIV0(10, 2)', '5'],
    ['DIV0(10, 0)', '0'],
    ['DIV0(10, NULL)', null],
    ['DIV0(NULL, 5)', null],
  ]),
  ...from('members', [
    [`TO_JSON(OBJECT_CONSTRUCT('a', '[1,2]'))`, '{"a":"[1,2]"}'],
    [`TO_JSON(OBJECT_CONSTRUCT('a', '{"b":1}'))`, '{"a":"{\\"b\\":1}"}'],
    [`TO_JSON(OBJECT_CONSTRUCT('a', PARSE_JSON('[3,4]')))`, '{"a":[3,4]}'],
  ]),
  ...from('detection', [
    [`TO_TIMESTAMP_NTZ('2025-07-19T16:35:12.589000000Z')`, '2025-07-19 16:35:12.589'],
    [`TO_TIMESTAMP_NTZ('2013-04-28T20:57:01.123456+07:00')`, '2013-04-28 20:57:01.123456'],
    [`TO_TIMESTAMP_NTZ('3/5/2024 12:34:59')`, '2024-03-05 12:34:59'],
    [`TO_TIMESTAMP_NTZ('2/18/2008 02:36:48')`, '2008-02-18 02:36:48'],
    [`TO_TIMESTAMP_NTZ('2024-03-29  15:00:11')`, '2024-03-29 15:00:11'],
    [`TO_TIMESTAMP_NTZ('2024-02-09T12:24:12')`, '2024-02-09 12:24:12'],
    ['TO_TIMESTAMP(1700000000)', '2023-11-14 22:13:20'],
    [`TO_DATE('3/5/2024')`, '2024-03-05'],
    [`TO_DATE('17-DEC-1980')`, '1980-12-17'],
    [`TO_DATE('17-december-1980')`, '1980-12-17'],
    [`TO_DATE('2020-01-15')`, '2020-01-15'],
    [`TO_TIMESTAMP_NTZ('not a date')`, refused],
    [`TO_TIMESTAMP_NTZ('2024-13-45')`, refused],
  ]),
  ...from('coercion', [
    ['TO_VARCHAR(0::DECIMAL(8,4))', '0.0000'],
    ['TO_VARCHAR(1.239::DECIMAL(8,2))', '1.24'],
    [`'2024-02-09 12:24:12.000'::TIMESTAMP = TO_TIMESTAMP_NTZ('2024-02-09 12:24:12.000')`, 'true'],
  ]),
  ...from('reference', [
    ['(SELECT "n" FROM (SELECT 1 AS "n" UNION ALL SELECT NULL) AS "t" ORDER BY "n" LIMIT 1)', '1'],
    ['(SELECT "n" FROM (SELECT 1 AS "n" UNION ALL SELECT NULL) AS "t" ORDER BY "n" DESC LIMIT 1)', null],
  ]),
];

export const recordedAnswers: readonly RecordedAnswer[] = [...functions, ...tests];
