import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseSourceConfig } from '../../src/source/config.ts';
import { openWarehouse } from '../../src/warehouse/open.ts';
import { jsonField, withoutUndefined } from '../../src/warehouse/snowflake/json-field.ts';
import type { Warehouse } from '../../src/warehouse/warehouse.ts';
import { type SnowflakeServer, startSnowflakeServer } from '../snowflake-server/server.ts';
import { catalogOf, errorsOf, lastState, read } from '../support/reading.ts';
import { snowflakeConfig } from '../support/warehouses.ts';

/** Types beyond those of every warehouse, by the casts that Snowflake documents. */

let server: SnowflakeServer;
let warehouse: Warehouse;

beforeAll(async () => {
  server = await startSnowflakeServer();
  warehouse = await openWarehouse(parseSourceConfig({ warehouse: snowflakeConfig(server.url) }).warehouse);
});

afterAll(async () => {
  await warehouse.close();
  await server.close();
});

const config = (sql: string) => ({
  warehouse: snowflakeConfig(server.url),
  persons: [{ from: 'sql', sql }],
  objects: [],
  relationships: [],
  events: [],
});

const withValue = (value: string) =>
  config(`SELECT 'u' AS "userId", TO_TIMESTAMP_NTZ(0) AS "timestamp", ${value} AS "v"`);

describe('a value', () => {
  it.each([
    ['[1.5, -2, 0]::VECTOR(FLOAT, 3)', 'array', [1.5, -2, 0]],
    [
      `TO_GEOGRAPHY('{"type":"Point","coordinates":[7.5,47.25]}')`,
      'object',
      { type: 'Point', coordinates: [7.5, 47.25] },
    ],
    [`MAP {'a': 1, 'b': NULL}`, 'object', { a: 1, b: null }],
  ])('of %s', async (value, type, expected) => {
    const result = await read(withValue(value));
    expect(errorsOf(result)).toEqual([]);
    expect(result.rows[0]?.v).toEqual(expected);
    const [stream] = (await catalogOf(withValue(value))).streams;
    expect(stream?.json_schema).toMatchObject({ properties: { v: { type: ['null', type] } } });
  });

  it.each([
    ['DECFLOAT', 'number', 'TO_VARCHAR("v")'],
    ['GEOMETRY', 'object', 'ST_ASGEOJSON("v")'],
    ['GEOGRAPHY', 'object', 'ST_ASGEOJSON("v")'],
    ['VECTOR(FLOAT, 3)', 'array', 'CAST("v" AS ARRAY)'],
    ['ARRAY(NUMBER(38,0))', 'array', 'TO_VARIANT("v")'],
    ['OBJECT(a VARCHAR)', 'object', 'TO_VARIANT("v")'],
    ['MAP(VARCHAR, NUMBER(38,0))', 'object', 'TO_VARIANT("v")'],
  ])('of type %s leaves by its documented cast', (type, jsonType, cast) => {
    const { schema, sql } = jsonField({ name: 'v', type }, '"v"', { row: `'row'` });
    expect(schema.type).toEqual(['null', jsonType]);
    expect(sql).toContain(cast);
  });
});

it.each([
  ['[undefined]', [null]],
  ['[undefined,undefined,1]', [null, null, 1]],
  ['{"a":undefined,"b":"undefined","undefined":[undefined]}', { a: null, b: 'undefined', undefined: [null] }],
  ['["a,undefined,b","\\\\",undefined,"\\"undefined\\""]', ['a,undefined,b', '\\', null, '"undefined"']],
  ['{"a":[1,"x"]}', { a: [1, 'x'] }],
])('gives null for what is undefined in %s', async (json, expected) => {
  const { quoteString } = warehouse.dialect;
  const [row] = await warehouse.rows(`SELECT ${withoutUndefined(quoteString(json))} AS "j"`);
  expect(JSON.parse(row?.j ?? '')).toEqual(expected);
});

it('compares and orders keys without their collation', async () => {
  const sql = warehouse.dialect.text.exact('"userId"', { name: 'userId', type: 'VARCHAR' });
  expect(sql).toBe(`COLLATE(CAST("userId" AS VARCHAR), '')`);
  await server.run(
    `CREATE TABLE collated ("userId" VARCHAR, "timestamp" TIMESTAMP_NTZ)`,
    `INSERT INTO collated SELECT column1, TO_TIMESTAMP_NTZ(1709287200) FROM (VALUES ('b'), ('B'), ('a'), ('A')) AS t(column1)`,
  );
  const all = config('SELECT * FROM collated');
  const first = await read(all);
  expect(first.rows.map((row) => row.userId)).toEqual(['A', 'B', 'a', 'b']);
  await server.run(`INSERT INTO collated SELECT 'c', TO_TIMESTAMP_NTZ(1709287200)`);
  expect((await read(all, lastState(first))).rows.map((row) => row.userId)).toEqual(['c']);
});

describe('a key of BINARY', () => {
  const keyed = (hex: string) =>
    config(`SELECT HEX_DECODE_BINARY('${hex}') AS "userId", TO_TIMESTAMP_NTZ(0) AS "timestamp"`);

  it('is read as text', async () => {
    const result = await read(keyed(Buffer.from('ü@example.com').toString('hex')));
    expect(errorsOf(result)).toEqual([]);
    expect(result.rows[0]?.userId).toBe('ü@example.com');
  });

  it('that is no text is an error', async () => {
    expect((await read(keyed('FF00'))).rows).toEqual([]);
    expect(errorsOf(await read(keyed('FF00')))).not.toEqual([]);
  });
});

it('keeps the order of a query whose numbers need no cast', async () => {
  const before = server.statements.length;
  const sql = `SELECT TO_VARCHAR(n) AS "t", n AS "n" FROM (SELECT ROW_NUMBER() OVER (ORDER BY SEQ4()) AS n
    FROM TABLE(GENERATOR(ROWCOUNT => 2000))) ORDER BY n DESC`;
  const rows = await warehouse.rows(sql);
  expect(rows.map(({ n }) => n)).toEqual(Array.from({ length: 2000 }, (_, index) => String(2000 - index)));
  expect(rows.map(({ t }) => t)).toEqual(rows.map(({ n }) => n));
  expect(server.statements.slice(before)).toEqual([sql, sql]);
  expect(
    await warehouse.rows(`SELECT 12345678901234567890::NUMBER(38,0) AS "i", -0.50::NUMBER(9,2) AS "d"`),
  ).toEqual([{ i: '12345678901234567890', d: '-0.50' }]);
});
