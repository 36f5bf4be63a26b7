import { hasLastingName } from '../../../warehouse/identity.ts';
import type { TextRow } from '../../../warehouse/warehouse.ts';
import { type Anchor, withAnchor } from './anchors.ts';
import type { Cursor } from './cursor.ts';
import { definitionOf } from './definition.ts';
import type { ModelCheckpoint, ModelRead } from './model-read.ts';

export const cursorOf = (row: TextRow): Cursor => ({
  timestamp: row.ts?.replace(' ', 'T') ?? null,
  key: row.key ?? '',
});

/** The later of two. Warehouses compare texts by their UTF-8. */
function laterOf(known: Cursor | undefined, at: Cursor): Cursor {
  if (known === undefined || known.timestamp === null) return at;
  if (at.timestamp === null || at.timestamp < known.timestamp) return known;
  return at.timestamp === known.timestamp && Buffer.compare(Buffer.from(at.key), Buffer.from(known.key)) < 0
    ? known
    : at;
}

/** How far the read of a model has come. */
export class Position {
  readonly #read: ModelRead;
  #cursor: Cursor | undefined;
  #anchors: readonly Anchor[];

  constructor(read: ModelRead, anchors: readonly Anchor[]) {
    this.#read = read;
    this.#cursor = read.known?.cursor;
    this.#anchors = anchors;
  }

  /** A row that was read. One that a look-back reads again is none of the newest, by which a warehouse is known. */
  passed(row: Cursor): void {
    const { plan, known } = this.#read;
    const isAgain = known?.cursor !== undefined && laterOf(known.cursor, row) === known.cursor;
    if (!hasLastingName(plan.identity) && !isAgain) this.#anchors = withAnchor(this.#anchors, row);
  }

  /** Goes on to a row. A look-back reads behind the cursor, which does not go back with it. */
  reach(at: Cursor): void {
    this.#cursor = laterOf(this.#cursor, at);
  }

  /** `future` are the hashes of the rows ahead of the read's start that are sent at this place. */
  checkpoint(future: readonly string[]): ModelCheckpoint {
    const state = { ...definitionOf(this.#read), cursor: this.#cursor, anchors: this.#anchors, future };
    return { type: 'MODEL_CHECKPOINT', state };
  }
}
