import type { Dialect } from '../warehouse/warehouse.ts';

/**
 * What stands in a field that nobody filled. Two people with such a value have nothing in common: it identifies no
 * one, and an edge over it would make one person of all of them. `0` stands for any number of zeros, with or without
 * the punctuation of a phone number.
 */
export const defaultPlaceholders: readonly string[] = [
  ...['null', 'none', 'nil', 'nan', 'na', 'n/a', 'n.a.', '#n/a', 'undefined', 'unknown', 'not available'],
  ...['not applicable', 'not set', 'not provided', 'missing', 'empty', 'blank', '[object object]'],
  ...['(null)', '<null>', '[null]', '(none)', '(not set)', '(unknown)', '(blank)', '\\n'],
  ...['-', '--', '---', '.', '..', '...', '?', '??', '???', '_', '*', '0'],
];

/** What a person does not see: Unicode's spaces, those without a width and line ends too. */
const spaces =
  ' \t\n\v\f\r\u0085\u00a0\u1680\u180e\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u200c\u200d\u2028\u2029\u202f\u205f\u2060\u3000\ufeff';

const zeros = '[ .()/+_-]*0[0 .()/+_-]*';

const trimmed = (sql: string, { quoteString }: Dialect): string => `TRIM(${sql}, ${quoteString(spaces)})`;

/** SQL of whether a text holds nothing that can be seen; NULL for NULL. */
export const isBlank = (sql: string, dialect: Dialect): string => `${trimmed(sql, dialect)} = ''`;

/** SQL of whether an identifier is blank or a placeholder, in any case; NULL for NULL. */
export function isPlaceholder(sql: string, placeholders: readonly string[], dialect: Dialect): string {
  const text = trimmed(sql, dialect);
  const words = placeholders.map((word) => word.trim().toLowerCase());
  const list = ['', ...words].map(dialect.quoteString).join(', ');
  const isZero = words.includes('0') ? ` OR ${dialect.text.matches(text, zeros)}` : '';
  return `(LOWER(${text}) IN (${list})${isZero})`;
}
