import { existsSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { catalogOf, checkOf, errorsOf, lastState, read, userIds } from '../support/reading.ts';
import { duckdbEngine, type Engine } from '../support/warehouses.ts';

let engine: Engine;

beforeAll(async () => {
  engine = await duckdbEngine();
});

afterAll(() => engine.close());

const persons = { persons: [{ from: 'relation', name: 'p' }] };

/** Reads a table, inserts, and reads on from the state; both runs' user ids. */
async function twice(
  table: string,
  first: string,
  then: string,
  rest: Readonly<Record<string, unknown>> = {},
) {
  const { run, warehouse } = await engine.create();
  const config = { warehouse, changes: 'cursor', ...persons, ...rest };
  await run(`CREATE TABLE p (${table})`, `INSERT INTO p VALUES ${first}`);
  const before = await read(config);
  expect(errorsOf(before)).toEqual([]);
  await run(`INSERT INTO p VALUES ${then}`);
  const state = JSON.parse(JSON.stringify(lastState(before)));
  const after = await read(config, state);
  expect(errorsOf(after)).toEqual([]);
  return { before: userIds(before), after: userIds(after), state: JSON.stringify(state) };
}

it('keeps a NUL in a key', async () => {
  const { after } = await twice(
    `"userId" VARCHAR, "timestamp" TIMESTAMP`,
    `('u' || chr(0) || 'm', '2024-01-01')`,
    `('u' || chr(0) || 'a', '2024-01-01'), ('u' || chr(0) || 'z', '2024-01-01'), ('u' || chr(0), '2024-01-02')`,
  );
  expect(after).toEqual(['u\0z', 'u\0']);
});

it.each([
  [`TIMESTAMP_NS`, `'2024-01-01 00:00:00.123456400'`, `'2024-01-01 00:00:00.123456450'`],
  [`TIMESTAMP_NS`, `'1960-01-01 00:00:00.000000001'`, `'1960-01-01 00:00:00.000000002'`],
  [`TIMESTAMP`, `'2024-01-01 00:00:00.123456'`, `'2024-01-01 00:00:00.123457'`],
  [`TIMESTAMP_MS`, `'2024-01-01 00:00:00.123'`, `'2024-01-01 00:00:00.124'`],
  [`TIMESTAMP_S`, `'2024-01-01 00:00:00'`, `'2024-01-01 00:00:01'`],
  [`TIMESTAMPTZ`, `'2024-01-01 00:00:00.123456+02'`, `'2023-12-31 22:00:00.123457Z'`],
  [`DATE`, `'2024-01-01'`, `'2024-01-02'`],
  [`VARCHAR`, `'2024-01-01 00:00:00.123456'`, `'2024-01-01 00:00:00.123457'`],
  [`BIGINT`, `1704067200123`, `1704067200124`],
  [`BIGINT`, `1704067200123456788`, `1704067200123456789`],
  [`BIGINT`, `-315619199999999998`, `-315619199999999997`],
  [`UBIGINT`, `1704067200123456`, `1704067200123457`],
  [`HUGEINT`, `1704067200123456788`, `1704067200123456789`],
  [`VARCHAR`, `'2024-01-01 00:00:00.123456'`, `'2024-01-01 00:00:00.1234561'`],
  [`VARCHAR`, `'2024-01-01T00:00:00.123456788'`, `'2024-01-01T00:00:00.123456789'`],
  [`VARCHAR`, `'2024-01-01T00:00:00.123456788Z'`, `'2024-01-01T02:00:00.123456789+0200'`],
  [`VARCHAR`, `'1960-01-01 00:00:00.000000001'`, `'1960-01-01 00:00:00.000000002'`],
  [`VARCHAR`, `'1704067200123456788'`, `'1704067200123456789'`],
  [`VARCHAR`, `'1704067200.123456788'`, `'1704067200.123456789'`],
  [`VARCHAR`, `'0001-01-01'`, `'2024-01-01'`],
  [`BLOB`, `'2024-01-01T00:00:00.123456788+02:00'`, `'2023-12-31T22:00:00.123456789Z'`],
  [`BLOB`, `'2024-01-01T00:00:00.123456+02:00'`, `'2023-12-31T22:00:00.123457Z'`],
])(
  'reads a row of %s that is newer by the least step, though its key sorts before',
  async (type, old, newer) => {
    const { after } = await twice(
      `"userId" VARCHAR, "timestamp" ${type}`,
      `('b', ${old})`,
      `('a', ${newer})`,
    );
    expect(after).toEqual(['a']);
  },
);

it('tells keys apart that a collation takes for one', async () => {
  const { after } = await twice(
    `"userId" VARCHAR COLLATE NOCASE, "timestamp" TIMESTAMP`,
    `('B', '2024-01-01'), ('A', '2024-01-01')`,
    `('b', '2024-01-01'), ('a', '2024-01-01')`,
  );
  expect(after).toEqual(['a', 'b']);
});

it('does not go back with a look-back, whatever planes the characters of the keys are of', async () => {
  const { before, state } = await twice(
    `"userId" VARCHAR, "timestamp" TIMESTAMP`,
    `('\u{FB01}', '2024-01-01'), ('😀', '2024-01-01')`,
    `('late', '2023-12-31 23:00:00')`,
    { lookback: '2h' },
  );
  expect(before).toEqual(['\u{FB01}', '😀']);
  expect(state).toContain('"key":"😀"');
});

it('reads bytes that are text as text, in keys and attributes alike', async () => {
  const { before, after, state } = await twice(
    `"userId" BLOB, "timestamp" TIMESTAMP`,
    `('ann'::BLOB, '2024-01-01'), (encode('zoë'), '2024-01-01')`,
    `(encode('zoë!'), '2024-01-01')`,
  );
  expect([before, after]).toEqual([['ann', 'zoë'], ['zoë!']]);
  expect(state).toContain('"key":"zoë"');
});

it.each([
  ['persons', 'userId', `'\\xFF\\xFE'::BLOB AS "userId", 'x' AS note`],
  ['events', 'event', `'a' AS "userId", '\\xFF'::BLOB AS event`],
  ['events', 'event_id', `'a' AS "userId", 'seen' AS event, '\\xFF'::BLOB AS event_id`],
  ['objects', 'groupId', `1 AS "objectTypeId", '\\xFF'::BLOB AS "groupId"`],
  ['relationships', 'userId', `1 AS "objectTypeId", 'g' AS "groupId", '\\xFF'::BLOB AS "userId"`],
])('refuses %s whose %s is bytes that are not text, and names it', async (stream, column, select) => {
  const { run, warehouse } = await engine.create();
  await run(`CREATE TABLE p AS SELECT ${select}, TIMESTAMP '2024-01-01' AS "timestamp"`);
  const result = await read({ warehouse, [stream]: [{ from: 'relation', name: 'p' }] }, [], [stream]);
  expect(result.rows).toEqual([]);
  expect(errorsOf(result).join()).toContain(`column "${column}" holds bytes that are no UTF-8 text`);
});

it.each([
  [`SELECT $t$ ' $t$ AS "userId"; COPY (SELECT 1) TO 'OUT'; SELECT ' ' AS "userId"`],
  [`SELECT E'it\\'s' AS "userId"; COPY (SELECT 1) TO 'OUT'; SELECT ' ' AS "userId"`],
  [`SELECT 'a' AS "userId" FROM read_text('/etc/hostname')`],
])('check, discover and read refuse %s', async (text) => {
  const { warehouse } = await engine.create();
  const out = `${String(warehouse.path)}.csv`;
  const config = { warehouse, persons: [{ from: 'sql', sql: text.replace('OUT', out) }] };
  expect(await checkOf(config)).toMatchObject({ status: 'FAILED' });
  await expect(catalogOf(config)).rejects.toThrow();
  expect(errorsOf(await read(config)).join()).toMatch(/one SELECT|external_access/);
  expect(existsSync(out)).toBe(false);
});
