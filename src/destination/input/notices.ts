import { countName } from '../counts.ts';
import type { Removal } from '../mapping/gone/removal.ts';

/** Maps larger than this are not of a catalog's names but of data used as names. */
const mostNames = 1_000;

/** Counts of removed rows. */
export interface Removals {
  /** Those that remove something, or mark it. */
  readonly removed: number;
  /** People who are merged into others. */
  readonly merged: number;
  /** People who would be, if the API could. */
  readonly unmerged: number;
}

const noRemovals: Removals = { removed: 0, merged: 0, unmerged: 0 };

/** What was changed in one stream's records so that they could be sent: how often, by name. */
export interface Alterations {
  /** Attributes that were cut to Customer.io's limit. */
  readonly truncated: ReadonlyMap<string, number>;
  /** Columns whose identifiers had white space around them. */
  readonly trimmed: ReadonlyMap<string, number>;
}

const none: Alterations = { truncated: new Map(), trimmed: new Map() };

/** What was odd about records that were not rejected, counted by name: a person is told at the end. */
export class Notices {
  readonly #unknownStreams = new Map<string, number>();
  readonly #streams = new Map<string, { truncated: Map<string, number>; trimmed: Map<string, number> }>();

  readonly #removals = new Map<string, Removals>();

  /** A record's stream is not in the catalog: it is passed over. */
  passOver(stream: string): void {
    countName(this.#unknownStreams, stream, mostNames);
  }

  /** A record's attributes were cut to Customer.io's limit, or its identifiers had white space around them. */
  alter(stream: string, truncated: readonly string[], trimmed: readonly string[] = []): void {
    if (truncated.length === 0 && trimmed.length === 0) return;
    const counts = this.#streams.get(stream) ?? { truncated: new Map(), trimmed: new Map() };
    this.#streams.set(stream, counts);
    for (const name of truncated) countName(counts.truncated, name, mostNames);
    for (const name of trimmed) countName(counts.trimmed, name, mostNames);
  }

  /** A removed row. */
  remove(stream: string, removal: Removal | undefined): void {
    if (removal === undefined) return;
    const { removed, merged, unmerged } = this.removalsOf(stream);
    const { fate } = removal;
    this.#removals.set(stream, {
      removed: removed + Number(fate === 'remove' || fate === 'mark'),
      merged: merged + Number(fate === 'merge'),
      unmerged: unmerged + Number(removal.unmerged === true),
    });
  }

  removalsOf(stream: string): Removals {
    return this.#removals.get(stream) ?? noRemovals;
  }

  /** Records that were passed over, by stream. */
  get unknownStreams(): ReadonlyMap<string, number> {
    return this.#unknownStreams;
  }

  of(stream: string): Alterations {
    return this.#streams.get(stream) ?? none;
  }
}
