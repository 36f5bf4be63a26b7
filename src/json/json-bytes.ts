/**
 * Walks over JSON in bytes without making values of it: a value that passes through untouched need be neither
 * parsed nor printed again. Each function takes where something begins and gives where it ends, or -1 where the
 * bytes are not the JSON that it expects. It never judges: whoever gets -1 asks JSON.parse, which knows all of
 * JSON. The bytes must be UTF-8 and end with a newline, which stops every walk.
 */

const quote = 0x22;
const backslash = 0x5c;

/** Deeper than any record; JSON.parse has no such bound. */
const deepest = 100;

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39;

const isHex = (byte: number | undefined): boolean =>
  isDigit(byte) || (byte !== undefined && (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);

/** Past spaces, tabs and carriage returns; a newline ends the line and is not passed. */
export function skipSpace(bytes: Uint8Array, at: number): number {
  let index = at;
  while (bytes[index] === 0x20 || bytes[index] === 0x09 || bytes[index] === 0x0d) index += 1;
  return index;
}

/** Past a text, from its first quote. */
function skipText(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== quote) return -1;
  for (let index = at + 1; ; index += 1) {
    const byte = bytes[index];
    if (byte === quote) return index + 1;
    // A control character must be escaped, and the newline at the end is one.
    if (byte === undefined || byte < 0x20) return -1;
    if (byte === backslash) {
      index = skipEscape(bytes, index);
      if (index < 0) return -1;
    }
  }
}

/** The last byte of an escape, from its backslash. */
function skipEscape(bytes: Uint8Array, at: number): number {
  switch (bytes[at + 1]) {
    case quote:
    case backslash:
    case 0x2f: // /
    case 0x62: // b
    case 0x66: // f
    case 0x6e: // n
    case 0x72: // r
    case 0x74: // t
      return at + 1;
    case 0x75: // u
      for (let index = at + 2; index < at + 6; index += 1) if (!isHex(bytes[index])) return -1;
      return at + 5;
    default:
      return -1;
  }
}

function skipDigits(bytes: Uint8Array, at: number): number {
  let index = at;
  while (isDigit(bytes[index])) index += 1;
  return index === at ? -1 : index;
}

/** Past a number: `-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?`. */
export function skipNumber(bytes: Uint8Array, at: number): number {
  const first = bytes[at] === 0x2d ? at + 1 : at;
  let index = bytes[first] === 0x30 ? first + 1 : skipDigits(bytes, first);
  if (index >= 0 && bytes[index] === 0x2e) index = skipDigits(bytes, index + 1);
  if (index >= 0 && (bytes[index] === 0x65 || bytes[index] === 0x45)) {
    const sign = bytes[index + 1] === 0x2b || bytes[index + 1] === 0x2d ? 1 : 0;
    index = skipDigits(bytes, index + 1 + sign);
  }
  return index;
}

/** Past `word`, the bytes of a literal. */
function skipWord(bytes: Uint8Array, at: number, word: string): number {
  for (let index = 0; index < word.length; index += 1) {
    if (bytes[at + index] !== word.charCodeAt(index)) return -1;
  }
  return at + word.length;
}

/** Past any value; white space before it is the caller's. */
export function skipValue(bytes: Uint8Array, at: number, depth = 0): number {
  switch (bytes[at]) {
    case quote:
      return skipText(bytes, at);
    case 0x6e: // n
      return skipWord(bytes, at, 'null');
    case 0x74: // t
      return skipWord(bytes, at, 'true');
    case 0x66: // f
      return skipWord(bytes, at, 'false');
    case 0x7b: // {
    case 0x5b: // [
      return depth < deepest ? skipContainer(bytes, at, depth) : -1;
    default:
      return skipNumber(bytes, at);
  }
}

/** Past an object or an array, from its bracket. */
function skipContainer(bytes: Uint8Array, at: number, depth: number): number {
  const isObject = bytes[at] === 0x7b;
  const close = isObject ? 0x7d : 0x5d;
  let index = skipSpace(bytes, at + 1);
  if (bytes[index] === close) return index + 1;
  for (;;) {
    if (isObject) index = skipName(bytes, index);
    if (index < 0) return -1;
    index = skipValue(bytes, index, depth + 1);
    if (index < 0) return -1;
    index = skipSpace(bytes, index);
    if (bytes[index] === close) return index + 1;
    if (bytes[index] !== 0x2c) return -1;
    index = skipSpace(bytes, index + 1);
  }
}

/** Past a member's name, its colon and the space around it: where its value begins. */
function skipName(bytes: Uint8Array, at: number): number {
  const end = skipText(bytes, at);
  return end < 0 ? -1 : skipColon(bytes, end);
}

export function skipColon(bytes: Uint8Array, at: number): number {
  const index = skipSpace(bytes, at);
  return bytes[index] === 0x3a ? skipSpace(bytes, index + 1) : -1;
}
