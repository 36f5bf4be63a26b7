import { z } from 'zod';
import { duckdbConfig } from './duckdb/config.ts';
import { snowflakeConfig } from './snowflake/config.ts';

/** How a warehouse is reached. */
export const warehouseConfig = z.discriminatedUnion('type', [duckdbConfig, snowflakeConfig]);

export type WarehouseConfig = z.infer<typeof warehouseConfig>;
