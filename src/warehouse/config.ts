import { z } from 'zod';
import { warehouses } from './registry.ts';

const loaded = await Promise.all(
  Object.entries(warehouses).map(async ([name, load]) => [name, (await load()).kind] as const),
);
const kinds = new Map(loaded);

/** The only kind and others: what zod's unions want to be sure of. */
const [[, first] = none(''), ...others] = loaded;
const rest = others.map(([, kind]) => kind);

/** How a warehouse is reached. */
export const warehouseConfig = z.discriminatedUnion('type', [
  first.config,
  ...rest.map(({ config }) => config),
]);

/**
 * Which warehouse a state was written for. Not every one has a name that lasts: a DuckDB file is copied, moved and
 * made anew, and its rows say whether it is the same.
 */
export const warehouseIdentity = z.discriminatedUnion('type', [
  first.identity,
  ...rest.map(({ identity }) => identity),
]);

export type WarehouseConfig = z.infer<typeof warehouseConfig>;
export type WarehouseIdentity = z.infer<typeof warehouseIdentity>;

function none(type: string): never {
  throw new Error(`There is no warehouse type "${type}".`);
}

/** What the registry has under a config's or an identity's `type`. */
export const kindOf = ({ type }: { readonly type: string }) => kinds.get(type) ?? none(type);
