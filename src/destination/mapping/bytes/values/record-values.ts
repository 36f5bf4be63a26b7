import type { ScannedRecord } from '../../../../protocol/lines/scan-record.ts';
import { type KeyBytes, readKey } from './key-bytes.ts';

/** Whether the column at a place stands in the record with a value that is not null. */
export function hasValue({ bytes, valueStart }: ScannedRecord, place: number | undefined): boolean {
  return place !== undefined && place >= 0 && bytes[valueStart[place] ?? 0] !== 0x6e;
}

export const newKey = (): KeyBytes => ({ start: 0, end: 0, hasAt: false });

/** The lane's key of the value in a column; undefined where it is missing or unusual. */
export function keyIn(
  into: KeyBytes,
  { bytes, valueStart, valueEnd }: ScannedRecord,
  place: number | undefined,
  before: number,
  fold: boolean,
): number | undefined {
  if (place === undefined || place < 0) return undefined;
  return readKey(into, bytes, valueStart[place] ?? 0, valueEnd[place] ?? 0, before, fold);
}

/** Text that stands between values, encoded once. */
export const encoded = (json: string): Uint8Array => Uint8Array.from(Buffer.from(json));
