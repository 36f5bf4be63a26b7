import { z } from 'zod';
import { warehouseKind } from '../kind.ts';
import { duckdbConfig } from './config.ts';

export const kind = warehouseKind({
  config: duckdbConfig,
  // The path is for people alone.
  identity: z.object({ type: z.literal('duckdb'), path: z.string() }),
  hasLastingName: false,
  attachesFiles: true,
  schemaOf: ({ schema = 'main' }) => schema,
  identityOf: ({ type, path }) => ({ type, path }),
  describe: ({ path }) => `DuckDB, ${path}`,
  open: async (config, access, beside) =>
    (await import('./duckdb.ts')).duckdbWarehouse(config, access, beside),
  dialect: async () => (await import('./dialect.ts')).duckdbDialect,
});
