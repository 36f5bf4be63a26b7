import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TextRow, Warehouse } from '../warehouse.ts';
import { duckdbWarehouse } from './duckdb.ts';

let folder: string;
let warehouse: Warehouse;

async function database(path: string, statements: readonly string[]): Promise<void> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  for (const statement of statements) await connection.run(statement);
  connection.closeSync();
  instance.closeSync();
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'duckdb-test-'));
  await database(join(folder, 'w.duckdb'), [
    'CREATE TABLE "Odd Name" ("a""b" INTEGER, "select" VARCHAR)',
    'CREATE VIEW seen AS SELECT 1 AS one',
  ]);
  warehouse = await duckdbWarehouse({ type: 'duckdb', path: join(folder, 'w.duckdb') });
});

afterAll(async () => {
  await warehouse.close();
  await rm(folder, { recursive: true });
});

/** The JSON text that a value leaves the warehouse as. */
async function jsonOf(value: string): Promise<string | null> {
  const [column] = await warehouse.describe(`SELECT ${value} AS v`);
  if (column === undefined) throw new Error('no column');
  const { sql } = warehouse.dialect.json.field(column, { row: `'row 1'` });
  const json = warehouse.dialect.json.object([{ name: 'v', sql }]);
  const [row] = await warehouse.rows(`SELECT ${json} AS j FROM (SELECT ${value} AS v)`);
  return row?.j ?? null;
}

describe('values leave exactly', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['9007199254740993::BIGINT', '9007199254740993'],
    ['170141183460469231731687303715884105727::HUGEINT', '170141183460469231731687303715884105727'],
    ['1234567890123456789.123456789::DECIMAL(38,9)', '1234567890123456789.123456789'],
    ['0.1::DECIMAL(4,1)', '0.1'],
    ['1e300::DOUBLE', '1e300'],
    ['true', 'true'],
    [`'ü "q" \\ ' || chr(10)`, '"ü \\"q\\" \\\\ \\n"'],
    [`TIMESTAMP '2024-02-29 13:14:15.123456'`, '"2024-02-29T13:14:15.123456"'],
    [`TIMESTAMP '2024-02-29 13:14:15'`, '"2024-02-29T13:14:15"'],
    [`TIMESTAMPTZ '2024-02-29 13:14:15.5+02'`, '"2024-02-29T11:14:15.5Z"'],
    [`DATE '2024-02-29'`, '"2024-02-29"'],
    [`TIME '13:14:15.5'`, '"13:14:15.5"'],
    [`'\\xAA\\x00'::BLOB`, '"qgA="'],
    [`'{"a": [1, {"b": null}]}'::JSON`, '{"a": [1, {"b": null}]}'],
    [`('{"a":' || chr(10) || '"x\\ny"}')::JSON`, '{"a":"x\\ny"}'],
    [`'{"a":1234567890123456789.123456789}'::JSON`, '{"a":1234567890123456789.123456789}'],
    [`{'a': 9007199254740993, 'b': [0.5::DOUBLE]}`, '{"a":9007199254740993,"b":[0.5]}'],
    [`['NaN']::VARCHAR[]`, '["NaN"]'],
    [`['inf', 'x"nan'] || [NULL::DOUBLE::VARCHAR]`, '["inf","x\\"nan",null]'],
    ['-0.05::DECIMAL(4,2)', '-0.05'],
    ['0.1::FLOAT::DOUBLE', '0.10000000149011612'],
    [`TIMESTAMP '1969-07-20 20:17:40.000001'`, '"1969-07-20T20:17:40.000001"'],
    [`TIMESTAMP_NS '2024-02-29 13:14:15.123456789'`, '"2024-02-29T13:14:15.123456789"'],
    [`TIMESTAMP_S '2024-02-29 13:14:15'`, '"2024-02-29T13:14:15"'],
    ['NULL::DATE', 'null'],
    ['NULL::BOOLEAN', 'null'],
    ['NULL::HUGEINT', 'null'],
    ['NULL::JSON', 'null'],
    ['NULL::DOUBLE', 'null'],
    ['NULL::TIMESTAMP', 'null'],
    [`'d5d21ce4-6ed6-4a29-b8bd-0a1b2f0d2e3c'::UUID`, '"d5d21ce4-6ed6-4a29-b8bd-0a1b2f0d2e3c"'],
  ];
  it.each(cases)('%s', async (value, json) => {
    expect(await jsonOf(value)).toBe(`{"v":${json}}`);
  });
});

