import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { longestValue, type Mark, withoutMarks } from '../../bad-value.ts';
import type { OnBadValue } from '../../dialect.ts';
import type { Warehouse } from '../../warehouse.ts';
import { duckdbWarehouse } from '../duckdb.ts';

/** A type with values of it: SQL and the JSON that it leaves as. */
interface Sample {
  readonly type: string | undefined;
  readonly values: readonly (readonly [sql: string, json: string])[];
}

const of = (type: string, ...values: readonly (readonly [string, string])[]): Sample => ({
  type,
  values: [...values.map(([sql, json]) => [`(${sql})::${type}`, json] as const), [`NULL::${type}`, 'null']],
});

const text = (value: string): readonly [string, string] => [
  `'${value.replaceAll("'", "''")}'`,
  JSON.stringify(value),
];
const number = (value: string): readonly [string, string] => [`'${value}'`, value];
const huge = '123456789012345678901234567890123456789012345678901234567890';

const scalars: readonly Sample[] = [
  of('BOOLEAN', ['true', 'true'], ['false', 'false']),
  of('TINYINT', number('-128'), number('127')),
  of('UTINYINT', number('0'), number('255')),
  of('SMALLINT', number('-32768'), number('32767')),
  of('USMALLINT', number('65535')),
  of('INTEGER', number('-2147483648'), number('2147483647')),
  of('UINTEGER', number('4294967295')),
  of('BIGINT', number('-9223372036854775808'), number('9223372036854775807')),
  of('UBIGINT', number('18446744073709551615')),
  of(
    'HUGEINT',
    number('-170141183460469231731687303715884105728'),
    number('170141183460469231731687303715884105727'),
  ),
  of('UHUGEINT', number('340282366920938463463374607431768211455')),
  of('BIGNUM', number(huge), number(`-${huge}`), number('0')),
  of('DECIMAL(4,4)', ['0.25', '0.2500'], ['-0.05', '-0.0500'], ['0', '0.0000'], ['0.9999', '0.9999']),
  of('DECIMAL(1,1)', ['-0.1', '-0.1']),
  of('DECIMAL(38,38)', [
    `'-0.12345678901234567890123456789012345678'`,
    '-0.12345678901234567890123456789012345678',
  ]),
  of('DECIMAL(38,9)', [`'1234567890123456789.123456789'`, '1234567890123456789.123456789']),
  of('DECIMAL(18,2)', ['19.99', '19.99'], ['-0.05', '-0.05']),
  of('DECIMAL(5,0)', ['12345', '12345']),
  of(
    'FLOAT',
    ['0.1', '0.1'],
    ['19.99', '19.99'],
    [`'-0.0'`, '-0.0'],
    ['16777216', '16777216.0'],
    ['3.4e38', '3.4e+38'],
  ),
  of(
    'DOUBLE',
    ['0.1', '0.1'],
    ['1e300', '1e300'],
    ['5e-324', '5e-324'],
    ['0.1::FLOAT', '0.10000000149011612'],
  ),
  of('VARCHAR', text(''), text('ü "q" \\ \' 😀 nan, ,]'), [
    `'a' || chr(0) || chr(10) || chr(127)`,
    '"a\\u0000\\n\u007f"',
  ]),
  of(
    'BLOB',
    [`'text'::BLOB`, '"text"'],
    [`'\\xAA\\x00'::BLOB`, '"qgA="'],
    [`''::BLOB`, '""'],
    [`encode('ü"')`, '"ü\\""'],
  ),
  of('DATE', text('2024-02-29'), text('0001-01-01')),
  of('TIME', text('00:00:00'), text('23:59:59.999999')),
  of('TIME_NS', text('13:14:15.123456789')),
  of(
    'TIMETZ',
    text('13:14:15+02:30'),
    [`'13:14:15.5+02'`, '"13:14:15.5+02:00"'],
    [`'13:14:15-11'`, '"13:14:15-11:00"'],
    [`'13:14:15+00'`, '"13:14:15+00:00"'],
    [`'13:14:15+01:02:15'`, '"12:12:00+00:00"'],
  ),
  of(
    'TIMESTAMP',
    [`'2024-02-29 13:14:15.5'`, '"2024-02-29T13:14:15.5"'],
    [`'1969-07-20 20:17:40.000001'`, '"1969-07-20T20:17:40.000001"'],
  ),
  of('TIMESTAMP_S', [`'2024-02-29 13:14:15'`, '"2024-02-29T13:14:15"']),
  of('TIMESTAMP_MS', [`'2024-02-29 13:14:15.123'`, '"2024-02-29T13:14:15.123"']),
  of('TIMESTAMP_NS', [`'2024-02-29 13:14:15.123456789'`, '"2024-02-29T13:14:15.123456789"']),
  of('TIMESTAMPTZ', [`'2024-02-29 13:14:15.5+02'`, '"2024-02-29T11:14:15.5Z"']),
  of('INTERVAL', text('1 month 2 days 03:04:05.5')),
  of('BIT', text('0101')),
  of('UUID', text('d5d21ce4-6ed6-4a29-b8bd-0a1b2f0d2e3c')),
  of(`ENUM('a', 'it''s (b), "c"')`, text('a'), text('it\'s (b), "c"')),
  of('GEOMETRY', text('POINT (1 2)')),
  of(
    'JSON',
    [`'{"a": [1, {"b": null}]}'`, '{"a": [1, {"b": null}]}'],
    [
      `'[1.00000000000000000001, 123456789012345678901234567890]'`,
      '[1.00000000000000000001, 123456789012345678901234567890]',
    ],
    [`'{"a,]": 1, "b": [",}", "\\",]", ], }'`, '{"a,]": 1, "b": [",}", "\\",]"]}'],
    [`'["NaN", "inf\\"inity"]'`, '["NaN", "inf\\"inity"]'],
    [`'[1,' || chr(10) || '2,' || chr(13) || chr(10) || ']'`, '[1,2]'],
    [`'null'`, 'null'],
    [`'"text"'`, '"text"'],
  ),
  of(
    'VARIANT',
    ['42', '42'],
    [`'text'`, '"text"'],
    [`{'plan': 'pro', 'seats': 3}`, '{"plan":"pro","seats":3}'],
    [
      `{'a.b': [0.25::DECIMAL(4,4), -0.5::DECIMAL(4,4)], 'c': ':.5 ,.5'}`,
      '{"a.b":[0.2500,-0.5000],"c":":.5 ,.5"}',
    ],
    ['0.5::DECIMAL(1,1)', '0.5'],
  ),
];

