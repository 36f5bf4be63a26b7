import { base32Alphabet } from '../../streams/base32.ts';
import { base32 } from '../base32.ts';
import {
  type Column,
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
import { jsonField, textOfBytes } from './json/json-field.ts';
import { scalarName } from './json/type.ts';
import { quoteIdentifier, quoteString } from './quote.ts';
import { snapshotWords } from './snapshot-words.ts';
import { snowflakeFunctions } from './snowflake-functions.ts';
import { boundTimestamp, cursorTimestamp, utcTimestamp } from './timestamps.ts';

const crockford = (number: string, digits: number): string =>
  base32(digits, (shift) => `substr('${base32Alphabet}', ((${number} >> ${shift}) & 31)::INTEGER + 1, 1)`);

const times = /^(DATE|TIMESTAMP|TIMESTAMP_S|TIMESTAMP_MS|TIMESTAMP_NS|TIMESTAMP WITH TIME ZONE)$/;

/** Bytes are read as UTF-8; a collation, by which different texts may be equal, is left behind. */
function exact(sql: string, column: Column): string {
  const isBytes = scalarName(column.type) === 'BLOB';
  return `${isBytes ? textOfBytes(sql, column.name) : `CAST(${sql} AS VARCHAR)`} COLLATE C`;
}

/** Name and value with what stands before them, as arguments of concat. */
function member({ name, sql }: ObjectField, index: number): string {
  const before = `${index === 0 ? '{' : ','}${JSON.stringify(name)}:`;
  return `${quoteString(before)}, coalesce(CAST(${sql} AS VARCHAR), 'null')`;
}

const members = (fields: readonly ObjectField[], more?: string): string =>
  [...fields.map(member), ...(more === undefined ? [] : [more]), `'}'`].join(', ');

// Times before 1970 or missing have no place in 48 unsigned bits: they count as 0, the hash tells rows apart.
function ulid(timestamp: string, identity: string): string {
  const milliseconds = `greatest(0, coalesce(epoch_ms(${timestamp}), 0))::BIGINT`;
  const half = (start: number): string => `('0x' || substr(md5(${identity}), ${start}, 10))::BIGINT`;
  return `(${crockford(milliseconds, 10)} || ${crockford(half(1), 8)} || ${crockford(half(11), 8)})`;
}

const typeWords: TypeWords = {
  made: { text: 'VARCHAR', integer: 'INTEGER', timestamp: 'TIMESTAMP', float: 'DOUBLE', boolean: 'BOOLEAN' },
  isTimestamp: (type) => times.test(scalarName(type) ?? ''),
  keepsOffset: () => false,
  isText: (type) => scalarName(type) === 'VARCHAR',
  isFloat: (type) => /^(DOUBLE|FLOAT)$/.test(scalarName(type) ?? ''),
};

const textWords: TextWords = {
  cast: (sql) => `CAST(${sql} AS VARCHAR)`,
  exact,
  byteLength: (text) => `strlen(${text})`,
  matches: (text, pattern) => `regexp_full_match(${text}, ${quoteString(pattern)})`,
  hash: (text) => `SUBSTR(MD5(${text}), 1, 16)`,
  ulid,
};

const timeWords: TimeWords = {
  now: 'TO_TIMESTAMP_NTZ(current_timestamp)',
  utc: utcTimestamp,
  cursor: cursorTimestamp,
  tryText: (text) => `TRY_TO_TIMESTAMP_NTZ(${text})`,
  literal: (text) => `${quoteString(text.replace('T', ' '))}::TIMESTAMP`,
  bound: boundTimestamp,
  ofText: (text) => `CAST(${text} AS TIMESTAMP)`,
  print: (timestamp) => `CAST(${timestamp} AS VARCHAR)`,
};

const jsonWords: JsonWords = {
  field: (column, place) => jsonField(column, quoteIdentifier(column.name), place),
  // json_object() would read nested JSON again and round its decimals: texts are joined untouched.
  object: (fields) => `concat(${members(fields)})`,
  // One concat: another inside it would copy the object once more.
  line(prefix, json, suffix, more) {
    const parts = typeof json === 'string' ? json : members(json, more);
    return `encode(concat(${quoteString(prefix)}, ${parts}, ${quoteString(suffix)} || chr(10)))`;
  },
};

const queryWords: QueryWords = {
  tokens: {
    lineComments: ['--'],
    carriageReturnEndsLine: true,
    nestsComments: true,
    backslashes: 'afterE',
    dollarTags: true,
  },
  // Columns that differ by case only are one.
  nameKey: (name) => name.toLowerCase(),
  firstPerKey: (key, order) => `QUALIFY ROW_NUMBER() OVER (PARTITION BY ${key} ORDER BY ${order}) = 1`,
  keepsInnerOrder: true,
  functions: snowflakeFunctions,
  errorLine: (message) => lineNumber(/\bLINE (\d+):/.exec(message)),
};

const ddlWords: DdlWords = {
  isTransactional: true,
  standing: (schemas) => `SELECT schema_name, table_name, 'table' AS kind, comment FROM duckdb_tables()
WHERE database_name = current_database() AND NOT internal AND schema_name IN (${schemas})
UNION ALL SELECT schema_name, view_name, 'view', comment FROM duckdb_views()
WHERE database_name = current_database() AND NOT internal AND schema_name IN (${schemas})`,
  replace: (kind, relation, select) => `CREATE OR REPLACE ${kind} ${relation} AS\n${select}`,
  comment: (kind, relation, text) => `COMMENT ON ${kind} ${relation} IS ${quoteString(text)}`,
  temporaryTable: (table, select) => `CREATE OR REPLACE TEMPORARY TABLE ${table} AS\n${select}`,
  createSchema: (schema) => [`CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(schema)}`],
};

export const duckdbDialect: Dialect = {
  name: 'duckdb',
  quoteIdentifier,
  quoteString,
  foldIdentifier: (name) => name.toLowerCase(),
  types: typeWords,
  text: textWords,
  time: timeWords,
  json: jsonWords,
  query: queryWords,
  ddl: ddlWords,
  snapshot: snapshotWords,
};