describe('values that JSON cannot hold', () => {
  it.each([
    `'NaN'::DOUBLE`,
    `'-Infinity'::FLOAT`,
    `['Infinity'::DOUBLE]`,
    `{'a': 'NaN'::DOUBLE}`,
    `'{"a": NaN}'::JSON`,
    `'infinity'::TIMESTAMP`,
    `'-infinity'::TIMESTAMPTZ`,
    `'infinity'::DATE`,
  ])('%s is an error that names column and row', async (value) => {
    await expect(jsonOf(value)).rejects.toThrow(/column "v" holds .*row 1/);
  });
});

describe("Snowflake's functions", () => {
  const cases: readonly (readonly [string, string])[] = [
    ['TO_TIMESTAMP_NTZ(0)', '1970-01-01 00:00:00'],
    ['TO_TIMESTAMP_NTZ(1700000000)', '2023-11-14 22:13:20'],
    [`TO_TIMESTAMP_NTZ('1700000000')`, '2023-11-14 22:13:20'],
    [`TO_TIMESTAMP_NTZ('1700000000123')`, '2023-11-14 22:13:20.123'],
    [`TO_TIMESTAMP_NTZ('2024-02-29 13:14:15.123456')`, '2024-02-29 13:14:15.123456'],
    [`TO_TIMESTAMP_NTZ(DATE '2024-02-29')`, '2024-02-29 00:00:00'],
    [`TO_TIMESTAMP_NTZ(TIMESTAMP '2024-02-29 01:02:03')`, '2024-02-29 01:02:03'],
    [`TO_TIMESTAMP_NTZ(TIMESTAMPTZ '2024-02-29 01:02:03+02')`, '2024-02-28 23:02:03'],
    [`OBJECT_CONSTRUCT('a', 1, 'b', NULL, 'c', 'x')`, '{"a":1,"c":"x"}'],
    ['OBJECT_CONSTRUCT()', '{}'],
    [
      `OBJECT_CONSTRUCT('n', 1234567890123456789.123456789::DECIMAL(38,9))`,
      '{"n":1234567890123456789.123456789}',
    ],
    [
      `OBJECT_CONSTRUCT('j', PARSE_JSON('[1.00000000000000000001, 123456789012345678901234567890]'))`,
      '{"j":[1.00000000000000000001, 123456789012345678901234567890]}',
    ],
    [
      `OBJECT_CONSTRUCT('l', ['{"n": 0.12345678901234567890}'::JSON, NULL])`,
      '{"l":[{"n": 0.12345678901234567890},null]}',
    ],
    [
      `OBJECT_CONSTRUCT('o', OBJECT_CONSTRUCT('j', '1.00000000000000000001'::JSON))`,
      '{"o":{"j":1.00000000000000000001}}',
    ],
    [`TO_VARIANT('1.00000000000000000001'::JSON)`, '1.00000000000000000001'],
    [`OBJECT_CONSTRUCT('f', 0.1::FLOAT, 'fs', [19.99::FLOAT])`, '{"f":0.1,"fs":[19.99]}'],
    [`OBJECT_CONSTRUCT('d', '0.1'::DECIMAL(38,38))`, `{"d":0.1${'0'.repeat(37)}}`],
    [`OBJECT_CONSTRUCT('d', (-0.05)::DECIMAL(2,2), 'e', 12.50::DECIMAL(4,2))`, '{"d":-0.05,"e":12.5}'],
    [`OBJECT_CONSTRUCT('b', 'text'::BLOB, 'c', '\\xAA\\x00'::BLOB)`, '{"b":"text","c":"qgA="}'],
    [
      `OBJECT_CONSTRUCT('v', {'a': 1}::VARIANT, 's', {'a': [1]}, 'l', [DATE '2024-01-01'])`,
      '{"v":{"a":1},"s":{"a":[1]},"l":["2024-01-01"]}',
    ],
    [`OBJECT_CONSTRUCT('t', TIMESTAMP '2025-01-15 10:30:00')`, '{"t":"2025-01-15 10:30:00.000"}'],
    [`OBJECT_CONSTRUCT('t', TIMESTAMP '2025-01-15 10:30:00.1')`, '{"t":"2025-01-15 10:30:00.100"}'],
    [`IFF(1 = 1, 'yes', 'no')`, 'yes'],
    ['NVL(NULL, 2)', '2'],
    [`PARSE_JSON('{"a":1}')`, '{"a":1}'],
    [`DATEADD('day', 1, TIMESTAMP '2024-02-28 00:00:00')`, '2024-02-29 00:00:00'],
  ];
  it.each(cases)('%s', async (sql, expected) => {
    const [row] = await warehouse.rows(`SELECT ${sql} AS v`);
    expect(row?.v).toBe(expected);
  });

  it('sorts NULLs first when descending, as Snowflake does', async () => {
    const rows = await warehouse.rows('SELECT * FROM (VALUES (1), (NULL)) t(v) ORDER BY v DESC');
    expect(rows.map((row) => row.v)).toEqual([null, '1']);
  });
});

