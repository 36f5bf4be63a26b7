import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { LineBatch, LineOptions, TextRow, Warehouse } from '../../../warehouse/warehouse.ts';
import { parseSourceConfig } from '../../config.ts';
import { openPlan } from '../../plan/plan.ts';
import { planStream } from '../../plan/plan-streams.ts';
import type { Cursor } from './cursor.ts';
import { readModel } from './read-model.ts';

/** Rows without a timestamp, rows of which 700 share one, and rows of the future; three in a row share one key. */
const people = `SELECT n, 'u' || lpad((n // 3)::VARCHAR, 6, '0') AS "userId",
    CASE WHEN n < 3000 THEN NULL WHEN n < 9000 THEN TIMESTAMP '2024-01-01' + to_seconds(n // 700)
      ELSE TIMESTAMP '2999-01-01' + to_seconds(n // 700) END AS "timestamp"
  FROM range(14000) r(n)`;

const everyNumber = [...Array(14_000).keys()];

let path: string;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'read-model-'));
  path = join(folder, 'w.duckdb');
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  await connection.run(`CREATE TABLE people AS ${people}`);
  connection.closeSync();
  instance.closeSync();
});

afterAll(() => rm(folder, { recursive: true }));

/**
 * A warehouse whose queries of lines stop after so many batches and begin again from the last row, as DuckDB's do
 * where memory runs out; `lasts` are those rows.
 */
function stopping(warehouse: Warehouse, batches: number, lasts: TextRow[]): Warehouse {
  async function* lines(sql: string, options: LineOptions = {}): AsyncGenerator<LineBatch> {
    let given = 0;
    for await (const batch of warehouse.lines(sql, options)) {
      yield batch;
      given += 1;
      if (given < batches) continue;
      lasts.push(batch.last);
      const rest = options.resume?.(batch.last) ?? { sql: '', values: [] };
      yield* warehouse.lines(rest.sql, { values: rest.values });
      return;
    }
  }
  return { ...warehouse, lines };
}

const persons = [{ from: 'relation', name: 'people' }];

interface Reading {
  /** Of a first run there is none. */
  readonly cursor?: Cursor;
  readonly lookback?: string;
}

/** The numbers in their order, read by queries that stop after so many batches, and the rows where they did. */
async function readStopping(batches: number, { cursor, ...rest }: Reading = {}) {
  const config = parseSourceConfig({ warehouse: { type: 'duckdb', path }, persons, ...rest });
  const plan = await openPlan(config);
  const lasts: TextRow[] = [];
  const numbers: number[] = [];
  try {
    const { contract, models } = await planStream(plan, config, 'persons');
    const [model] = models;
    if (model === undefined) throw new Error('no model');
    const known = cursor && { definition: model.compiled.fingerprint, cursor, future: [] };
    const warehouse = stopping(plan.warehouse, batches, lasts);
    const read = { plan: { ...plan, warehouse }, config, contract, model, known, writtenFor: undefined };
    for await (const output of readModel(read)) {
      if (output.type === 'RECORD_LINES') numbers.push(...numbersOf(output.lines));
    }
  } finally {
    await plan.warehouse.close();
  }
  return { numbers, lasts };
}

const numbersOf = (lines: Uint8Array): number[] =>
  Buffer.from(lines)
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).record.data.n);

const sorted = (numbers: readonly number[]): number[] => [...new Set(numbers)].sort((a, b) => a - b);

/** The keys of the numbers that came more than once. */
const repeatedKeys = (numbers: readonly number[]): Set<string> =>
  new Set(numbers.filter((number, index) => numbers.indexOf(number) !== index).map(keyOf));

const keyOf = (number: number): string => `u${String(Math.floor(number / 3)).padStart(6, '0')}`;

// Batches hold 2048 rows: the first ends among rows without a timestamp, the others among rows that share one,
// and each between two rows of one key.
it.each([1, 2, 3])('loses no row where a query stops after batch %i and begins again', async (batches) => {
  const { numbers, lasts } = await readStopping(batches);
  expect(sorted(numbers)).toEqual(everyNumber);
  // The last row comes again with those of its key, and no other.
  expect(lasts.length).toBeGreaterThan(0);
  expect(repeatedKeys(numbers)).toEqual(new Set(lasts.map((last) => last.key)));
});

it('goes on from the last row, not from the start of the look-back', async () => {
  const cursor = { timestamp: '2024-01-01T00:00:09', key: keyOf(6500) };
  const { numbers, lasts } = await readStopping(1, { cursor, lookback: '4s' });
  expect(sorted(numbers)).toEqual(everyNumber.slice(6 * 700));
  expect(repeatedKeys(numbers)).toEqual(new Set(lasts.map((last) => last.key)));
});
