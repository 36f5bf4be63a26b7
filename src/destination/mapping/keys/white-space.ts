/**
 * What is no part of an identifier where it stands at an end: Unicode's White_Space, and the marks that copied texts
 * bring and nobody sees (zero-width space, word joiner, byte order mark, Mongolian vowel separator). One UTF-16 unit
 * each.
 */
export const whiteSpace =
  '\t\n\v\f\r \u0085\u00A0\u1680\u180E\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u200B\u2028\u2029\u202F\u205F\u2060\u3000\uFEFF';

const codes: ReadonlySet<number> = new Set(Array.from(whiteSpace, (character) => character.charCodeAt(0)));

const isWhite = (text: string, index: number): boolean => codes.has(text.charCodeAt(index));

/** The text without white space at its ends. */
export function trimmed(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isWhite(text, start)) start += 1;
  while (end > start && isWhite(text, end - 1)) end -= 1;
  return text.slice(start, end);
}
