import { createRequire } from 'node:module';
import type { RowStatement } from 'snowflake-sdk';

/**
 * The fast way to rows of text: the driver still logs in, downloads, retries and fetches ahead, but a chunk
 * is handed over whole instead of as one object, one promise and one stream event for each row. It replaces
 * one private method of the driver, so it is tried on a chunk of our own first, and left alone where
 * anything looks different; rows then come one by one.
 */

export type TextCells = readonly (string | null)[];

/** The rows of one chunk as they came: a JSON array without its brackets. */
export class ChunkText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** What the driver's stream asks of a row. */
  getColumnValue(column: number): unknown {
    return column === 0 ? this : undefined;
  }

  rows(): readonly TextCells[] {
    return JSON.parse(`[${this.text}]`);
  }
}

/** The private parts that are read or replaced. */
interface Chunk {
  _statement?: unknown;
  _rowsetAsString?: string | undefined;
  _rowset?: unknown;
  _rows?: unknown;
  getRows(): unknown;
}

type ChunkClass = { new (options: Readonly<Record<string, unknown>>): Chunk; readonly prototype: Chunk };

const chunkModule = 'snowflake-sdk/dist/lib/connection/result/chunk.js';

const wanted = new WeakSet<object>();

const isWanted = (statement: unknown): boolean =>
  typeof statement === 'object' && statement !== null && wanted.has(statement);

function wholeChunk(chunk: Chunk): readonly ChunkText[] {
  // What came in the answer itself is parsed already, and little.
  const text = chunk._rowsetAsString ?? JSON.stringify(chunk._rowset ?? []).slice(1, -1);
  chunk._rowsetAsString = undefined;
  chunk._rowset = undefined;
  const whole = [new ChunkText(text)];
  chunk._rows = whole;
  return whole;
}

function replaceGetRows(prototype: Chunk): () => void {
  const original = prototype.getRows;
  prototype.getRows = function (this: Chunk) {
    if (!isWanted(this._statement)) return original.call(this);
    return Array.isArray(this._rows) ? this._rows : wholeChunk(this);
  };
  return () => {
    prototype.getRows = original;
  };
}

const sample = [
  ['{"a":"\\"\n', null],
  ['ü😀', ''],
];

/** A chunk as the driver makes it, filled as the driver fills it. */
function sampleChunk(ChunkOf: ChunkClass, statement: object): Chunk {
  const chunk = new ChunkOf({
    statement,
    services: {},
    startIndex: 0,
    columns: [],
    mapColumnNameToIndices: {},
    statementParameters: {},
    resultVersion: '1',
    rowCount: sample.length,
    url: 'x',
  });
  chunk._rowsetAsString = JSON.stringify(sample).slice(1, -1);
  return chunk;
}

function rowsOf(value: unknown): unknown {
  return Array.isArray(value)
    ? value.map((row) => (row instanceof ChunkText ? row.rows() : row?.values))
    : undefined;
}

/** Whether the replacement gives exactly what the original would, and other statements still get theirs. */
function worksOn(ChunkOf: ChunkClass): boolean {
  const statement = {};
  wanted.add(statement);
  const whole = rowsOf(sampleChunk(ChunkOf, statement).getRows());
  const single = rowsOf(sampleChunk(ChunkOf, {}).getRows());
  const expected = JSON.stringify(sample);
  return JSON.stringify(whole) === JSON.stringify([sample]) && JSON.stringify(single) === expected;
}

function install(): boolean {
  try {
    const ChunkOf: ChunkClass = createRequire(import.meta.url)(chunkModule);
    const undo = replaceGetRows(ChunkOf.prototype);
    if (worksOn(ChunkOf)) return true;
    undo();
  } catch {
    // Another version of the driver: rows come one by one, which is slower and right.
  }
  return false;
}

let installed: boolean | undefined;

/** Whether the driver is one that can hand over whole chunks. */
export function wholeChunksWork(): boolean {
  installed ??= install();
  return installed;
}

/** Asks for whole chunks of a result; where a column is not text, or the driver another, rows come one by one. */
export function wantWholeChunks(statement: RowStatement): void {
  // The way back for a person whose reads fail in here.
  if (process.env.NEXUS_SNOWFLAKE_ROW_BY_ROW === '1') return;
  const allText = (statement.getColumns() ?? []).every((column) => column.isString());
  if (allText && wholeChunksWork()) wanted.add(statement);
}