describe('message ids', () => {
  const ulid = async (timestamp: string, identity: string): Promise<string | null | undefined> => {
    const sql = warehouse.dialect.text.ulid('t', 'i');
    const [row] = await warehouse.rows(
      `SELECT ${sql} AS v FROM (SELECT ${timestamp} AS t, ${identity} AS i)`,
    );
    return row?.v;
  };

  it('hold the time in their first ten characters', async () => {
    // The example of the ULID specification: 01ARYZ6S41 is 1469918176385.
    expect(await ulid('make_timestamp(1469918176385000)', `'a'`)).toMatch(
      /^01ARYZ6S41[0-9A-HJKMNP-TV-Z]{16}$/,
    );
  });

  it('are equal for equal rows and differ for others, also without a time', async () => {
    const [a, b, c] = [
      await ulid('NULL::TIMESTAMP', `'a'`),
      await ulid('NULL::TIMESTAMP', `'a'`),
      await ulid('NULL::TIMESTAMP', `'b'`),
    ];
    expect(a).toBe(b);
    expect(a).not.toBe(c);
    expect(a).toMatch(/^0{10}/);
  });

  it('take a time before 1970 as 0', async () => {
    expect(await ulid(`TIMESTAMP '1969-07-20 00:00:00'`, `'a'`)).toMatch(/^0{10}/);
  });
});

describe('opening', () => {
  it('lists tables and views with their columns', async () => {
    expect(await warehouse.relations()).toEqual([
      {
        name: 'Odd Name',
        columns: [
          { name: 'a"b', type: 'INTEGER' },
          { name: 'select', type: 'VARCHAR' },
        ],
      },
      { name: 'seen', columns: [{ name: 'one', type: 'INTEGER' }] },
    ]);
  });

  it('reads a folder of parquet files as tables', async () => {
    await database(':memory:', [`COPY (SELECT 1 AS a) TO '${join(folder, 'my table.parquet')}'`]);
    const parquet = await duckdbWarehouse({ type: 'duckdb', path: folder });
    expect(await parquet.rows('SELECT a FROM "my table"')).toEqual([{ a: '1' }]);
    await parquet.close();
  });

  it.each([
    ['missing.duckdb', /does not exist/],
    ['text.duckdb', /could not be opened as a DuckDB database/],
  ])('refuses %s', async (name, message) => {
    await writeFile(join(folder, 'text.duckdb'), 'hello, this is text');
    await expect(duckdbWarehouse({ type: 'duckdb', path: join(folder, name) })).rejects.toThrow(message);
  });

  it('names a schema that is not there', async () => {
    const config = { type: 'duckdb', path: join(folder, 'w.duckdb'), schema: 'nope' } as const;
    await expect(duckdbWarehouse(config)).rejects.toThrow(/no schema "nope"/);
  });

  it('never writes to the database', async () => {
    await expect(warehouse.execute('CREATE TABLE warehouse.main.x (a INTEGER)')).rejects.toThrow(/read-only/);
  });
});

