import { exactDigits } from '../protocol/exact-json.ts';

/** `YYYY-MM-DD`, with a time and a zone or without; Snowflake writes up to nine digits of a second. */
const isoText =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i;

/** A later second than any that a date can mean: milliseconds. It is the year 5138 in seconds. */
const firstMilliseconds = 100_000_000_000;

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

/** `YYYY-MM-DDTHH:MM:SS` with a fraction or none and no zone: what warehouses write, a tenth of the general way. */
const plainText =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])[T ](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?$/;

function ofPlainText(text: string): number {
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const days = daysFromEpoch(year, twoDigits(text, 5), twoDigits(text, 8));
  return days * 86_400 + twoDigits(text, 11) * 3600 + twoDigits(text, 14) * 60 + twoDigits(text, 17);
}

function ofText(text: string): number | undefined {
  if (plainText.test(text)) return ofPlainText(text);
  const match = isoText.exec(text.trim());
  if (match === null) return /^-?\d{1,19}(?:\.\d+)?$/.test(text) ? ofNumber(Number(text)) : undefined;
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

function ofNumber(value: number): number | undefined {
  // Nanoseconds end where a date does; what is beyond is no time in any unit.
  if (!(Math.abs(value) < firstMilliseconds * 1e9)) return undefined;
  let seconds = value;
  while (Math.abs(seconds) >= firstMilliseconds) seconds /= 1000;
  return Math.floor(seconds);
}

/**
 * Whole unix seconds of a timestamp: ISO text (no zone is UTC), or a number of seconds, milliseconds,
 * microseconds or nanoseconds by its size. undefined where it cannot be read.
 */
export function unixSeconds(value: unknown): number | undefined {
  if (typeof value === 'number') return ofNumber(value);
  if (typeof value === 'string') return ofText(value);
  const digits = exactDigits(value);
  return digits === undefined ? undefined : ofNumber(Number(digits));
}

/** Text that can only be a point in time: a date alone may be a birthday, which stays text. */
export const looksLikeTimestamp = (value: unknown): value is string =>
  typeof value === 'string' && value.length >= 16 && isoText.test(value);
