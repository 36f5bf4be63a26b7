import { gunzipSync, gzipSync } from 'node:zlib';
import type { Answer } from './query.ts';
import type { Cell, RowType } from './result.ts';

type Rows = readonly (readonly Cell[])[];

/** The rows of a JSON array without its outer brackets, compressed. */
export interface Chunk {
  readonly body: Buffer;
  readonly rowCount: number;
  /** Bytes before compression. */
  readonly size: number;
}

export interface StoredResult {
  readonly types: readonly RowType[];
  readonly inline: Rows;
  readonly chunks: readonly Chunk[];
  /** As announced: a fault may make it more than there are. */
  readonly total: number;
}

export interface ChunkSizes {
  /** Rows in the answer itself. */
  readonly inline: number;
  readonly chunk: number;
}

function chunkOf(rows: readonly unknown[]): Chunk {
  const text = JSON.stringify(rows).slice(1, -1);
  return { body: gzipSync(text, { level: 1 }), rowCount: rows.length, size: Buffer.byteLength(text) };
}

export function withoutLastRow({ body }: Chunk): Chunk {
  const rows: readonly unknown[] = JSON.parse(`[${gunzipSync(body)}]`);
  return chunkOf(rows.slice(0, -1));
}

/** The rows in groups of the sizes given: the first is the answer's own. */
async function* regrouped(rows: Answer['rows'], { inline, chunk }: ChunkSizes): AsyncGenerator<Rows> {
  let group: (readonly Cell[])[] = [];
  let size = inline;
  for await (const some of rows) {
    for (const row of some) {
      if (group.length === size) {
        yield group;
        group = [];
        size = chunk;
      }
      group.push(row);
    }
  }
  yield group;
}

export async function storedResult(
  { types, rows }: Answer,
  sizes: ChunkSizes,
  missing = 0,
): Promise<StoredResult> {
  const groups = regrouped(rows, sizes);
  const inline = (await groups.next()).value ?? [];
  const chunks: Chunk[] = [];
  for await (const group of groups) chunks.push(chunkOf(group));
  const count = chunks.reduce((sum, { rowCount }) => sum + rowCount, inline.length);
  return { types, inline, chunks, total: count + missing };
}

/** What a query's answer says beside its rows. */
export interface Place {
  readonly id: string;
  readonly origin: string;
  /** Which giving out of the chunks' addresses this is: older ones may have run out. */
  readonly round: number;
}

/** The `data` of a query's answer. */
export function resultData(result: StoredResult, { id, origin, round }: Place): Record<string, unknown> {
  const chunks = result.chunks.map(({ rowCount, body, size }, index) => ({
    url: `${origin}/chunks/${id}/${index}/${round}`,
    rowCount,
    compressedSize: body.length,
    uncompressedSize: size,
  }));
  return {
    parameters: [{ name: 'TIMEZONE', value: 'UTC' }],
    rowtype: result.types,
    rowset: result.inline,
    total: result.total,
    returned: result.total,
    queryId: id,
    statementTypeId: 4096,
    queryResultFormat: 'json',
    version: 1,
    ...(chunks.length === 0 ? {} : { chunks, chunkHeaders: { 'x-test-key': id } }),
  };
}
