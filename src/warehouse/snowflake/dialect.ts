import { base32Alphabet } from '../../streams/base32.ts';
import { base32 } from '../base32.ts';
import type { Dialect, ObjectField } from '../warehouse.ts';
import { jsonField } from './json-field.ts';
import { quoteIdentifier, quoteString } from './quote.ts';

const timestampFormat = `'YYYY-MM-DD HH24:MI:SS.FF9'`;

const crockford = (number: string, digits: number): string =>
  base32(
    digits,
    (shift) => `SUBSTR('${base32Alphabet}', BITAND(BITSHIFTRIGHT(${number}, ${shift}), 31) + 1, 1)`,
  );

function member({ name, sql }: ObjectField): string {
  return `${quoteString(`${JSON.stringify(name)}:`)}, COALESCE(${sql}, 'null')`;
}

const jsonObject = (fields: readonly ObjectField[]): string =>
  `CONCAT('{', ${fields.map(member).join(`, ',', `)}, '}')`;

/**
 * TO_TIMESTAMP_NTZ alone keeps the clock of a TIMESTAMP_TZ and drops its offset, and so it does with an offset in a
 * text or VARIANT. A time without an offset is one of the session's zone, which is UTC.
 * https://docs.snowflake.com/sql-reference/functions/convert_timezone
 */
function utcTimestamp(sql: string, type: string): string {
  if (/^TIMESTAMP_L?TZ/.test(type)) return `TO_TIMESTAMP_NTZ(CONVERT_TIMEZONE('UTC', ${sql}))`;
  if (/^(VARCHAR|VARIANT)/.test(type)) {
    return `TO_TIMESTAMP_NTZ(CONVERT_TIMEZONE('UTC', TO_TIMESTAMP_TZ(${sql})))`;
  }
  // As a number it would be in seconds whatever its size; a text of digits is scaled.
  if (/^NUMBER(\(\d+,0\))?$/.test(type)) return `TO_TIMESTAMP_NTZ(TO_VARCHAR(${sql}))`;
  return `TO_TIMESTAMP_NTZ(${sql})`;
}

/** AUTO takes ISO texts with any fraction, whatever TIMESTAMP_INPUT_FORMAT the account reads its own texts by. */
const readTimestamp = (text: string): string => `TO_TIMESTAMP_NTZ(${text}, 'AUTO')`;

export const snowflakeDialect: Dialect = {
  name: 'snowflake',
  quoteIdentifier,
  quoteString,
  foldIdentifier: (name) => name.toUpperCase(),
  isTimestamp: (type) => /^(TIMESTAMP|DATETIME|DATE$)/.test(type),
  keepsOffset: (type) => type.startsWith('TIMESTAMP_TZ'),
  utcTimestamp,
  isText: (type) => /^(VARCHAR|CHAR|TEXT|STRING)/.test(type),
  isFloat: (type) => /^(FLOAT|DOUBLE|REAL)/.test(type),
  // A collation would make keys one that differ in case, and order them by another order than the cursor's.
  text: (sql, { type }) =>
    type.startsWith('BINARY') ? `TO_VARCHAR(${sql}, 'UTF-8')` : `COLLATE(CAST(${sql} AS VARCHAR), '')`,
  jsonField: (column, row, isKey) => jsonField(column, quoteIdentifier(column.name), row, isKey),
  // OBJECT_CONSTRUCT would leave NULLs out and sort the names: texts are joined in the model's order.
  jsonObject,
  ulid(timestamp, identity) {
    // Times before 1970 or missing have no place in 48 unsigned bits: they count as 0, the hash tells rows apart.
    const since1970 = `DATEDIFF('millisecond', TO_TIMESTAMP_NTZ(0), ${timestamp})`;
    const milliseconds = `GREATEST(0, COALESCE(${since1970}, 0))`;
    const half = (start: number): string => `TO_NUMBER(SUBSTR(MD5(${identity}), ${start}, 10), 'XXXXXXXXXX')`;
    return `(${crockford(milliseconds, 10)} || ${crockford(half(1), 8)} || ${crockford(half(11), 8)})`;
  },
  keepsInnerOrder: false,
  line(prefix, json, suffix) {
    const text = typeof json === 'string' ? json : jsonObject(json);
    return `CONCAT(${quoteString(prefix)}, ${text}, ${quoteString(suffix)}, CHR(10))`;
  },
  timestampLiteral: (text) => readTimestamp(quoteString(text.replace('T', ' '))),
  boundTimestamp: () => readTimestamp('?'),
  // A plain cast prints what the session's format says, milliseconds by default, and a cursor that is cut would
  // read rows again. Another format would change what OBJECT_CONSTRUCT prints in people's attributes.
  timestampText: (timestamp) => `RTRIM(RTRIM(TO_VARCHAR(${timestamp}, ${timestampFormat}), '0'), '.')`,
  byteLength: (text) => `OCTET_LENGTH(${text})`,
  matches: (text, pattern) => `REGEXP_LIKE(${text}, ${quoteString(pattern)})`,
};