/** A value cast to the type that it is of; a tuple's type has no name in SQL. */
const cast = (sql: string, type: string | undefined): string =>
  type === undefined ? sql : `${sql}::${type}`;
const only = (type: string | undefined, ...values: Sample['values']): Sample['values'] =>
  type === undefined ? [] : values;
const named = (name: string, type: string | undefined): string | undefined =>
  type && name.replace(/\bT\b/, () => type);

/** What may stand around a type. Each wraps values and their JSON. */
const wrappings: readonly ((sample: Sample) => Sample)[] = [
  function list({ type, values }) {
    const own = named('T[]', type);
    const all: Sample['values'][number] = [
      cast(`[${values.map(([sql]) => sql).join(', ')}]`, own),
      `[${values.map(([, json]) => json).join(',')}]`,
    ];
    return { type: own, values: [all, ...only(own, [cast('[]', own), '[]'], [cast('NULL', own), 'null'])] };
  },
  function array({ type, values }) {
    return {
      type: named('T[2]', type),
      values: values.map(([sql, json]) => [`array_value(${sql}, ${sql})`, `[${json},${json}]`]),
    };
  },
  function struct({ type, values }) {
    const own = named(`STRUCT("it's ""q"" (x), [y]" T, n INTEGER)`, type);
    const each: Sample['values'] = values.map(([sql, json]) => [
      `{'it''s "q" (x), [y]': ${sql}, 'n': 1}`,
      `{"it's \\"q\\" (x), [y]":${json},"n":1}`,
    ]);
    return { type: own, values: [...each, ...only(own, [cast('NULL', own), 'null'])] };
  },
  function tuple({ values }) {
    return { type: undefined, values: values.map(([sql, json]) => [`row(${sql}, 'x')`, `[${json},"x"]`]) };
  },
  function map({ type, values }) {
    const own = named('MAP(VARCHAR, T)', type);
    const each: Sample['values'] = values.map(([sql, json]) => [
      `MAP {'a "b"': ${sql}}`,
      `{"a \\"b\\"":${json}}`,
    ]);
    return {
      type: own,
      values: [...each, ...only(own, [cast('MAP {}', own), '{}'], [cast('NULL', own), 'null'])],
    };
  },
  function union({ type, values }) {
    const own = named(`UNION("o'ne" T, other VARCHAR)`, type);
    return {
      type: own,
      values: values.map(([sql, json]) => [cast(`union_value("o'ne" := ${sql})`, own), `{"o'ne":${json}}`]),
    };
  },
];

