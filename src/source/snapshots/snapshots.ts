import { configError } from '../../errors/connector-error.ts';
import type { StreamName } from '../../streams/contract.ts';
import type { Warehouse } from '../../warehouse/warehouse.ts';
import { newHolder, Registry } from './registry.ts';

/** Where snapshots are kept: in the warehouse, or in a file beside it. */
export type SnapshotStore = 'warehouse' | 'file';

export interface SnapshotPlace {
  readonly warehouse: Warehouse;
  readonly store: SnapshotStore;
  /** The name of the schema that holds the tables. */
  readonly schema: string;
  readonly instead?: string | undefined;
  /** The engine that keeps them, where that is not the warehouse's own. */
  readonly apart?: Warehouse | undefined;
  /** Opens the other store, where a state may say that they were kept before; it makes nothing there. */
  readonly openOther?: () => Promise<Snapshots>;
  /** Whether this is that other store. */
  readonly isFormer?: boolean;
}

/** Persons of a base: SQL of their table, and the generation that says when they last changed. */
export interface FoundPersons {
  readonly base: string;
  readonly table: string;
  readonly generation: number;
}

const minute = 60_000;

/** The snapshots of one session: their place, and what its streams have to know of each other. */
export class Snapshots {
  readonly registry: Registry;
  readonly store: SnapshotStore;
  /** Why they are not in the warehouse, where it was tried. */
  readonly instead: string | undefined;
  readonly apart: Warehouse | undefined;
  readonly holder = newHolder();
  /** The base of streams that have none yet: all streams of one state share it. */
  base: string = newBase();
  /** The persons as this session has found them. `failed` where it could not. */
  persons: FoundPersons | 'failed' | undefined;
  readonly #warehouse: Warehouse;
  readonly #other: { readonly open: SnapshotPlace['openOther']; opened?: Promise<Snapshots> };
  #pulse: NodeJS.Timeout | undefined;

  constructor({ warehouse, store, schema, instead, apart, openOther, isFormer = false }: SnapshotPlace) {
    this.#warehouse = apart ?? warehouse;
    this.apart = apart;
    const isBeside = store === 'file' && apart === undefined;
    this.registry = new Registry(this.#warehouse, { schema, isBeside, isMade: isFormer });
    this.store = store;
    this.instead = instead;
    this.#other = { open: openOther };
  }

  get engine(): Warehouse {
    return this.#warehouse;
  }

  /** The other store: opened once, closed with this one. @throws ConnectorError where it cannot be reached */
  other(): Promise<Snapshots> {
    this.#other.opened ??= this.#other.open?.() ?? Promise.reject(configError('There is no other store.'));
    return this.#other.opened;
  }

  /** Tells others now and then that this session lives, for as long as it does. */
  hold(): void {
    this.#pulse ??= setInterval(
      () => void this.registry.renew(this.holder).catch(() => undefined),
      minute,
    ).unref();
  }

  /** Lets go of what this session holds. */
  async release(): Promise<void> {
    try {
      const other = await this.#other.opened?.catch(() => undefined);
      await other?.release();
      if (this.#pulse === undefined) return;
      clearInterval(this.#pulse);
      this.#pulse = undefined;
      await this.registry.release(this.holder);
    } finally {
      await this.apart?.close();
    }
  }
}

function newBase(): string {
  return crypto.randomUUID().replaceAll('-', '').slice(0, 12);
}

/** The name of the table that a stage of a stream is written to. */
const tableName = (stream: StreamName, base: string, slot: number): string => `${stream}_${base}_${slot}`;

/** Three tables take turns: the base, a stage, and what becomes of both where only a part of a stage was sent. */
export function freeTable(stream: StreamName, base: string, used: readonly (string | undefined)[]): string {
  const names = [0, 1, 2].map((slot) => tableName(stream, base, slot));
  return names.find((name) => !used.includes(name)) ?? tableName(stream, base, 3);
}
