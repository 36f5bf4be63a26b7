import { z } from 'zod';
import { warehouseKind } from '../kind.ts';
import { snowflakeConfig } from './config.ts';
import { writtenName } from './quote.ts';
import { accountKey } from './session/address.ts';

export const kind = warehouseKind({
  config: snowflakeConfig,
  identity: z.object({
    type: z.literal('snowflake'),
    account: z.string(),
    database: z.string(),
    schema: z.string(),
  }),
  hasLastingName: true,
  schemaOf: ({ schema }) => schema,
  identityOf: (config) => ({
    type: config.type,
    account: accountKey(config),
    database: writtenName(config.database),
    schema: writtenName(config.schema),
  }),
  describe: ({ account, database, schema }) => `Snowflake, account ${account}, ${database}.${schema}`,
  // What the login may do is the account's to say.
  open: async (config) => (await import('./snowflake.ts')).snowflakeWarehouse(config),
  dialect: async () => (await import('./dialect.ts')).snowflakeDialect,
});
