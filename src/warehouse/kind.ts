import type { z } from 'zod';
import type { Access, Dialect, Warehouse } from './warehouse.ts';

type Tagged = z.ZodObject<{ readonly type: z.ZodLiteral<string> }>;

/** What a warehouse's folder tells of it, without its driver. */
export interface KindParts<Config extends Tagged, Identity extends Tagged> {
  /** How it is reached: one branch of the source's config. */
  readonly config: Config;
  /** What a state says of the warehouse that it was written for. */
  readonly identity: Identity;
  /** Whether two identities that differ are two warehouses. If not, only the rows tell. */
  readonly hasLastingName: boolean;
  /** Whether its engine can keep tables in a file beside the warehouse. */
  readonly attachesFiles?: boolean;
  /** The schema that models are read from. */
  schemaOf(config: z.output<Config>): string;
  identityOf(config: z.output<Config>): z.output<Identity>;
  /** The warehouse in an error's words. */
  describe(identity: z.output<Identity>): string;
  /**
   * Loads the driver, which costs hundreds of milliseconds. `beside` is a file that keeps snapshots, or has kept them.
   */
  open(config: z.output<Config>, access: Access, beside?: string): Promise<Warehouse>;
  /** The dialect without the driver. */
  dialect(): Promise<Dialect>;
}

/** A kind of warehouse for those who do not know which it is: its own schemas read each config and identity. */
export function warehouseKind<Config extends Tagged, Identity extends Tagged>(
  parts: KindParts<Config, Identity>,
) {
  const { config, identity } = parts;
  return {
    ...parts,
    schemaOf: (given: unknown) => parts.schemaOf(config.parse(given)),
    identityOf: (given: unknown) => parts.identityOf(config.parse(given)),
    describe: (given: unknown) => parts.describe(identity.parse(given)),
    open: (given: unknown, access: Access, beside?: string) =>
      parts.open(config.parse(given), access, beside),
  };
}
