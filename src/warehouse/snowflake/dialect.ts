import { base32Alphabet } from '../../streams/base32.ts';
import { base32 } from '../base32.ts';
import {
  type DdlWords,
  type Dialect,
  type JsonWords,
  lineNumber,
  type ObjectField,
  type QueryWords,
  type TextWords,
  type TimeWords,
  type TypeWords,
} from '../dialect.ts';
import { jsonField } from './json-field.ts';
import { quoteIdentifier, quoteString } from './quote.ts';
import { snapshotWords } from './snapshot-words.ts';

const timestampFormat = `'YYYY-MM-DD HH24:MI:SS.FF9'`;

const crockford = (number: string, digits: number): string =>
  base32(
    digits,
    (shift) => `SUBSTR('${base32Alphabet}', BITAND(BITSHIFTRIGHT(${number}, ${shift}), 31) + 1, 1)`,
  );

function member({ name, sql }: ObjectField): string {
  return `${quoteString(`${JSON.stringify(name)}:`)}, COALESCE(${sql}, 'null')`;
}

const jsonObject = (fields: readonly ObjectField[], more?: string): string =>
  `CONCAT('{', ${fields.map(member).join(`, ',', `)}${more === undefined ? '' : `, ${more}`}, '}')`;

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

// Times before 1970 or missing have no place in 48 unsigned bits: they count as 0, the hash tells rows apart.
function ulid(timestamp: string, identity: string): string {
  const since1970 = `DATEDIFF('millisecond', TO_TIMESTAMP_NTZ(0), ${timestamp})`;
  const milliseconds = `GREATEST(0, COALESCE(${since1970}, 0))`;
  const half = (start: number): string => `TO_NUMBER(SUBSTR(MD5(${identity}), ${start}, 10), 'XXXXXXXXXX')`;
  return `(${crockford(milliseconds, 10)} || ${crockford(half(1), 8)} || ${crockford(half(11), 8)})`;
}

const typeWords: TypeWords = {
  made: {
    text: 'VARCHAR',
    integer: 'INTEGER',
    timestamp: 'TIMESTAMP_NTZ',
    float: 'FLOAT',
    boolean: 'BOOLEAN',
  },
  isTimestamp: (type) => /^(TIMESTAMP|DATETIME|DATE$)/.test(type),
  keepsOffset: (type) => type.startsWith('TIMESTAMP_TZ'),
  isText: (type) => /^(VARCHAR|CHAR|TEXT|STRING)/.test(type),
  isFloat: (type) => /^(FLOAT|DOUBLE|REAL)/.test(type),
};

const textWords: TextWords = {
  cast: (sql) => `CAST(${sql} AS VARCHAR)`,
  // A collation would make keys one that differ in case, and order them by another order than the cursor's.
  exact: (sql, { type }) =>
    type.startsWith('BINARY') ? `TO_VARCHAR(${sql}, 'UTF-8')` : `COLLATE(CAST(${sql} AS VARCHAR), '')`,
  byteLength: (text) => `OCTET_LENGTH(${text})`,
  matches: (text, pattern) => `REGEXP_LIKE(${text}, ${quoteString(pattern)})`,
  hash: (text) => `SUBSTR(MD5(${text}), 1, 16)`,
  ulid,
};

const timeWords: TimeWords = {
  now: utcTimestamp('current_timestamp', 'TIMESTAMP_LTZ'),
  utc: utcTimestamp,
  cursor: utcTimestamp,
  tryText: (text) => `TRY_TO_TIMESTAMP_NTZ(${text})`,
  literal: (text) => readTimestamp(quoteString(text.replace('T', ' '))),
  bound: () => readTimestamp('?'),
  ofText: readTimestamp,
  // A plain cast prints what the session's format says, milliseconds by default, and a cursor that is cut would
  // read rows again. Another format would change what OBJECT_CONSTRUCT prints in people's attributes.
  print: (timestamp) => `RTRIM(RTRIM(TO_VARCHAR(${timestamp}, ${timestampFormat}), '0'), '.')`,
};

const jsonWords: JsonWords = {
  field: (column, place) => jsonField(column, quoteIdentifier(column.name), place),
  // OBJECT_CONSTRUCT would leave NULLs out and sort the names: texts are joined in the model's order.
  object: (fields) => jsonObject(fields),
  line(prefix, json, suffix, more) {
    const text = typeof json === 'string' ? json : jsonObject(json, more);
    return `CONCAT(${quoteString(prefix)}, ${text}, ${quoteString(suffix)}, CHR(10))`;
  },
};

const queryWords: QueryWords = {
  tokens: {
    lineComments: ['--', '//'],
    carriageReturnEndsLine: false,
    nestsComments: false,
    backslashes: 'all',
    dollarTags: false,
  },
  nameKey: (name) => name,
  firstPerKey: (key, order) => `QUALIFY ROW_NUMBER() OVER (PARTITION BY ${key} ORDER BY ${order}) = 1`,
  keepsInnerOrder: false,
  functions: () => [],
  errorLine: (message) => lineNumber(/\berror line (\d+) at position \d+/.exec(message)),
};

const ddlWords: DdlWords = {
  isTransactional: false,
  standing: (
    schemas,
  ) => `SELECT TABLE_SCHEMA, TABLE_NAME, CASE WHEN TABLE_TYPE LIKE '%VIEW%' THEN 'view' ELSE 'table' END AS KIND, COMMENT
FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA IN (${schemas})`,
  // A table is transient, since it can be built again.
  replace: (kind, relation, select) =>
    `CREATE OR REPLACE ${kind === 'table' ? 'TRANSIENT TABLE' : 'VIEW'} ${relation} COPY GRANTS AS\n${select}`,
  comment: (kind, relation, text) => `COMMENT ON ${kind} ${relation} IS ${quoteString(text)}`,
  temporaryTable: (table, select) => `CREATE OR REPLACE TEMPORARY TABLE ${table} AS\n${select}`,
  // A new schema becomes the current one.
  createSchema: (schema, current) => [
    `CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(schema)}`,
    `USE SCHEMA ${quoteIdentifier(current)}`,
  ],
};

export const snowflakeDialect: Dialect = {
  name: 'snowflake',
  quoteIdentifier,
  quoteString,
  foldIdentifier: (name) => name.toUpperCase(),
  types: typeWords,
  text: textWords,
  time: timeWords,
  json: jsonWords,
  query: queryWords,
  ddl: ddlWords,
  snapshot: snapshotWords,
};
