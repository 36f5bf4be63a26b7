/** https://www.crockford.com/base32.html, which ULIDs are written in. */
export const base32Alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** SQL of the base 32 text of the low `digits * 5` bits of a number; `digit` is the SQL of five bits' character. */
export function base32(digits: number, digit: (shift: number) => string): string {
  return Array.from({ length: digits }, (_, index) => digit(5 * (digits - 1 - index))).join(' || ');
}
