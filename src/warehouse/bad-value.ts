/** Why a value cannot be sent, in the words of Airbyte's protocol. */
export type BadReason = 'SOURCE_SERIALIZATION_ERROR' | 'SOURCE_FIELD_SIZE_LIMITATION';

/**
 * The most bytes of one value. Customer.io takes 32 KB for a whole operation; what a database of another destination
 * holds in one field is seldom more than this.
 */
export const longestValue = 16 * 1024 * 1024;

/** What opens and closes a mark: JSON has this character escaped only. */
export const markCode = 2;

const letters: Readonly<Record<BadReason, string>> = {
  SOURCE_SERIALIZATION_ERROR: 'S',
  SOURCE_FIELD_SIZE_LIMITATION: 'L',
};

/** SQL of the text in the place of a value that cannot be sent: `null`, and a mark with the reason and the column. */
export function badValue(reason: BadReason, column: string, quoteString: (text: string) => string): string {
  return `'null' || chr(${markCode}) || ${quoteString(`${letters[reason]}${column}`)} || chr(${markCode})`;
}

/** A mark that stood in a line. */
export interface Mark {
  readonly reason: BadReason;
  readonly column: string;
}

const mark = String.fromCharCode(markCode);

/** A text without its marks, which go to `found`. */
export function withoutMarks(text: string, found: (mark: Mark) => void): string {
  const parts = text.split(mark);
  // Each second part is the inside of a mark.
  for (const [index, part] of parts.entries()) if (index % 2 === 1) found(markOf(part));
  return parts.filter((_, index) => index % 2 === 0).join('');
}

const markOf = (part: string): Mark => ({
  reason: part.startsWith(letters.SOURCE_FIELD_SIZE_LIMITATION)
    ? 'SOURCE_FIELD_SIZE_LIMITATION'
    : 'SOURCE_SERIALIZATION_ERROR',
  column: part.slice(1),
});

const anyMark = `chr(${markCode}) || '[^' || chr(${markCode}) || ']*' || chr(${markCode})`;

/** SQL of an object's JSON, for its names: what cannot be sent counts as a value, and an object of which that is all as empty. */
export const namedValuesSql = (json: string): string =>
  `CASE WHEN ${json} LIKE 'null%' THEN '{}' ELSE REGEXP_REPLACE(${json}, 'null' || ${anyMark}, '0') END`;

/** SQL of whether something in a JSON text cannot be sent. */
export const isMarkedSql = (json: string): string =>
  `COALESCE(${json}, '') LIKE '%' || chr(${markCode}) || '%'`;