describe('lines', () => {
  const line = (text: string): string => `encode(${text} || chr(10)) AS "line"`;

  it.each([
    ['of which some are short', `repeat('ä', (hash(n) % 30)::BIGINT)`],
    ['that are long', `repeat('ä', 20 + (hash(n) % 2000)::BIGINT)`],
  ])('come as bytes with the first and last row of each batch: lines %s', async (_, text) => {
    const rows = await warehouse.rows(`SELECT ${text} AS t FROM range(10000) r(n)`);
    const batches = [];
    for await (const batch of warehouse.lines(
      `SELECT ${line(text)}, n::VARCHAR AS n FROM range(10000) r(n)`,
    )) {
      batches.push(batch);
    }
    const texts = batches.map((batch) => Buffer.from(batch.bytes).toString().slice(0, -1).split('\n'));
    expect(texts.flat()).toEqual(rows.map((row) => row.t));
    expect(texts.map((some) => some.length)).toEqual(batches.map((batch) => batch.count));
    const ends = batches.flatMap(({ first, last }) => [Number(first.n), Number(last.n)]);
    expect(ends.at(0)).toBe(0);
    expect(ends.at(-1)).toBe(9999);
    expect(batches.map(({ first, last, count }) => Number(last.n) - Number(first.n) + 1 - count)).toEqual(
      batches.map(() => 0),
    );
  });

  /** A query that fails once only, as one that is short of memory does: after its 60,000th row. */
  const failingOnce = (from: number): string => `SELECT ${line(`n || ' is a row of some length'`)},
    CASE WHEN n = 60000 AND nextval('tries') = 1 THEN error('once') ELSE n END AS n
    FROM range(${from}, 100000) r(n)`;

  async function numbersOf(sql: string, resume?: (last: TextRow) => string): Promise<number[]> {
    const numbers: number[] = [];
    const small = await duckdbWarehouse({ type: 'duckdb', path: join(folder, 'w.duckdb') });
    try {
      await small.execute('CREATE TEMP SEQUENCE tries');
      for await (const { bytes } of small.lines(
        sql,
        resume && { resume: (last) => ({ sql: resume(last), values: [] }) },
      )) {
        numbers.push(...Buffer.from(bytes).toString().trimEnd().split('\n').map(Number.parseFloat));
      }
    } finally {
      await small.close();
    }
    return numbers;
  }

  it('are an error, with its reason, where the query fails after many of them', async () => {
    const bad = `CASE WHEN n = 90000 THEN error('row ninety thousand') ELSE n || ' is a good row' END`;
    await expect(numbersOf(`SELECT ${line(bad)} FROM range(100000) r(n)`)).rejects.toThrow(
      /row ninety thousand/,
    );
  });

  it('go on with more memory from the last one given', async () => {
    const resumed: number[] = [];
    const numbers = await numbersOf(failingOnce(0), (last) => {
      resumed.push(Number(last.n));
      return failingOnce(Number(last.n));
    });
    expect(resumed).toHaveLength(1);
    expect(numbers).toHaveLength(100_001);
    expect([...new Set(numbers)]).toEqual([...Array(100_000).keys()]);
  });

  it('stop with an error where there is no way to go on', async () => {
    await expect(numbersOf(failingOnce(0))).rejects.toThrow(/stopped reading midway.*memory/);
  });

  it('of a query that needs more memory than a reader begins with come all the same', async () => {
    const sql = `SELECT ${line(`len(list(n)) || ' rows'`)} FROM range(20000000) r(n)`;
    expect(await numbersOf(sql)).toEqual([20_000_000]);
  });
});
