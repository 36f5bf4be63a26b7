import { base32Alphabet } from '../../../../streams/base32.ts';
import { keyOfByte } from '../../keys/lane-key.ts';

/** A key that is plain ASCII, as a place in the bytes of its record; filled again for each. */
export interface KeyBytes {
  /** Without quotes. */
  start: number;
  end: number;
  hasAt: boolean;
}

/** Longer integers may not be those that they seem: a double has some 15 digits. */
const mostDigits = 15;

const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;

/**
 * Reads a JSON value that is a key: a text of ASCII without escapes and without white space around it, or a short integer.
 *
 * @param fold takes capitals for small letters, as keys of persons have it.
 * @returns the lane's key that goes on from `before`, or undefined for any other value.
 */
export function readKey(
  into: KeyBytes,
  bytes: Uint8Array,
  start: number,
  end: number,
  before: number,
  fold: boolean,
): number | undefined {
  const isText = bytes[start] === 0x22;
  into.start = isText ? start + 1 : start;
  into.end = isText ? end - 1 : end;
  into.hasAt = false;
  if (!isText && !(end - start <= mostDigits && isNumber(bytes, start, end))) return undefined;
  if (isPadded(bytes, into.start, into.end)) return undefined;
  let key = before;
  for (let index = into.start; index < into.end; index += 1) {
    const byte = bytes[index] ?? 0;
    if (byte >= 0x80 || byte === 0x5c) return undefined;
    if (byte === 0x40) into.hasAt = true;
    key = keyOfByte(fold ? smallLetter(byte) : byte, key);
  }
  return key;
}

/** Empty, or with white space at an end: of that of ASCII, only a space may stand in a text without an escape. */
const isPadded = (bytes: Uint8Array, start: number, end: number): boolean =>
  start === end || bytes[start] === 0x20 || bytes[end - 1] === 0x20;

/** Whether a JSON value is a text that needs another look: not of plain ASCII, or padded. */
export function isUnusualText(bytes: Uint8Array, start: number, end: number): boolean {
  if (bytes[start] !== 0x22) return false;
  if (isPadded(bytes, start + 1, end - 1)) return true;
  for (let index = start + 1; index < end - 1; index += 1) {
    const byte = bytes[index] ?? 0;
    if (byte >= 0x80 || byte === 0x5c) return true;
  }
  return false;
}

const smallLetter = (byte: number): number => (byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte);

export function isNumber(bytes: Uint8Array, start: number, end: number): boolean {
  for (let index = start; index < end; index += 1) if (!isDigit(bytes[index] ?? 0)) return false;
  return end > start;
}

/** In either case. */
const base32: ReadonlySet<number> = new Set(Buffer.from(base32Alphabet + base32Alphabet.toLowerCase()));

/** 26 digits, of which the first is no more than 7, so that it has 128 bits. */
export function isUlid(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== 26 || (bytes[start] ?? 0x38) >= 0x38) return false;
  for (let index = start; index < end; index += 1) if (!base32.has(bytes[index] ?? 0)) return false;
  return true;
}
