import { daysFromEpoch } from '../../timestamps.ts';

const dash = 0x2d;
const colon = 0x3a;

/** Two digits as a number; where they are none, NaN, which every sum of it is too. */
function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = (bytes[at] ?? 0) - 0x30;
  const ones = (bytes[at + 1] ?? 0) - 0x30;
  return tens >>> 0 > 9 || ones >>> 0 > 9 ? Number.NaN : tens * 10 + ones;
}

/** Past a fraction of a second, if there is one, of up to nine digits. */
function skipFraction(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== 0x2e) return at;
  let index = at + 1;
  while (((bytes[index] ?? 0) - 0x30) >>> 0 <= 9) index += 1;
  return index > at + 1 && index <= at + 10 ? index : -1;
}

/**
 * Whole unix seconds of `YYYY-MM-DDTHH:MM:SS[.fraction][Z]`, without making a text of the bytes: what nearly every
 * warehouse and source writes. NaN for any other spelling, which `unixSeconds` may know.
 */
export function secondsOfBytes(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < 19) return Number.NaN;
  if (bytes[start + 4] !== dash || bytes[start + 7] !== dash) return Number.NaN;
  if (bytes[start + 13] !== colon || bytes[start + 16] !== colon) return Number.NaN;
  const separator = bytes[start + 10];
  if (separator !== 0x54 && separator !== 0x20) return Number.NaN;
  const last = skipFraction(bytes, start + 19);
  if (last !== end && !(last + 1 === end && bytes[last] === 0x5a)) return Number.NaN;
  const days = daysOf(bytes, start);
  const hour = twoDigits(bytes, start + 11);
  const minute = twoDigits(bytes, start + 14);
  const second = twoDigits(bytes, start + 17);
  if (!(hour < 24 && minute < 60 && second < 60)) return Number.NaN;
  return days * 86_400 + hour * 3600 + minute * 60 + second;
}

/** By month from 1; the 29th of February is for the slow path, which has the calendar. */
const daysOfMonth: readonly number[] = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function daysOf(bytes: Uint8Array, start: number): number {
  const year = twoDigits(bytes, start) * 100 + twoDigits(bytes, start + 2);
  const month = twoDigits(bytes, start + 5);
  const day = twoDigits(bytes, start + 8);
  return day >= 1 && day <= (daysOfMonth[month] ?? 0) ? daysFromEpoch(year, month, day) : Number.NaN;
}
