import type { RowStatement } from 'snowflake-sdk';
import type { LineBatch, TextRow } from '../warehouse.ts';
import { type ScannedChunk, scanChunk } from './chunk-bytes.ts';
import { columnsOf, requireAll, resultOf } from './statement.ts';
import { ChunkText, type TextCells } from './whole-chunks.ts';

/** Lines per batch: the unit in which bytes move on and states can be placed. */
const linesPerBatch = 2000;

export const textRow = (names: readonly string[], cells: TextCells): TextRow =>
  Object.fromEntries(names.map((name, index) => [name, cells[index] ?? null]));

function batchOfRows(rows: readonly TextCells[], names: readonly string[]): LineBatch {
  const others = (cells: TextCells | undefined): TextRow => textRow(names, cells?.slice(1) ?? []);
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
  const scanned = scanChunk(chunk.text);
  if (scanned !== undefined) {
    for (const [start, end] of ranges(scanned.ends.length)) yield batchOfBytes(scanned, names, start, end);
    return;
  }
  const rows = chunk.rows();
  for (const [start, end] of ranges(rows.length)) yield batchOfRows(rows.slice(start, end), names);
}

async function* batches(statement: RowStatement): AsyncGenerator<LineBatch> {
  const names = columnsOf(statement)
    .slice(1)
    .map((column) => column.name);
  let waiting: TextCells[] = [];
  for await (const part of resultOf(statement)) {
    if (part instanceof ChunkText) {
      yield* batchesOfChunk(part, names);
      continue;
    }
    waiting.push(part);
    if (waiting.length < linesPerBatch) continue;
    yield batchOfRows(waiting, names);
    waiting = [];
  }
  if (waiting.length > 0) yield batchOfRows(waiting, names);
}

/** The finished lines of a result, in batches; an error where they are fewer than announced. */
export async function* lineBatches(statement: RowStatement): AsyncGenerator<LineBatch> {
  let count = 0;
  for await (const batch of batches(statement)) {
    count += batch.count;
    yield batch;
  }
  requireAll(statement, count);
}
