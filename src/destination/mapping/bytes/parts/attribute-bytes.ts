import { parseExactJson } from '../../../../json/exact-json.ts';
import type { ScannedRecord } from '../../../../protocol/lines/scan-record.ts';
import { limits } from '../../limits.ts';
import { looksLikeTimestamp, unixSeconds } from '../../timestamps.ts';
import { mayGrowTo } from '../values/growth.ts';
import { isNumber, isUnusualText } from '../values/key-bytes.ts';
import { secondsOfBytes } from '../values/timestamp-bytes.ts';
import type { Workbench } from '../values/workbench.ts';
import { type ColumnLookup, type Role, role } from './column-bytes.ts';

const isNull = (bytes: Uint8Array, at: number): boolean => bytes[at] === 0x6e;
const isText = (bytes: Uint8Array, at: number): boolean => bytes[at] === 0x22;

const comma = 0x2c;
const openBrace = 0x7b;
const dash = 0x2d;
const backslash = 0x5c;

/** Sixteen characters and two quotes: `looksLikeTimestamp` takes no shorter text. */
const shortestTime = 18;

const longestTimestamp = 64;

/** Unix seconds of a value as `unixSeconds` has them; NaN where it is none, or longer than times are. */
export function secondsOfValue(bytes: Uint8Array, start: number, end: number): number {
  if (isText(bytes, start)) {
    const seconds = secondsOfBytes(bytes, start + 1, end - 1);
    if (!Number.isNaN(seconds)) return seconds;
  }
  if (end - start > longestTimestamp) return Number.NaN;
  return unixSeconds(parsed(bytes, start, end)) ?? Number.NaN;
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
 * @returns false where a limit may be broken: the slow path measures it.
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
  if (mayBeTime(kind, bytes, start, end)) {
    if (end - start > longestTimestamp) return false;
    if (isTime(kind, bytes, start, end) && putSeconds(out, bytes, start, end)) return true;
  }
  out.holdTo(end);
  if (kind === role.reserved) return end - start <= limits.personId && !isUnusualText(bytes, start, end);
  return !mayGrowTo(longest, bytes, start, end);
}

/** Whether a value is one of a time's column, or a text that begins like a date. */
function mayBeTime(kind: Role, bytes: Uint8Array, start: number, end: number): boolean {
  if (kind !== role.untypedAttribute) return kind === role.timestampAttribute;
  if (end - start < shortestTime || !isText(bytes, start)) return false;
  const isDate = bytes[start + 5] === dash && bytes[start + 8] === dash;
  return isDate || hasEscape(bytes, start + 1, start + 11);
}

/** An escape may hide a date. */
function hasEscape(bytes: Uint8Array, start: number, end: number): boolean {
  for (let index = start; index < end; index += 1) if (bytes[index] === backslash) return true;
  return false;
}

/** Of an attribute without a type, its text must look like nothing else. */
const isTime = (kind: Role, bytes: Uint8Array, start: number, end: number): boolean =>
  kind === role.timestampAttribute ||
  !Number.isNaN(secondsOfBytes(bytes, start + 1, end - 1)) ||
  looksLikeTimestamp(parsed(bytes, start, end));

const parsed = (bytes: Uint8Array, start: number, end: number): unknown =>
  parseExactJson(Buffer.from(bytes.subarray(start, end)).toString());

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

/** Whether a record has an attribute that is sent. */
export function hasAttributes(
  { bytes, columns, valueStart }: ScannedRecord,
  { roles }: ColumnLookup,
  { keepNulls }: AttributeRules,
): boolean {
  for (let index = 0; index < columns; index += 1) {
    const isNothing = !keepNulls && isNull(bytes, valueStart[index] ?? 0);
    if (!isNothing && !isLeftOut(roles[index] ?? role.dropped)) return true;
  }
  return false;
}

/** Columns with a meaning of their own are no attributes. */
const isLeftOut = (kind: Role): boolean => kind < role.attribute || kind === role.dropped;
