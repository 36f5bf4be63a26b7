/** https://www.crockford.com/base32.html, which the ULIDs of events are written in. */
export const base32Alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** 26 digits in either case, of which the first is no more than 7, so that it has 128 bits. */
export const ulidPattern = new RegExp(`^[0-7][${base32Alphabet}]{25}$`, 'i');

/** Base 32 of the low `digits * 5` bits. */
export function base32(value: bigint, digits: number): string {
  return Array.from(
    { length: digits },
    (_, index) => base32Alphabet[Number((value >> BigInt(5 * (digits - 1 - index))) & 31n)],
  ).join('');
}
