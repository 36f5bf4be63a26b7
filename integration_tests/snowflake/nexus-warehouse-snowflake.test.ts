import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { streamNames } from '../../src/streams/contract.ts';
import { copiedTables } from '../support/copied-tables.ts';
import { errorsOf, read } from '../support/reading.ts';
import { duckdbEngine, type Engine, snowflakeEngine } from '../support/warehouses.ts';

/**
 * The warehouse that the dbt package built, through Snowflake's dialect and driver: each record equals DuckDB's.
 * Of the parameter sets, package-identify.test.ts compares DuckDB's rows with the package's.
 */

const pathOf = (path: string): string => fileURLToPath(new URL(`../fixtures/${path}`, import.meta.url));
interface ParameterSet {
  readonly name: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

const sets: readonly ParameterSet[] = JSON.parse(
  readFileSync(pathOf('package-identify/parameters.json'), 'utf8'),
);

// Those in which names matter: the dialects differ in them, and each set costs a connection.
const names =
  `quick start|anonymous or user|dedupe renamed|dedupe by output user|group accounts|ignore upper|rename upper
  |user upper|user expression|rename swap|rename created at swap|rename to email as user|rename reserved words
  |rename dots and marks|rename swap then dedupe mobile|filter subquery exists|filter on swapped|filter on output name
  |filter comment at end|dedupe timestamp`.split(/\s*\|/);
const chosen = sets.filter(({ name }) => names.includes(name));

const engines: Record<string, Engine> = {};
const warehouses: Record<string, unknown> = {};

beforeAll(async () => {
  const duckdb = await duckdbEngine();
  const source = await duckdb.create();
  const tables = `nexus_entities nexus_events nexus_entity_participants nexus_relationships
    high_level_customer_journey`.split(/\s+/);
  const copy = (name: string) =>
    `CREATE TABLE ${name} AS FROM '${pathOf(`nexus-warehouse/${name}.parquet`)}'`;
  await source.run(...tables.map(copy));
  const snowflake = await snowflakeEngine();
  const target = await snowflake.create();
  await target.run(...(await copiedTables(String(source.warehouse.path))));
  Object.assign(engines, { duckdb, snowflake });
  Object.assign(warehouses, { duckdb: source.warehouse, snowflake: target.warehouse });
});

afterAll(async () => {
  for (const engine of Object.values(engines)) await engine.close();
});

async function recordsOf(engine: string, stream: string, definitions = {}): Promise<string[]> {
  const result = await read(
    { warehouse: warehouses[engine], changes: 'cursor', ...definitions },
    [],
    [stream],
  );
  expect(errorsOf(result)).toEqual([]);
  return result.rows.map((row) => JSON.stringify(row)).sort();
}

test.each(chosen)('identify, $name', async ({ parameters }) => {
  const persons = [{ from: 'identify', ...parameters }];
  const expected = await recordsOf('duckdb', 'persons', { persons });
  expect(await recordsOf('snowflake', 'persons', { persons })).toEqual(expected);
});

test.each(streamNames)('the shipped model of %s, with all that is planted in the tables', async (stream) => {
  expect(await recordsOf('snowflake', stream)).toEqual(await recordsOf('duckdb', stream));
});

test('every name is that of a set', () => {
  expect(chosen).toHaveLength(names.length);
});
