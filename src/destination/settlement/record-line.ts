import { lineText } from '../../protocol/lines/ndjson.ts';

/** A record as it came, as a place in bytes that may be used again once it is settled. */
export interface RecordLine {
  readonly bytes: Uint8Array;
  readonly start: number;
  /** Its line end may be part of it. */
  readonly end: number;
}

/** The line as it came, without its line end. */
export function textOf({ bytes, start, end }: RecordLine, number = 0): string {
  return lineText(bytes.subarray(start, end), number);
}
