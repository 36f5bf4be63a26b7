import { gzipSync } from 'node:zlib';
import type { Answer } from './query.ts';
import type { Cell, RowType } from './result.ts';

type Rows = readonly (readonly Cell[])[];

export interface StoredResult {
  readonly id: string;
  readonly types: readonly RowType[];
  readonly inline: Rows;
  readonly chunks: readonly { readonly body: Buffer; readonly rowCount: number; readonly size: number }[];
  /** As announced: a fault may make it more than there are. */
  readonly total: number;
}

export interface ChunkSizes {
  /** Rows in the answer itself. */
  readonly inline: number;
  readonly chunk: number;
}

/** A chunk is the rows of a JSON array without its outer brackets, compressed. */
function chunkOf(rows: Rows): StoredResult['chunks'][number] {
  const text = JSON.stringify(rows).slice(1, -1);
  return { body: gzipSync(text, { level: 1 }), rowCount: rows.length, size: Buffer.byteLength(text) };
}

export function storedResult(
  id: string,
  { types, rows }: Answer,
  sizes: ChunkSizes,
  missing = 0,
): StoredResult {
  const chunks = [];
  for (let start = sizes.inline; start < rows.length; start += sizes.chunk) {
    chunks.push(chunkOf(rows.slice(start, start + sizes.chunk)));
  }
  return { id, types, inline: rows.slice(0, sizes.inline), chunks, total: rows.length + missing };
}

/** The `data` of a query's answer. */
export function resultData(result: StoredResult, origin: string): Record<string, unknown> {
  const chunks = result.chunks.map(({ rowCount, body, size }, index) => ({
    url: `${origin}/chunks/${result.id}/${index}`,
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
    queryId: result.id,
    statementTypeId: 4096,
    queryResultFormat: 'json',
    version: 1,
    ...(chunks.length === 0 ? {} : { chunks, chunkHeaders: { 'x-test-key': result.id } }),
  };
}
