import { isDeepStrictEqual } from 'node:util';
import { kindOf, type WarehouseConfig, type WarehouseIdentity } from './config.ts';

export type { WarehouseIdentity } from './config.ts';

export const identityOf = (config: WarehouseConfig): WarehouseIdentity => kindOf(config).identityOf(config);

/** Whether an identity is enough to tell a warehouse from another. If not, its rows must. */
export const hasLastingName = (identity: WarehouseIdentity): boolean => kindOf(identity).hasLastingName;

/** Whether two may be the same by what their configs say. */
export const mayBeSame = (a: WarehouseIdentity, b: WarehouseIdentity): boolean =>
  a.type === b.type && (!hasLastingName(a) || isDeepStrictEqual(a, b));

export const describeWarehouse = (identity: WarehouseIdentity): string => kindOf(identity).describe(identity);
