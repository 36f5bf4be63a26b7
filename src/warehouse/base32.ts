/** SQL of the base 32 text of the low `digits * 5` bits of a number; `digit` is the SQL of five bits' character. */
export function base32(digits: number, digit: (shift: number) => string): string {
  return Array.from({ length: digits }, (_, index) => digit(5 * (digits - 1 - index))).join(' || ');
}
