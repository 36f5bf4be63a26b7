import { type Parameters, readNames } from '../session-parameters.ts';
import { bound, type Literals } from './binds.ts';
import { timestampCasts } from './casts.ts';
import { type Token, tokensOf } from './tokens.ts';
import { zonedType } from './zoned-times.ts';

/**
 * Snowflake SQL for DuckDB: unquoted names in upper case, escapes in strings, names of types. Functions are
 * macros (functions.ts); what neither covers is not supported, and DuckDB says so.
 */

const types: Readonly<Record<string, string>> = {
  NUMBER: 'DECIMAL(38,0)',
  INT: 'DECIMAL(38,0)',
  INTEGER: 'DECIMAL(38,0)',
  BIGINT: 'DECIMAL(38,0)',
  FLOAT: 'DOUBLE',
  STRING: 'VARCHAR',
  TEXT: 'VARCHAR',
  BINARY: 'BLOB',
  VARIANT: 'JSON',
  OBJECT: 'JSON',
  ARRAY: 'JSON[]',
  GEOGRAPHY: 'STRUCT(geography JSON)',
  DATETIME: 'TIMESTAMP',
  TIMESTAMP_NTZ: 'TIMESTAMP',
  TIMESTAMP_LTZ: 'TIMESTAMPTZ',
  TIMESTAMP_TZ: zonedType,
};

/** DuckDB's own function of the name means something else, and a macro cannot take its name over. */
const functions: Readonly<Record<string, string>> = {
  REGEXP_REPLACE: 'SNOWFLAKE_REGEXP_REPLACE',
  TO_JSON: 'SNOWFLAKE_TO_JSON',
  COLLATE: 'SNOWFLAKE_COLLATE',
  GREATEST: 'SNOWFLAKE_GREATEST',
  LEAST: 'SNOWFLAKE_LEAST',
  CONCAT_WS: 'SNOWFLAKE_CONCAT_WS',
  GET: 'SNOWFLAKE_GET',
  FILTER: 'LIST_FILTER',
};

const columnList = /(?:"(?:[^"]|"")+"\s*\.\s*)?\bINFORMATION_SCHEMA\s*\.\s*COLUMNS\b/g;
const tableList = /(?:"(?:[^"]|"")+"\s*\.\s*)?\bINFORMATION_SCHEMA\s*\.\s*TABLES\b/g;
/** What DuckDB has no words for, and no need: grants, and how long a table is kept for. */
const transient = /^(\s*CREATE\s+(?:OR\s+REPLACE\s+)?)TRANSIENT\s+(?=TABLE\b)/i;
const copyGrants = /\bCOPY\s+GRANTS\b(?=\s+AS\b)/i;
const generator = /\bTABLE\s*\(\s*GENERATOR\s*\(\s*ROWCOUNT\s*=>\s*(\d+)\s*\)\s*\)/g;
const vector = /\bVECTOR\s*\(\s*(FLOAT|INT)\s*,\s*(\d+)\s*\)/g;
/** `name TYPE -> …`, the argument of a function that takes one. */
const lambda = /\b(\w+)(?:\s+VARCHAR)?\s*->/g;
/** A scale of nine digits needs DuckDB's other timestamp; other scales only round, which no test looks at. */
const scaledTimestamp = /(\bTIMESTAMPTZ|\bTIMESTAMP|tz_offset INTEGER\))\s*\((\d)\)/g;

const significant = (tokens: readonly Token[], from: number, step: 1 | -1): Token | undefined => {
  for (let index = from + step; index >= 0 && index < tokens.length; index += step) {
    const token = tokens[index];
    if (token !== undefined && token.kind !== 'space') return token;
  }
  return undefined;
};

/** A type stands after `::`, after AS in a cast, and after a column's name in a table's definition. */
function isTypePlace(tokens: readonly Token[], index: number, defines: boolean): boolean {
  const before = significant(tokens, index, -1);
  if (before === undefined) return false;
  if (before.text === '::' || /^AS$/i.test(before.text)) return true;
  return defines && (before.kind === 'word' || before.kind === 'quoted');
}

function word(tokens: readonly Token[], index: number, defines: boolean): string {
  const name = (tokens[index]?.text ?? '').toUpperCase();
  const type = types[name];
  const next = significant(tokens, index, 1)?.text;
  if (type !== undefined && isTypePlace(tokens, index, defines)) {
    return name === 'NUMBER' && next === '(' ? 'DECIMAL' : type;
  }
  return next === '(' ? (functions[name] ?? name) : name;
}

function text(tokens: readonly Token[], index: number, defines: boolean): string {
  const token = tokens[index];
  switch (token?.kind) {
    case 'string':
      return `'${token.text.replaceAll("'", "''")}'`;
    case 'space':
      return ' ';
    case 'word':
      return word(tokens, index, defines);
    default:
      return token?.text ?? '';
  }
}

export function translate(
  sql: string,
  literals: Literals = new Map(),
  parameters: Parameters = new Map(),
): string {
  const tokens = timestampCasts(bound(readNames(tokensOf(sql), parameters), literals));
  const defines = /^\s*(CREATE|ALTER)\b/i.test(sql) && !/\bAS\s*(WITH|SELECT)\b/i.test(sql);
  return tokens
    .map((_, index) => text(tokens, index, defines))
    .join('')
    .replace(columnList, 'TEMP.SNOWFLAKE_COLUMNS')
    .replace(tableList, 'TEMP.SNOWFLAKE_TABLES')
    .replace(transient, '$1')
    .replace(copyGrants, '')
    .replace(lambda, 'lambda $1:')
    .replace(generator, (_, rows) => `RANGE(${rows})`)
    .replace(vector, (_, type, dimension) => `${type}[${dimension}]`)
    .replace(scaledTimestamp, (_, type, scale) =>
      type === 'TIMESTAMP' && scale === '9' ? 'TIMESTAMP_NS' : type,
    )
    .replace(/;\s*$/, '');
}
