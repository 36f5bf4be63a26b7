import { z } from 'zod';
import type { WarehouseConfig } from './config.ts';
import { writtenName } from './snowflake/quote.ts';
import { accountKey } from './snowflake/session/address.ts';

const duckdb = z.object({ type: z.literal('duckdb'), path: z.string() });
const snowflake = z.object({
  type: z.literal('snowflake'),
  account: z.string(),
  database: z.string(),
  schema: z.string(),
});

/**
 * Which warehouse a state was written for. Snowflake's names say it. A DuckDB file has no name of its own: it is copied,
 * moved and made anew, so its path is for people alone, and its rows say whether it is the same.
 */
export const warehouseIdentity = z.discriminatedUnion('type', [duckdb, snowflake]);

export type WarehouseIdentity = z.infer<typeof warehouseIdentity>;

export function identityOf(config: WarehouseConfig): WarehouseIdentity {
  if (config.type === 'duckdb') return { type: 'duckdb', path: config.path };
  return {
    type: 'snowflake',
    account: accountKey(config),
    database: writtenName(config.database),
    schema: writtenName(config.schema),
  };
}

/** Whether two may be the same by what their configs say. */
export function mayBeSame(a: WarehouseIdentity, b: WarehouseIdentity): boolean {
  if (a.type === 'snowflake' && b.type === 'snowflake') {
    return a.account === b.account && a.database === b.database && a.schema === b.schema;
  }
  return a.type === b.type;
}

export function describeWarehouse(identity: WarehouseIdentity): string {
  if (identity.type === 'duckdb') return `DuckDB, ${identity.path}`;
  return `Snowflake, account ${identity.account}, ${identity.database}.${identity.schema}`;
}
