import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseSourceConfig } from '../../src/source/config.ts';
import { openWarehouse } from '../../src/warehouse/open.ts';
import type { Warehouse } from '../../src/warehouse/warehouse.ts';
import { casesWith, type Gaps } from '../cases/gaps.ts';
import { duckdbEngine, type Engine, snowflakeEngine } from '../support/warehouses.ts';
import { recordedAnswers, refused } from './recorded-answers.ts';

/** DuckDB's macros and our Snowflake server against what an account answered. */

const own = "DuckDB's own function, which models for DuckDB rely on";

const gaps: Readonly<Record<string, Gaps>> = {
  duckdb: {
    'GREATEST(100, NULL, 200)': own,
    'LEAST(100, NULL, 200)': own,
    "CONCAT_WS(',', 'a', NULL)": own,
    "REGEXP_REPLACE('acacac', 'a', 'X')": own,
  },
  snowflake: {
    'TO_TIMESTAMP_NTZ(31536000000)': 'its timestamps count nanoseconds and end in 2262',
  },
};

const engines: Readonly<Record<string, () => Promise<Engine>>> = {
  duckdb: duckdbEngine,
  snowflake: snowflakeEngine,
};

describe.each(Object.keys(engines))('%s answers as the account did', (name) => {
  const answers = casesWith(gaps[name] ?? {});
  let engine: Engine | undefined;
  let warehouse: Warehouse;

  beforeAll(async () => {
    engine = await engines[name]?.();
    const database = await engine?.create();
    warehouse = await openWarehouse(parseSourceConfig({ warehouse: database?.warehouse }).warehouse);
  });

  afterAll(async () => {
    await warehouse.close();
    await engine?.close();
  });

  for (const { sql, answer, source } of recordedAnswers) {
    answers(sql, async () => {
      const rows = warehouse.rows(`SELECT CAST(${sql} AS VARCHAR) AS "v" FROM (SELECT 1 AS "one") AS "o"`);
      if (answer === refused) await expect(rows, source).rejects.toThrow();
      else {
        const value = (await rows)[0]?.v ?? null;
        expect(value === answer ? value : plain(value), source).toBe(answer);
      }
    });
  }
});

/** A fraction of zeros is none, and a division may have decimals. */
function plain(value: string | null): string | null {
  if (value === null || !/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+$|^-?\d+\.0+$/.test(value)) return value;
  return value.replace(/\.?0+$/, '');
}

describe.each(Object.keys(engines))('%s: a timestamp that is a whole number', (name) => {
  it('is scaled by its size', async () => {
    const engine = await engines[name]?.();
    const database = await engine?.create();
    const warehouse = await openWarehouse(parseSourceConfig({ warehouse: database?.warehouse }).warehouse);
    const type = (await warehouse.describe('SELECT CAST(1 AS BIGINT) AS "n"'))[0]?.type ?? '';
    for (const digits of ['1700000000', '1700000000123', '1700000000123456', '1700000000123456789']) {
      const sql = warehouse.dialect.time.utc(`CAST(${digits} AS BIGINT)`, type);
      const [row] = await warehouse.rows(`SELECT CAST(${sql} AS VARCHAR) AS "v"`);
      expect(row?.v).toMatch(/^2023-11-14 22:13:20/);
    }
    await warehouse.close();
    await engine?.close();
  });
});
