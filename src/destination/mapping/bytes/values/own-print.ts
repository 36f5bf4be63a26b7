/**
 * Whether JSON stands as JSON.stringify prints what JSON.parse makes of it, byte by byte. Where it says no it may be
 * so all the same: what it does not know, such as an object within, is not worth the walk. The bytes must be valid JSON.
 */

const [quote, backslash, comma, colon, dot, minus, zero] = [0x22, 0x5c, 0x2c, 0x3a, 0x2e, 0x2d, 0x30];

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39;

/** What JSON.stringify escapes in two characters. It escapes neither a slash nor, by its number, any letter. */
const escapes: ReadonlySet<number | undefined> = new Set(Buffer.from('"\\bfnrt'));

/** Members of an object without its braces; `start` = `end` where there is none. */
export function isOwnPrintOfMembers(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at >= 0 && at < end) {
    // Names that are whole numbers are moved to the front.
    if (bytes[at] !== quote || isDigit(bytes[at + 1])) return false;
    const named = endOfText(bytes, at);
    const value = named >= 0 && bytes[named] === colon ? endOfValue(bytes, named + 1) : -1;
    if (value === end) return true;
    at = value >= 0 && bytes[value] === comma ? value + 1 : -1;
  }
  return start === end;
}

export const isOwnPrint = (bytes: Uint8Array, start: number, end: number): boolean =>
  endOfValue(bytes, start) === end;

/** Past a value, or -1. */
function endOfValue(bytes: Uint8Array, at: number): number {
  switch (bytes[at]) {
    case quote:
      return endOfText(bytes, at);
    case 0x74: // true
    case 0x6e: // null
      return at + 4;
    case 0x66: // false
      return at + 5;
    case 0x5b: // [
      return endOfList(bytes, at);
    case 0x7b: // {
      return -1;
    default:
      return endOfNumber(bytes, at);
  }
}

function endOfText(bytes: Uint8Array, at: number): number {
  let index = at + 1;
  while (bytes[index] !== quote) {
    if (bytes[index] === backslash) {
      index += 1;
      if (!escapes.has(bytes[index])) return -1;
    }
    index += 1;
  }
  return index + 1;
}

function endOfList(bytes: Uint8Array, at: number): number {
  if (bytes[at + 1] === 0x5d) return at + 2;
  let index = at;
  do {
    index = endOfValue(bytes, index + 1);
    if (index < 0) return -1;
  } while (bytes[index] === comma);
  return bytes[index] === 0x5d ? index + 1 : -1;
}

/** Doubles hold so many digits and print them as they were. */
const mostDigits = 15;

function endOfNumber(bytes: Uint8Array, at: number): number {
  const first = bytes[at] === minus ? at + 1 : at;
  const whole = endOfDigits(bytes, first);
  if (whole === first) return -1;
  if (bytes[whole] !== dot) {
    const isMinusZero = first > at && bytes[first] === zero;
    return isMinusZero || whole - first > mostDigits || isExponent(bytes[whole]) ? -1 : whole;
  }
  const end = endOfDigits(bytes, whole + 1);
  // 1.50 is printed as 1.5, and 0.0000001 as 1e-7.
  const isPlain = bytes[end - 1] !== zero && !isTiny(bytes, first);
  return isPlain && end - first <= mostDigits && !isExponent(bytes[end]) ? end : -1;
}

function endOfDigits(bytes: Uint8Array, at: number): number {
  let index = at;
  while (isDigit(bytes[index])) index += 1;
  return index;
}

const isExponent = (byte: number | undefined): boolean => byte === 0x65 || byte === 0x45;

/** `0.00000…` */
function isTiny(bytes: Uint8Array, at: number): boolean {
  if (bytes[at] !== zero) return false;
  for (let index = at + 2; index < at + 7; index += 1) if (bytes[index] !== zero) return false;
  return true;
}
