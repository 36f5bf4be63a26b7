import type { RowStatement } from 'snowflake-sdk';
import type { LineBatch, TextRow } from '../../warehouse.ts';
import { type Cells, ChunkText } from '../session/driver-patch.ts';
import { asText, columnsOf, resultOf } from '../session/statement.ts';
import { type ScannedChunk, scanChunk } from './chunk-bytes.ts';

/** Lines per batch: the unit in which bytes move on and states can be placed. */
const linesPerBatch = 2000;

export const textRow = (names: readonly string[], cells: Cells): TextRow =>
  Object.fromEntries(names.map((name, index) => [name, asText(cells[index])]));

function batchOfRows(rows: readonly Cells[], names: readonly string[]): LineBatch {
  const others = (cells: Cells | undefined): TextRow => textRow(names, cells?.slice(1) ?? []);
  return {
    bytes: Buffer.from(rows.map((cells) => cells[0] ?? '').join('')),
    count: rows.length,
    first: others(rows[0]),
    last: others(rows.at(-1)),
  };
}

function batchOfBytes(chunk: ScannedChunk, names: readonly string[], start: number, end: number): LineBatch {
  const others = (row: number): TextRow => {
    const cells = chunk.others(row);
    return textRow(names, Array.isArray(cells) ? cells : []);
  };
  return {
    bytes: chunk.bytes.subarray(chunk.ends[start - 1] ?? 0, chunk.ends[end - 1]),
    count: end - start,
    first: others(start),
    last: others(end - 1),
  };
}

function* ranges(count: number): Generator<readonly [number, number]> {
  for (let start = 0; start < count; start += linesPerBatch) {
    yield [start, Math.min(start + linesPerBatch, count)];
  }
}

function* batchesOfChunk(chunk: ChunkText, names: readonly string[]): Generator<LineBatch> {
  const scanned = scanChunk(chunk.bytes);
  if (scanned !== undefined) {
    for (const [start, end] of ranges(scanned.ends.length)) yield batchOfBytes(scanned, names, start, end);
    return;
  }
  const rows = chunk.rows();
  for (const [start, end] of ranges(rows.length)) yield batchOfRows(rows.slice(start, end), names);
}

/** The finished lines of a result from the row `start` on, in batches. */
export async function* lineBatches(statement: RowStatement, start = 0): AsyncGenerator<LineBatch> {
  const names = columnsOf(statement)
    .slice(1)
    .map((column) => column.name);
  for await (const part of resultOf(statement, start)) {
    if (part instanceof ChunkText) yield* batchesOfChunk(part, names);
    else yield batchOfRows(part, names);
  }
}