let folder: string;
let warehouse: Warehouse;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'duckdb-types-'));
  const instance = await DuckDBInstance.create(join(folder, 'w.duckdb'));
  instance.closeSync();
  warehouse = await duckdbWarehouse({ type: 'duckdb', path: join(folder, 'w.duckdb') });
});

afterAll(async () => {
  await warehouse.close();
  await rm(folder, { recursive: true });
});

/** Describes each value as a column of a query and takes all lines at once. */
async function jsonOf(
  sample: Sample,
  onBad: OnBadValue = 'fail',
): Promise<{ json: string[]; schemas: Readonly<Record<string, unknown>>[] }> {
  const select = `SELECT ${sample.values.map(([sql], index) => `${sql} AS v${index}`).join(', ')}`;
  const columns = await warehouse.describe(select);
  const fields = columns.map((column) => ({
    name: column.name,
    ...warehouse.dialect.json.field(column, { row: `'row 1'`, onBad }),
  }));
  const sql = fields.map(({ name, sql: json }) => `${json} AS ${name}`).join(', ');
  const [row] = await warehouse.rows(`SELECT ${sql} FROM (${select})`);
  return {
    json: Object.values(row ?? {}).map((json) => json ?? 'null'),
    schemas: fields.map((field) => field.schema),
  };
}

async function expectExact(sample: Sample): Promise<void> {
  const { json, schemas } = await jsonOf(sample);
  expect(json, sample.values[0]?.[0]).toEqual(sample.values.map(([, wanted]) => wanted));
  const ajv = new Ajv({ strict: false, validateFormats: false });
  for (const [index, each] of json.entries()) {
    const fits = ajv.validate(schemas[index] ?? {}, JSON.parse(each));
    expect(fits, `${each} does not fit ${JSON.stringify(schemas[index])}`).toBe(true);
  }
}

describe('every type leaves exactly, as JSON that fits its schema', () => {
  it.each(scalars)('$type', expectExact);

  it.each(scalars)('$type in a list, array, struct, tuple, map and union', async (sample) => {
    for (const wrap of wrappings) await expectExact(wrap(sample));
  });

  it.each(scalars)(
    '$type two deep',
    async (sample) => {
      for (const outer of wrappings) for (const inner of wrappings) await expectExact(outer(inner(sample)));
    },
    60_000,
  );
});

describe('keys of a map become texts', () => {
  it.each([
    [`MAP {1: 'x'}`, '{"1":"x"}'],
    [`MAP {true: 'x'}`, '{"true":"x"}'],
    [`MAP {0.25::DECIMAL(2,2): 'x'}`, '{"0.25":"x"}'],
    [`MAP {0.1::FLOAT: 'x'}`, '{"0.1":"x"}'],
    [`MAP {TIMESTAMP '2024-01-01': 'x'}`, '{"2024-01-01T00:00:00":"x"}'],
    [`MAP {'a"b'::BLOB: 1}`, '{"a\\"b":1}'],
    [`MAP {[1, 2]: 'x'}`, '{"[1,2]":"x"}'],
    [`MAP {{'a': 'b"'}: 1}`, '{"{\\"a\\":\\"b\\\\\\"\\"}":1}'],
    [`MAP {'{"a": 1}'::JSON: 1}`, '{"{\\"a\\": 1}":1}'],
    [`MAP {'a'::ENUM('a'): 1}`, '{"a":1}'],
  ])('%s', async (value, json) => {
    expect((await jsonOf({ type: undefined, values: [[value, json]] })).json).toEqual([json]);
  });
});

