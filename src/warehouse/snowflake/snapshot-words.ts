import type { HashedColumn, SnapshotWords } from '../dialect.ts';
import { quoteString } from './quote.ts';

/** With its name, so that a value which moves to another column is a change; NULL counts as nothing. */
const member = ({ name, json }: HashedColumn): string =>
  `COALESCE(CONCAT(${quoteString(`${name}:`)}, ${json}, CHR(31)), '')`;

/** HASH would do with less, but its results may change, and a change would have every row sent again. */
export const snapshotWords: SnapshotWords = {
  hashedBy: `'md5'`,
  hash: (columns) =>
    `SUBSTR(MD5(CONCAT('', ${columns
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map(member)
      .join(', ')})), 1, 16)`,
  combined: (hash) => `SUBSTR(MD5(LISTAGG(${hash}, ',') WITHIN GROUP (ORDER BY ${hash})), 1, 16)`,
  joined: (text) => `LISTAGG(DISTINCT ${text}, '') WITHIN GROUP (ORDER BY ${text})`,
  names: (json) =>
    `COALESCE(CONCAT(ARRAY_TO_STRING(OBJECT_KEYS(TRY_PARSE_JSON(${json})), CHR(31)), CHR(31)), '')`,
  lost: (before, after) => `TO_JSON(ARRAY_EXCEPT(SPLIT(${before}, CHR(31)), SPLIT(${after}, CHR(31))))`,
  json: (text) => `TO_JSON(TO_VARIANT(${text}))`,
  scratch: (schema, name) => `${schema}.${name}`,
};
