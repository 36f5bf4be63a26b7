import { createRequire } from 'node:module';
import { gunzip } from 'node:zlib';
import type { RowStatement } from 'snowflake-sdk';

/**
 * The fast way to rows of text: the driver still logs in, downloads, retries and fetches ahead, but a chunk
 * is handed over whole instead of as one object, one promise and one stream event for each row. It replaces
 * two private methods of the driver, so it is tried on a chunk of our own first, and left alone where
 * anything looks different; rows then come one by one.
 */

/** A row's values as the driver gives them; those of text columns are text or null. */
export type Cells = readonly unknown[];

export type TextCells = readonly (string | null)[];

/** The rows of one chunk as they came: a JSON array without its brackets, in UTF-8. */
export class ChunkText {
  readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  /** What the driver's stream asks of a row. */
  getColumnValue(column: number): unknown {
    return column === 0 ? this : undefined;
  }

  rows(): readonly TextCells[] {
    return JSON.parse(`[${this.bytes.toString()}]`);
  }

  /** The rows from one on, for a stream that goes on in the middle of a chunk. */
  from(row: number): ChunkText {
    return row === 0 ? this : chunkOf(this.rows().slice(row));
  }
}

const chunkOf = (rows: readonly unknown[]): ChunkText =>
  new ChunkText(Buffer.from(JSON.stringify(rows).slice(1, -1)));

/** The private parts that are read or replaced. */
interface Chunk {
  _statement?: unknown;
  _rowsetAsString?: string | undefined;
  _rowset?: unknown;
  _rows?: unknown;
  /** -1 where the server did not say. */
  _uncompressedSize?: number;
  _services?: { readonly largeResultSet?: Downloads };
  getRows(): unknown;
  load(callback?: unknown): void;
}

interface DownloadOptions {
  readonly url?: unknown;
  readonly maxNumRetries?: number;
  readonly callback?: (error: unknown, body: unknown) => void;
}

interface Downloads {
  getObject(options: DownloadOptions): void;
}

type ChunkClass = { new (options: Readonly<Record<string, unknown>>): Chunk; readonly prototype: Chunk };

const chunkModule = 'snowflake-sdk/dist/lib/connection/result/chunk.js';
const requestModule = 'snowflake-sdk/dist/lib/http/axios_instance.js';

const wanted = new WeakSet<object>();

const isWanted = (statement: unknown): boolean =>
  typeof statement === 'object' && statement !== null && wanted.has(statement);

function keep(chunk: Chunk, whole: ChunkText): unknown {
  chunk._rowsetAsString = undefined;
  chunk._rowset = undefined;
  // The driver's stream cuts away the rows before its start, and counts them one by one.
  chunk._rows = Object.assign([whole], { slice: (start: number) => [whole.from(start)] });
  return chunk._rows;
}

function wholeChunk(chunk: Chunk): unknown {
  const text = chunk._rowsetAsString;
  // What came in the answer itself is parsed already, and little.
  const rows = Array.isArray(chunk._rowset) ? chunk._rowset : [];
  return keep(chunk, text === undefined ? chunkOf(rows) : new ChunkText(Buffer.from(text)));
}

/**
 * An address that has run out answers 403 for ever, and the driver asks ten times over two minutes before it
 * says so. After so many more tries the result's addresses are renewed instead (resumed-result.ts).
 */
const tries = 2;

/** Addresses whose body is taken as it came: the driver would undo the gzip in small pieces and make text of it. */
const rawAddresses = new Set<unknown>();

const outputSize = ({ _uncompressedSize = -1 }: Chunk): number =>
  Math.min(Math.max(_uncompressedSize + 64, 1 << 16), 1 << 26);

/** Undoes the gzip at once, on a thread of its own, into one piece of the size that the server gave. */
function unpack(chunk: Chunk, body: Buffer, done: (error: unknown) => void): void {
  if (body[0] !== 0x1f || body[1] !== 0x8b) {
    keep(chunk, new ChunkText(body));
    done(null);
    return;
  }
  gunzip(body, { chunkSize: outputSize(chunk) }, (error, bytes) => {
    if (error === null) keep(chunk, new ChunkText(bytes));
    done(error);
  });
}

const downloadsOf = (chunk: Chunk, downloads: Downloads): Downloads => ({
  getObject(options) {
    rawAddresses.add(options.url);
    const callback = (error: unknown, body: unknown): void => {
      rawAddresses.delete(options.url);
      if (Buffer.isBuffer(body)) unpack(chunk, body, (broken) => options.callback?.(broken, ''));
      else options.callback?.(error, body);
    };
    downloads.getObject({ ...options, maxNumRetries: tries, callback });
  },
});

interface Requests {
  readonly interceptors: {
    readonly request: { use(intercept: (config: Record<string, unknown>) => Record<string, unknown>): void };
  };
}

function takeBodiesRaw(requests: Requests): void {
  requests.interceptors.request.use((config) =>
    rawAddresses.has(config.url) ? { ...config, responseType: 'arraybuffer', decompress: false } : config,
  );
}

/** Where another driver sends its requests otherwise, bodies come as text, which is as right. */
function tryToTakeBodiesRaw(require: NodeJS.Require): void {
  try {
    takeBodiesRaw(require(requestModule).default);
  } catch {
    // Its requests are made elsewhere.
  }
}

function replaceMethods(prototype: Chunk): () => void {
  const { getRows, load } = prototype;
  prototype.getRows = function (this: Chunk) {
    if (!isWanted(this._statement)) return getRows.call(this);
    return Array.isArray(this._rows) ? this._rows : wholeChunk(this);
  };
  prototype.load = function (this: Chunk, callback?: unknown) {
    const downloads = this._services?.largeResultSet;
    if (downloads !== undefined && isWanted(this._statement)) {
      this._services = { largeResultSet: downloadsOf(this, downloads) };
    }
    load.call(this, callback);
  };
  return () => {
    Object.assign(prototype, { getRows, load });
  };
}

const sample = [
  ['{"a":"\\"\n', null],
  ['ü😀', ''],
];

/** A chunk as the driver makes it, loaded as the driver loads it. */
function sampleChunk(ChunkOf: ChunkClass, statement: object): Chunk {
  const text = JSON.stringify(sample).slice(1, -1);
  const getObject = (options: DownloadOptions): void => {
    const patience = isWanted(statement) ? tries : undefined;
    if (options.url === 'x' && options.maxNumRetries === patience) options.callback?.(undefined, text);
  };
  const chunk = new ChunkOf({
    statement,
    services: { largeResultSet: { getObject } },
    startIndex: 0,
    columns: [],
    mapColumnNameToIndices: {},
    statementParameters: {},
    resultVersion: '1',
    rowCount: sample.length,
    url: 'x',
  });
  chunk.load();
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
    const require = createRequire(import.meta.url);
    const ChunkOf: ChunkClass = require(chunkModule);
    const undo = replaceMethods(ChunkOf.prototype);
    if (worksOn(ChunkOf)) {
      tryToTakeBodiesRaw(require);
      return true;
    }
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

/** Whether results of text come in whole chunks; the variable is the way back for a person whose reads fail in here. */
export const wholeChunksUsed = (): boolean =>
  process.env.NEXUS_SNOWFLAKE_ROW_BY_ROW !== '1' && wholeChunksWork();

/** Asks for whole chunks of a result; where a column is not text, or the driver another, rows come one by one. */
export function wantWholeChunks(statement: RowStatement): void {
  const allText = (statement.getColumns() ?? []).every((column) => column.isString());
  if (allText && wholeChunksUsed()) wanted.add(statement);
}
