/**
 * Serves the demo's warehouse as a Snowflake account would: prints a source configuration that reaches it, then
 * answers until it is ended.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateWarehouse } from '../../src/demo/generate-warehouse.ts';
import { startSnowflakeServer } from '../snowflake-server/server.ts';
import { copiedTables } from '../support/copied-tables.ts';
import { snowflakeConfig } from '../support/warehouses.ts';

const folder = await mkdtemp(join(tmpdir(), 'serve-snowflake-'));
const path = join(folder, 'demo.duckdb');
await generateWarehouse(path, { scale: 0.02, now: new Date('2025-01-01') });
const server = await startSnowflakeServer();
await server.run(...(await copiedTables(path)));
await rm(folder, { recursive: true });
process.stdout.write(`${JSON.stringify({ warehouse: snowflakeConfig(server.url) })}\n`);
