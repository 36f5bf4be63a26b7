import { base32, base32Alphabet } from '../base32.ts';
import type { Dialect } from '../warehouse.ts';
import { jsonField } from './json-field.ts';

const quoteIdentifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const quoteString = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const crockford = (number: string, digits: number): string =>
  base32(digits, (shift) => `substr('${base32Alphabet}', ((${number} >> ${shift}) & 31)::INTEGER + 1, 1)`);

function member({ name, sql }: { readonly name: string; readonly sql: string }): string {
  return `${quoteString(`${JSON.stringify(name)}:`)}, coalesce(CAST(${sql} AS VARCHAR), 'null')`;
}

export const duckdbDialect: Dialect = {
  name: 'duckdb',
  quoteIdentifier,
  quoteString,
  foldIdentifier: (name) => name.toLowerCase(),
  isTimestamp: (type) => /^(TIMESTAMP|DATE$)/.test(type),
  jsonField: (column, row) => jsonField(column, quoteIdentifier(column.name), row),
  // json_object() would read nested JSON again and round its decimals: texts are joined untouched.
  jsonObject: (fields) => `concat('{', ${fields.map(member).join(`, ',', `)}, '}')`,
  ulid(timestamp, identity) {
    // Times before 1970 or missing have no place in 48 unsigned bits: they count as 0, the hash tells rows apart.
    const milliseconds = `greatest(0, coalesce(epoch_ms(${timestamp}), 0))::BIGINT`;
    const half = (start: number): string => `('0x' || substr(md5(${identity}), ${start}, 10))::BIGINT`;
    return `(${crockford(milliseconds, 10)} || ${crockford(half(1), 8)} || ${crockford(half(11), 8)})`;
  },
  line: (prefix, json, suffix) =>
    `encode(concat(${quoteString(prefix)}, ${json}, ${quoteString(suffix)}, chr(10)))`,
  timestampLiteral: (text) => `${quoteString(text.replace('T', ' '))}::TIMESTAMP`,
  timestampText: (timestamp) => `CAST(${timestamp} AS VARCHAR)`,
  byteLength: (text) => `strlen(${text})`,
  matches: (text, pattern) => `regexp_full_match(${text}, ${quoteString(pattern)})`,
};
