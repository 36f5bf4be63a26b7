import type { Simulator } from '../../../src/simulator/server.ts';
import type { SyncFile } from '../../../src/sync/sync-file.ts';
import type { Chance } from '../chance.ts';

/** What carries the rows of a warehouse to Customer.io, day by day. */
export interface Job {
  readonly warehouse: string;
  readonly folder: string;
  /** The state's file name. */
  readonly state: string;
  /** The source's config, but for its warehouse. */
  readonly source: Readonly<Record<string, unknown>>;
  /** As in the destination's config. */
  readonly removals: unknown;
  readonly simulator: Simulator;
  /** No record may be rejected unless it is said how many may. */
  readonly maxRejects?: string;
}

/** Who joins the two connectors. */
export interface Carrier {
  /** To its end. @throws Error that says why it came to none */
  carry(job: Job): Promise<void>;
  /** Something goes wrong somewhere in the middle. Says what. */
  stumble(job: Job, chance: Chance): Promise<string>;
}

export const fileOf = ({
  warehouse,
  folder,
  state,
  source,
  removals,
  simulator,
  maxRejects = '0',
}: Job): SyncFile => ({
  source: { ...source, warehouse: { type: 'duckdb', path: warehouse } },
  destination: {
    site_id: 'site',
    api_key: 'key',
    endpoint: simulator.url,
    rejects: `${folder}/rejects`,
    max_rejects: maxRejects,
    retry_seconds: 0,
    removals,
  },
  statePath: `${folder}/${state}`,
});

/** Where snapshots lie that the warehouse does not keep. */
export const snapshotsFile = (job: Job): string => `${fileOf(job).statePath}.snapshots.duckdb`;
