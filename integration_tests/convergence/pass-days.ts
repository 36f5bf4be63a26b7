import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Simulator, startSimulator } from '../../src/simulator/server.ts';
import { type Chance, chanceOf } from './chance.ts';
import { night } from './changes/night.ts';
import { differences, type Policy } from './compare.ts';
import { Ledger } from './ledger.ts';
import { byAirbyte } from './transfer/by-airbyte.ts';
import { bySync } from './transfer/by-sync.ts';
import type { Carrier, Job } from './transfer/job.ts';
import { lag } from './transfer/lag.ts';
import { makeWorld } from './world/make-world.ts';
import type { World } from './world/world.ts';
import { writeWarehouse } from './world/write-warehouse.ts';

/** What became of some days of one seed. */
export interface Outcome {
  /** Empty where nothing differs. */
  readonly differences: readonly string[];
  /** What happened on which day. */
  readonly history: readonly string[];
}

interface Setting {
  readonly policy: Policy;
  readonly removals: Readonly<Record<string, unknown>>;
  readonly store: 'warehouse' | 'file';
  readonly carrier: 'sync' | 'airbyte';
  /** How many models give the people. */
  readonly models: 1 | 2;
}

/** The shipped model in two, by a table of who is given by the first. */
const twoModels = ['IN', 'NOT IN'].map((which) => ({
  from: 'sql',
  sql: `{{ nexus.customer_io_identify(entity_type='person', user_id_column='email', dedupe_column='email', entity_id_column='entity_id',
    filters=["email IS NOT NULL", "lower(trim(email)) ${which} (SELECT email FROM routed_people)"]) }}`,
}));

const personsOf = ({ models }: Setting) => (models === 1 ? {} : { persons: twoModels });

const carriers: Readonly<Record<Setting['carrier'], Carrier>> = { sync: bySync, airbyte: byAirbyte };

function settingOf(chance: Chance): Setting {
  const isStrict = chance.happens(0.6);
  const [persons, objects] = isStrict ? ['remove', 'remove'] : ['ignore', 'ignore'];
  return {
    policy: { keepsPeople: !isStrict, keepsObjects: !isStrict },
    removals: { persons, objects, relationships: 'remove', persons_moved: 'merge' },
    store: chance.happens(0.8) ? 'warehouse' : 'file',
    carrier: chance.happens(0.7) ? 'sync' : 'airbyte',
    models: chance.happens(0.75) ? 1 : 2,
  };
}

export interface Passing {
  readonly seed: number;
  readonly days: number;
  /** By what the source finds changes. */
  readonly way: string;
  /** Who carries each day; by default as the seed has it. */
  readonly carrier?: Carrier;
  /** How many transfers of each day go wrong; by default as the seed has it. */
  readonly stumbles?: number;
}

/** Lets days go by, each with a sync; then compares with a Customer.io that got only the last of them. */
export async function passDays(passing: Passing): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'days-'));
  const simulator = await startCustomerIo();
  const those = new Days(passing, { folder, simulator });
  try {
    return { differences: await those.run(passing.days), history: those.history };
  } catch (error) {
    return { differences: [String(error)], history: those.history };
  } finally {
    await simulator.close();
    await rm(folder, { recursive: true });
  }
}

const startCustomerIo = (): Promise<Simulator> =>
  startSimulator({ siteId: 'site', apiKey: 'key', objectTypes: ['1'] });

interface Place {
  readonly folder: string;
  readonly simulator: Simulator;
}

class Days {
  readonly #chance: Chance;
  readonly #world: World;
  readonly #setting: Setting;
  readonly #job: Job;
  readonly #carrier: Carrier;
  readonly #stumbles: number | undefined;
  readonly #ledger = new Ledger();
  readonly history: string[] = [];

  constructor({ seed, way, carrier, stumbles }: Passing, { folder, simulator }: Place) {
    this.#stumbles = stumbles;
    this.#chance = chanceOf(seed);
    this.#setting = settingOf(this.#chance);
    this.#world = makeWorld(this.#chance, Math.floor(Date.now() / 1000) * 1000);
    const { store, removals } = this.#setting;
    this.#carrier = carrier ?? carriers[this.#setting.carrier];
    const streams = ['persons', 'objects', 'relationships', 'events'].map((stream) => [stream, way]);
    this.#job = {
      warehouse: join(folder, 'warehouse.duckdb'),
      folder,
      state: 'state.json',
      source: {
        ...personsOf(this.#setting),
        changes: { ...Object.fromEntries(streams), store },
      },
      removals,
      simulator,
    };
  }

  async run(days: number): Promise<string[]> {
    this.#tell(0, [JSON.stringify(this.#setting)]);
    for (let day = 0; day < days; day += 1) {
      if (day > 0) this.#tell(day, night(this.#world, this.#chance));
      await this.#sync(day, day === days - 1);
    }
    return await this.#differences();
  }

  #tell(day: number, what: readonly string[]): void {
    this.history.push(...what.map((text) => `day ${day}: ${text}`));
  }

  async #sync(day: number, isLast: boolean): Promise<void> {
    this.#ledger.note(this.#world);
    await writeWarehouse(this.#job.warehouse, this.#world, this.#chance);
    for (let count = 0; this.#stumblesAgain(count); count += 1) {
      this.#tell(day, [`a sync, in which ${await this.#carrier.stumble(this.#job, this.#chance)}`]);
    }
    // Some days no sync comes to its end, and the next one is another day's.
    if (!isLast && this.#chance.happens(0.1)) return;
    await this.#carrier.carry(this.#job);
    if (this.#chance.happens(0.2)) this.#tell(day, await lag(this.#job, this.#chance));
  }

  #stumblesAgain(count: number): boolean {
    return this.#stumbles === undefined ? this.#chance.happens(0.25) : count < this.#stumbles;
  }

  async #differences(): Promise<string[]> {
    const simulator = await startCustomerIo();
    try {
      // What a way of changes of its own sends: all of it.
      await bySync.carry({
        ...this.#job,
        simulator,
        state: 'fresh.json',
        source: { ...personsOf(this.#setting), changes: 'full' },
      });
      const expected = { ...this.#setting.policy, ledger: this.#ledger, lost: this.#world.facts.lost };
      return differences(this.#job.simulator.store, simulator.store, expected);
    } finally {
      await simulator.close();
    }
  }
}
