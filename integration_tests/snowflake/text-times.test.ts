import { afterAll, beforeAll, expect, it } from 'vitest';
import { errorsOf, lastState, read } from '../support/reading.ts';
import { type Database, duckdbEngine, type Engine } from '../support/warehouses.ts';

/** Texts with offsets in a DuckDB column "timestamp": what counts is the instant. Snowflake's are in snowflake-times. */

let engine: Engine;
let database: Database;

beforeAll(async () => {
  engine = await duckdbEngine();
  database = await engine.create();
});

afterAll(() => engine.close());

it('orders and keeps texts with offsets by their instants', async () => {
  await database.run(
    'CREATE TABLE people ("userId" VARCHAR, "timestamp" VARCHAR)',
    `INSERT INTO people VALUES ('f', '1709298000'), ('d', '2024-03-01T01:30:00.5-10:00'), ('b', '2024-03-01 09:30:00'),
      ('c', '2024-03-01T10:00:00Z'), ('a', '2024-03-01 23:00:00 +1400'), ('e', '2024-03-01 12:00:00+00'),
      ('0', '2024-03-01')`,
  );
  const config = { warehouse: database.warehouse, persons: [{ from: 'relation', name: 'people' }] };
  const first = await read(config);
  expect(errorsOf(first)).toEqual([]);
  expect(first.rows.map((row) => row.userId)).toEqual(['0', 'a', 'b', 'c', 'd', 'e', 'f']);
  await database.run(`INSERT INTO people VALUES ('g', '2024-03-01T04:00:00-10:00')`);
  const second = await read(config, lastState(first));
  expect(second.rows.map((row) => row.userId)).toEqual(['g']);
});
