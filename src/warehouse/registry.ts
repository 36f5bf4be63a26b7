import type { Warehouse } from './warehouse.ts';

/**
 * Every warehouse that the connector reads: a further one is a folder and a line here. Config, state, `--dialect` and
 * what opens a warehouse follow from it. A folder's `kind.ts` loads neither the driver nor the dialect.
 */
export const warehouses = {
  duckdb: () => import('./duckdb/kind.ts'),
  snowflake: () => import('./snowflake/kind.ts'),
};

/** An engine on a file, which is made where it is not there: for a warehouse whose own can attach none. */
export const openStore = async (path: string): Promise<Warehouse> =>
  (await import('./duckdb/duckdb.ts')).duckdbWarehouse({ type: 'duckdb', path }, 'store');

export type WarehouseName = keyof typeof warehouses;

export const warehouseNames: readonly string[] = Object.keys(warehouses);
