import { kindOf, type WarehouseConfig } from './config.ts';
import type { Access, Dialect, Warehouse } from './warehouse.ts';

/** Loads only the driver that the config names. */
export const openWarehouse = (
  config: WarehouseConfig,
  access: Access = 'read',
  beside?: string,
): Promise<Warehouse> => kindOf(config).open(config, access, beside);

/** Whether the warehouse's engine can keep tables in a file beside it. */
export const attachesFiles = (config: WarehouseConfig): boolean => kindOf(config).attachesFiles === true;

/** A dialect without its driver. */
export const dialectOf = (warehouse: { readonly type: string }): Promise<Dialect> =>
  kindOf(warehouse).dialect();

/** The schema that models are read from. */
export const schemaOf = (config: WarehouseConfig): string => kindOf(config).schemaOf(config);
