import { afterAll, beforeAll, expect } from 'vitest';
import { parseSourceConfig } from '../../src/source/config.ts';
import { openWarehouse } from '../../src/warehouse/open.ts';
import type { Warehouse } from '../../src/warehouse/warehouse.ts';
import type { Engine } from '../support/warehouses.ts';
import { casesWith, type Gaps } from './gaps.ts';

/** The JSON text that a value leaves the warehouse as. */
async function jsonOf(warehouse: Warehouse, value: string): Promise<string | null> {
  const [column] = await warehouse.describe(`SELECT ${value} AS "v"`);
  if (column === undefined) throw new Error('no column');
  const { sql } = warehouse.dialect.json.field(column, { row: `'row 1'` });
  const json = warehouse.dialect.json.object([{ name: 'v', sql }]);
  const [row] = await warehouse.rows(`SELECT ${json} AS "j" FROM (SELECT ${value} AS "v")`);
  return row?.j ?? null;
}

/** Values that drivers and formats are known to spoil. */
export function snowflakeValues(start: () => Promise<Engine>, gaps: Gaps = {}): void {
  const it = casesWith(gaps);
  let engine: Engine;
  let warehouse: Warehouse;

  beforeAll(async () => {
    engine = await start();
    const database = await engine.create();
    warehouse = await openWarehouse(parseSourceConfig({ warehouse: database.warehouse }).warehouse);
  });

  afterAll(async () => {
    await warehouse.close();
    await engine.close();
  });

  const cases: readonly (readonly [string, string])[] = [
    ['9007199254740993::NUMBER(38,0)', '9007199254740993'],
    ['99999999999999999999999999999999999999::NUMBER(38,0)', '99999999999999999999999999999999999999'],
    ['1234567890123456789.123456789::NUMBER(38,9)', '1234567890123456789.123456789'],
    ['-0.5::NUMBER(4,1)', '-0.5'],
    ['TRUE', 'true'],
    [`'ü "q" \\\\ ' || CHR(10)`, '"ü \\"q\\" \\\\ \\n"'],
    [`'2024-02-29 13:14:15.123456789'::TIMESTAMP_NTZ(9)`, '"2024-02-29T13:14:15.123456789"'],
    [`'2024-02-29 13:14:10'::TIMESTAMP_NTZ`, '"2024-02-29T13:14:10"'],
    [`'2024-02-29 13:14:15.5+02'::TIMESTAMP_TZ`, '"2024-02-29T11:14:15.5Z"'],
    [`'2024-02-29 13:14:15'::TIMESTAMP_LTZ`, '"2024-02-29T13:14:15Z"'],
    [`'2024-02-29'::DATE`, '"2024-02-29"'],
    [`'13:14:15.5'::TIME`, '"13:14:15.5"'],
    [`'13:10:00'::TIME`, '"13:10:00"'],
    [`HEX_DECODE_BINARY('AA00')`, '"qgA="'],
    [`PARSE_JSON('{"a":1234567890123456789.123456789}')`, '{"a":1234567890123456789.123456789}'],
    [`PARSE_JSON('{"a":' || CHR(10) || '"x\\\\ny"}')`, '{"a":"x\\ny"}'],
    [`PARSE_JSON('["NaN","inf"]')`, '["NaN","inf"]'],
    ['NULL::FLOAT', 'null'],
    ['NULL::TIMESTAMP_NTZ', 'null'],
    ['NULL::VARIANT', 'null'],
  ];
  for (const [value, json] of cases) {
    it(value, async () => {
      expect(await jsonOf(warehouse, value)).toBe(`{"v":${json}}`);
    });
  }

  /** The same double whatever its text, which may be short or have seventeen digits. */
  const doubles: readonly (readonly [string, number])[] = [
    [`'0.1'::FLOAT + '0.2'::FLOAT`, 0.1 + 0.2],
    [`'-1'::FLOAT / '3'::FLOAT`, -1 / 3],
    [`'1.7976931348623157e308'::FLOAT`, Number.MAX_VALUE],
    [`'2.2250738585072014e-308'::FLOAT`, 2.2250738585072014e-308],
    [`'1.0000000000000002'::FLOAT`, 1.0000000000000002],
    [`'1e300'::FLOAT`, 1e300],
    [`'0'::FLOAT`, 0],
  ];
  for (const [value, double] of doubles) {
    it(`${value} to its last bit`, async () => {
      expect(JSON.parse((await jsonOf(warehouse, value)) ?? '')).toEqual({ v: double });
    });
  }

  for (const value of [`'NaN'::FLOAT`, `'inf'::FLOAT`, `'-inf'::FLOAT`, `TO_VARIANT('NaN'::FLOAT)`]) {
    it(`${value} is an error that names column and row`, async () => {
      await expect(jsonOf(warehouse, value)).rejects.toThrow(/^column "v" holds NaN or Infinity.*row 1$/);
    });
  }
}
