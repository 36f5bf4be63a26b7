import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { parseSourceConfig } from '../../src/source/config.ts';
import { openWarehouse } from '../../src/warehouse/open.ts';
import type { Warehouse } from '../../src/warehouse/warehouse.ts';
import { type SnowflakeServer, startSnowflakeServer } from '../snowflake-server/server.ts';
import { snowflakeConfig } from '../support/warehouses.ts';

/** What is left of a chunk's 403 to the driver, row by row: it asks ten times before it says so. */
const rows = 4321;

let server: SnowflakeServer;
let warehouse: Warehouse;

beforeAll(async () => {
  process.env.NEXUS_SNOWFLAKE_ROW_BY_ROW = '1';
  server = await startSnowflakeServer();
  warehouse = await openWarehouse(parseSourceConfig({ warehouse: snowflakeConfig(server.url) }).warehouse);
});

afterEach(() => server.faults.clear());

afterAll(async () => {
  delete process.env.NEXUS_SNOWFLAKE_ROW_BY_ROW;
  await warehouse.close();
  await server.close();
});

it('goes on after addresses that answer 403, where the driver dies of the rows in its first answer', async () => {
  server.faults.add({ at: 'chunk', kind: 'expire', status: 403 });
  const sql = `SELECT ${warehouse.dialect.json.line('', 'n', '')} AS "line" FROM (SELECT TO_VARCHAR(ROW_NUMBER() OVER (ORDER BY SEQ4()) - 1) AS n FROM TABLE(GENERATOR(ROWCOUNT => ${rows})))`;
  const lines: string[] = [];
  for await (const { bytes } of warehouse.lines(sql)) {
    lines.push(...Buffer.from(bytes).toString().trimEnd().split('\n'));
  }
  expect(lines).toEqual([...Array(rows).keys()].map(String));
  expect(server.faults.left).toBe(0);
});
