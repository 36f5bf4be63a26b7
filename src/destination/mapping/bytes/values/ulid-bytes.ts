import { base32Alphabet } from '../../../../streams/base32.ts';

const digits = Buffer.from(base32Alphabet);

/** Crockford's base 32 of the low bits of a whole number of up to 30 bits. */
function putDigits(bytes: Uint8Array, at: number, count: number, value: number): void {
  let rest = value;
  for (let index = at + count - 1; index >= at; index -= 1) {
    bytes[index] = digits[rest & 31] ?? 0;
    rest >>>= 5;
  }
}

/** What five digits hold. */
const fiveDigits = 2 ** 25;

/**
 * Writes a ULID: ten digits of a time in milliseconds, and sixteen of the first ten bytes of a hash.
 *
 * @param hash a character a byte.
 */
export function putUlid(bytes: Uint8Array, at: number, milliseconds: number, hash: string): void {
  putDigits(bytes, at, 5, Math.floor(milliseconds / fiveDigits));
  putDigits(bytes, at + 5, 5, milliseconds % fiveDigits);
  putHash(bytes, at + 10, hash, 0);
  putHash(bytes, at + 18, hash, 5);
}

/** Eight digits of five bytes, 20 bits at a time. */
function putHash(bytes: Uint8Array, at: number, hash: string, from: number): void {
  const byte = (index: number): number => hash.charCodeAt(from + index);
  putDigits(bytes, at, 4, (byte(0) << 12) | (byte(1) << 4) | (byte(2) >> 4));
  putDigits(bytes, at + 4, 4, ((byte(2) & 15) << 16) | (byte(3) << 8) | byte(4));
}
