import type { DuckDBVector } from '@duckdb/node-api';
import type { get_data_from_pointer } from '@duckdb/node-bindings';

/** Copies bytes from the address that stands at an offset of a vector's data. */
export type CopyFrom = typeof get_data_from_pointer;

/** A string in a vector's data: 4 bytes of length, 4 of prefix, 8 of address; up to 12 bytes stand in place. */
export const stringSize = 16;
export const prefixOffset = 4;
export const addressOffset = 8;
const longestInPlace = 12;

/** Lines one behind the other. */
export interface Lines {
  readonly bytes: Uint8Array;
  readonly count: number;
}

interface Run {
  /** Offset of its first string. */
  readonly offset: number;
  length: number;
  count: number;
  /** The address behind its last byte: below 2^48, so a number holds it. */
  end: number;
}

/** Strings that lie one behind the other in memory, as the engine mostly puts them; undefined where one is short. */
function runsOf(data: DataView, count: number): Run[] | undefined {
  const runs: Run[] = [];
  let run: Run | undefined;
  for (let offset = 0; offset < count * stringSize; offset += stringSize) {
    const length = data.getUint32(offset, true);
    if (length <= longestInPlace) return undefined;
    const low = data.getUint32(offset + addressOffset, true);
    const start = data.getUint32(offset + addressOffset + 4, true) * 2 ** 32 + low;
    if (run === undefined || run.end !== start) {
      run = { offset, length: 0, count: 0, end: start };
      runs.push(run);
    }
    run.length += length;
    run.count += 1;
    run.end += length;
  }
  return runs;
}

function oneByOne(vector: DuckDBVector, count: number): Lines {
  const parts: Uint8Array[] = [];
  for (let row = 0; row < count; row += 1) {
    const item = vector.getItem(row);
    if (item !== null && typeof item === 'object' && 'bytes' in item && item.bytes instanceof Uint8Array) {
      parts.push(item.bytes);
    }
  }
  return { bytes: Buffer.concat(parts), count };
}

/** The data of a vector that shows it: a string for each value. */
export function dataOf(vector: DuckDBVector): DataView | undefined {
  return 'dataView' in vector && vector.dataView instanceof DataView ? vector.dataView : undefined;
}

/**
 * The first `count` values of a BLOB vector, none of them NULL, in order. A vector's values lie
 * in a few stretches of memory, and each stretch is copied at once: two thousand copies of one line cost more
 * than making the lines. Where the vector does not show its data, or `copyFrom` is not proven (see proven-copy.ts),
 * values are taken by the public way.
 */
export function lineRuns(vector: DuckDBVector, count: number, copyFrom: CopyFrom | undefined): Lines[] {
  const data = dataOf(vector);
  if (copyFrom === undefined || data === undefined || !(data.buffer instanceof ArrayBuffer)) {
    return [oneByOne(vector, count)];
  }
  const runs = runsOf(data, count);
  if (runs === undefined) return [oneByOne(vector, count)];
  const { buffer, byteOffset } = data;
  return runs.map((run) => ({
    bytes: copyFrom(buffer, byteOffset + run.offset + addressOffset, run.length),
    count: run.count,
  }));
}
