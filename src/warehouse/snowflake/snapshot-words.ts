import type { HashedColumn, SnapshotWords } from '../dialect.ts';
import { quoteString } from './quote.ts';
import { tableMarks } from './table-marks.ts';

/** With its name, so that a value which moves to another column is a change; NULL counts as nothing. */
const member = ({ name, json }: HashedColumn): string =>
  `COALESCE(${quoteString(`${name}:`)} || (${json}) || CHR(31), '')`;

/**
 * A NULL in JSON is no value. FILTER's lambda may name columns:
 * https://docs.snowflake.com/en/sql-reference/functions/filter
 */
function valued(json: string): string {
  const object = `TRY_PARSE_JSON(${json})`;
  return `FILTER(OBJECT_KEYS(${object}), name VARCHAR -> NOT IS_NULL_VALUE(GET(${object}, name)))`;
}

/** HASH would do with less, but its results may change, and a change would have every row sent again. */
export const snapshotWords: SnapshotWords = {
  hashedBy: `'md5'`,
  hash: (columns) =>
    `SUBSTR(MD5(CONCAT('', ${columns
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map(member)
      .join(', ')})), 1, 16)`,
  letter: ({ json }) => `COALESCE(SUBSTR(MD5(${json}), 1, 1), '~')`,
  combined: (hash) => `SUBSTR(MD5(ARRAY_TO_STRING(ARRAY_SORT(ARRAY_AGG(${hash})), ',')), 1, 16)`,
  // LISTAGG with DISTINCT wants to be ordered by a column, not by an expression.
  joined: (text) => `ARRAY_TO_STRING(ARRAY_SORT(ARRAY_AGG(DISTINCT ${text})), '')`,
  names: (json) =>
    `COALESCE(CONCAT(ARRAY_TO_STRING(${valued(json)}, CHR(31)), CASE WHEN ARRAY_SIZE(${valued(json)}) > 0 THEN CHR(31) ELSE '' END), '')`,
  // ARRAY_EXCEPT takes one of each away: names that stand twice in a text of several shapes would be left.
  lost: (before, after) =>
    `TO_JSON(TO_VARIANT(ARRAY_EXCEPT(ARRAY_DISTINCT(SPLIT(${before}, CHR(31))), SPLIT(${after}, CHR(31)))))`,
  json: (text) => `TO_JSON(TO_VARIANT(${text}))`,
  scratch: (schema, name) => `${schema}.${name}`,
  marks: tableMarks,
};
