import type { WarehouseConfig } from './config.ts';
import type { Dialect, Warehouse } from './warehouse.ts';

export interface WarehouseAccess {
  /** Whether tables and views will be made. Snowflake asks the login's grants instead. */
  readonly writable: boolean;
}

/** Loads only the driver that the config names: each costs hundreds of milliseconds. */
export async function openWarehouse(
  config: WarehouseConfig,
  { writable }: WarehouseAccess = { writable: false },
): Promise<Warehouse> {
  if (config.type === 'snowflake') {
    const { snowflakeWarehouse } = await import('./snowflake/snowflake.ts');
    return snowflakeWarehouse(config);
  }
  const { duckdbWarehouse } = await import('./duckdb/duckdb.ts');
  return duckdbWarehouse({ ...config, writable });
}

/** A dialect without its driver. */
export async function dialectNamed(name: Dialect['name']): Promise<Dialect> {
  if (name === 'snowflake') return (await import('./snowflake/dialect.ts')).snowflakeDialect;
  return (await import('./duckdb/dialect.ts')).duckdbDialect;
}
