import { exactDigits } from '../../json/exact-json.ts';

/** `YYYY-MM-DD`, with a time and a zone or without; Snowflake writes up to nine digits of a second. */
const isoText =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i;

/**
 * Numbers from here on are milliseconds, from a thousand times as much on microseconds, from a million times as much
 * on nanoseconds; the sign does not count. In seconds it is the year 2969, in milliseconds the first day of 1971.
 * Snowflake scales by the same: https://docs.snowflake.com/en/sql-reference/functions/to_timestamp.
 */
const firstMilliseconds = 31_536_000_000;

/** Of a second, from the largest unit down. */
const units: readonly number[] = [1, 1e3, 1e6, 1e9];

function offsetSeconds(zone: string | undefined): number {
  if (zone === undefined || zone.toUpperCase() === 'Z') return 0;
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
  const seconds = Number(digits.slice(0, 2)) * 3600 + Number(digits.slice(2, 4)) * 60;
  return zone.startsWith('-') ? -seconds : seconds;
}

const digit = (text: string, index: number): number => text.charCodeAt(index) - 48;
const twoDigits = (text: string, index: number): number => digit(text, index) * 10 + digit(text, index + 1);

/** Days from 1970-01-01 to a date of the Gregorian calendar, by counting years from March on. */
export function daysFromEpoch(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  return 365 * y + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + dayOfYear - 719_468;
}

/** `YYYY-MM-DDTHH:MM:SS` with a fraction or none and no zone: what warehouses write, in a tenth of the time of the general parser. */
const plainText =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])[T ](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?$/;

function ofPlainText(text: string): number {
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const days = daysFromEpoch(year, twoDigits(text, 5), twoDigits(text, 8));
  return days * 86_400 + twoDigits(text, 11) * 3600 + twoDigits(text, 14) * 60 + twoDigits(text, 17);
}

function ofText(text: string): number | undefined {
  if (plainText.test(text)) return ofPlainText(text);
  const trimmed = text.trim();
  const match = isoText.exec(trimmed);
  if (match === null) return ofNumberText(trimmed);
  const [, year, month, day, hour, minute, second, zone] = match;
  const days = daysFromEpoch(Number(year), Number(month), Number(day));
  if (!isDate(days, Number(month), Number(day))) return undefined;
  const time = Number(hour ?? 0) * 3600 + Number(minute ?? 0) * 60 + Number(second ?? 0);
  // A leap second is one; 24:00 is the end of its day.
  const isTime = time <= 86_400 && Number(minute ?? 0) < 60 && Number(second ?? 0) <= 60;
  return isTime ? days * 86_400 + time - offsetSeconds(zone) : undefined;
}

/** A 31st of February is counted over into March: such a date is none. */
function isDate(days: number, month: number, day: number): boolean {
  const date = new Date(days * 86_400_000);
  return date.getUTCDate() === day && date.getUTCMonth() + 1 === month;
}

/** undefined beyond the nanoseconds of the year 2969: no time in any unit. */
function ofNumber(value: number): number | undefined {
  const unit = units.find((each) => Math.abs(value) < firstMilliseconds * each);
  return unit === undefined ? undefined : Math.floor(value / unit);
}

/** A number as text, with a point or an exponent or neither. */
const numberText = /^[+-]?\d{1,20}(?:\.\d*)?(?:[eE][+-]?\d{1,2})?$/;

/** Longer ones may have more digits than a double holds. */
const shortNumber = 15;

const plainNumber = /^([+-]?)(\d+)(?:\.(\d*))?$/;

function ofNumberText(text: string): number | undefined {
  if (!numberText.test(text)) return undefined;
  const [, sign, whole, fraction = ''] = plainNumber.exec(text) ?? [];
  if (whole === undefined || text.length <= shortNumber) return ofNumber(Number(text));
  const isBelow = sign === '-';
  // Counted down to the whole number below, then to the whole second below.
  const size = BigInt(whole) + (isBelow && /[1-9]/.test(fraction) ? 1n : 0n);
  const unit = units.find((each) => size < BigInt(firstMilliseconds * each));
  if (unit === undefined) return undefined;
  const by = BigInt(unit);
  return Number(isBelow ? -((size + by - 1n) / by) : size / by);
}

/**
 * Whole unix seconds of a timestamp: ISO text (no zone is UTC), or a number or its text of seconds, milliseconds,
 * microseconds or nanoseconds by its size (`firstMilliseconds`). undefined where it cannot be read.
 */
export function unixSeconds(value: unknown): number | undefined {
  if (typeof value === 'number') return ofNumber(value);
  if (typeof value === 'string') return ofText(value);
  const digits = exactDigits(value);
  return digits === undefined ? undefined : ofNumberText(digits);
}

/** Text that can only be a point in time: a date alone may be a birthday, which stays text. */
export const looksLikeTimestamp = (value: unknown): value is string =>
  typeof value === 'string' && value.length >= 16 && isoText.test(value);