const around: readonly ((value: string) => string)[] = [
  (value) => value,
  (value) => `[NULL, ${value}]`,
  (value) => `{'a': ${value}}`,
  (value) => `MAP {'a': [${value}]}`,
  (value) => `{'a': [{'b': ${value}}]}`,
];

const bad: readonly string[] = [
  `'NaN'::DOUBLE`,
  `'-Infinity'::FLOAT`,
  `'infinity'::DATE`,
  `'-infinity'::TIMESTAMP`,
  `'infinity'::TIMESTAMP_S`,
  `'infinity'::TIMESTAMP_MS`,
  `'infinity'::TIMESTAMP_NS`,
  `'infinity'::TIMESTAMPTZ`,
  `'{"a": NaN}'::JSON`,
  `'[-Infinity]'::JSON`,
  `'NaN'::DOUBLE::VARIANT`,
  `['Infinity'::FLOAT]::VARIANT`,
];

/** The JSON of a value that may be sent as null, and the marks in it. */
async function nulled(value: string): Promise<{ json: unknown; marks: Mark[] }> {
  const { json } = await jsonOf({ type: undefined, values: [[value, '']] }, 'null');
  const marks: Mark[] = [];
  const text = withoutMarks(json[0] ?? '', (mark) => marks.push(mark));
  return { json: JSON.parse(text), marks };
}

const long = longestValue + 1;

describe('a value that cannot be sent becomes null and a mark, if that is wanted', () => {
  const mark = { reason: 'SOURCE_SERIALIZATION_ERROR', column: 'v0' };

  it.each(bad)('%s, however deep it is', async (value) => {
    const [alone, list, struct] = await Promise.all(around.map((wrap) => nulled(wrap(value))));
    expect(alone).toEqual({ json: null, marks: [mark] });
    expect(list).toEqual({ json: [null, null], marks: [mark] });
    expect(struct).toEqual({ json: { a: null }, marks: [mark] });
    for (const wrap of around) expect((await nulled(wrap(value))).marks).toEqual([mark]);
  });

  it.each(bad.filter((value) => !value.includes('JSON')))('%s as the key of a map', async (value) => {
    const { json } = await nulled(`MAP {${value}: 1}`);
    expect(Object.values(json ?? {})).toEqual([1]);
  });

  it.each([
    `repeat('x', ${long})`,
    `repeat('x', ${long})::BLOB`,
    `to_json(repeat('x', ${long}))`,
    `repeat('x', ${long})::VARIANT`,
    `[repeat('x', ${long})]`,
    `{'a': repeat('x', ${long})}`,
    `repeat('1', ${long})::BIT`,
  ])('%s, by its size', async (value) => {
    const reason = 'SOURCE_FIELD_SIZE_LIMITATION';
    expect(await nulled(value)).toEqual({ json: null, marks: [{ reason, column: 'v0' }] });
  });

  it('but not one that is as long as it may be', async () => {
    const { json, marks } = await nulled(`repeat('x', ${longestValue})`);
    expect(marks).toEqual([]);
    expect(json).toHaveLength(longestValue);
  });

  it('in all that is well as without it', async () => {
    for (const sample of scalars) {
      const { json } = await jsonOf(sample, 'null');
      expect(json).toEqual(sample.values.map(([, wanted]) => wanted));
    }
  });
});

describe('a value that JSON cannot hold names its column and row, however deep it is', () => {
  it.each(bad)('%s', async (value) => {
    for (const wrap of around) {
      await expect(jsonOf({ type: undefined, values: [[wrap(value), '']] })).rejects.toThrow(
        /column "v0" holds .*row 1/,
      );
    }
  });
});
