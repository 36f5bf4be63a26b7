import { parseExactJson } from '../../../json/exact-json.ts';
import type { ScannedRecord } from '../../../protocol/lines/scan-record.ts';
import { limits } from '../limits.ts';
import { unixSeconds } from '../timestamps.ts';
import { type ColumnLookup, type Role, role } from './column-bytes.ts';
import { mayGrowTo } from './growth.ts';
import { isNumber, isUnusualText } from './key-bytes.ts';
import { secondsOfBytes } from './timestamp-bytes.ts';
import type { Workbench } from './workbench.ts';

const isNull = (bytes: Uint8Array, at: number): boolean => bytes[at] === 0x6e;
const isText = (bytes: Uint8Array, at: number): boolean => bytes[at] === 0x22;

const comma = 0x2c;
const openBrace = 0x7b;

const longestTimestamp = 64;

/** Unix seconds of a value as `unixSeconds` has them; NaN where it is none, or longer than times are. */
export function secondsOfValue(bytes: Uint8Array, start: number, end: number): number {
  if (isText(bytes, start)) {
    const seconds = secondsOfBytes(bytes, start + 1, end - 1);
    if (!Number.isNaN(seconds)) return seconds;
  }
  if (end - start > longestTimestamp) return Number.NaN;
  return unixSeconds(parseExactJson(Buffer.from(bytes.subarray(start, end)).toString())) ?? Number.NaN;
}

export interface AttributeRules {
  /** Nulls are sent, and unset what Customer.io holds. */
  readonly keepNulls: boolean;
  /** In bytes of a value; none for events, whose limits are for the whole operation. */
  readonly longest: number;
}

/**
 * Writes a scanned record's attributes as members of an object. Columns that stand together are moved together;
 * only where a timestamp's unix seconds take the place of its text, or a column is left out, a move ends.
 *
 * @returns false where a limit may be broken: the general way measures it.
 */
export function writeAttributes(
  out: Workbench,
  record: ScannedRecord,
  { roles }: ColumnLookup,
  rules: AttributeRules,
): boolean {
  for (let index = 0; index < record.columns; index += 1) {
    const kind = roles[index] ?? role.dropped;
    if (isLeftOut(kind) || (!rules.keepNulls && isNull(record.bytes, record.valueStart[index] ?? 0))) {
      out.release();
    } else if (!writeAttribute(out, record, index, kind, rules)) return false;
  }
  out.release();
  return true;
}

function writeAttribute(
  out: Workbench,
  { bytes, nameStart, valueStart, valueEnd }: ScannedRecord,
  index: number,
  kind: Role,
  { longest }: AttributeRules,
): boolean {
  const start = valueStart[index] ?? 0;
  const end = valueEnd[index] ?? 0;
  if (!out.isHolding) {
    if (!isFirst(out)) out.byte(comma);
    out.hold((nameStart[index] ?? 0) - 1);
  }
  if (kind === role.timestampAttribute) {
    if (end - start > longestTimestamp) return false;
    if (putSeconds(out, bytes, start, end)) return true;
  }
  out.holdTo(end);
  if (kind === role.reserved) return end - start <= limits.personId && !isUnusualText(bytes, start, end);
  return !mayGrowTo(longest, bytes, start, end);
}

/** No value ends with the brace that the object begins with. */
export const isFirst = (out: Workbench): boolean => out.bytes[out.length - 1] === openBrace;

/** Unix seconds in place of a time; false where it is none that can be read, or is that already, and stays as it is. */
function putSeconds(out: Workbench, bytes: Uint8Array, start: number, end: number): boolean {
  if (isShortNumber(bytes, start, end)) return false;
  const seconds = secondsOfValue(bytes, start, end);
  if (Number.isNaN(seconds)) return false;
  out.holdTo(start);
  out.release();
  out.integer(seconds);
  out.hold(end);
  return true;
}

/** A whole number of seconds by its size: there is nothing to do. */
const isShortNumber = (bytes: Uint8Array, start: number, end: number): boolean =>
  end - start <= 10 && isNumber(bytes, start, end);

/** Columns with a meaning of their own are no attributes. */
const isLeftOut = (kind: Role): boolean => kind < role.attribute || kind === role.dropped;
