import { configError } from '../../protocol/connector-error.ts';
import type { Dialect } from '../warehouse/warehouse.ts';

// Snowflake's strings know backslash escapes, DuckDB's do not; all else is lexed alike.
const STRINGS: Record<Dialect['name'], string> = {
  duckdb: `'(?:[^']|'')*'`,
  snowflake: `'(?:[^'\\\\]|''|\\\\[\\s\\S])*'`,
};
const OTHERS = String.raw`--[^\n]*|/\*[\s\S]*?\*/|"(?:[^"]|"")*"|\$\$[\s\S]*?\$\$|[\p{L}_][\p{L}\p{N}_$]*|\s+|[\s\S]`;

/** SQL cut into strings, quoted names, comments, words, spaces and single characters: joined, it is the text again. */
export function tokensOf(sql: string, dialect: Dialect): string[] {
  return sql.match(new RegExp(`${STRINGS[dialect.name]}|${OTHERS}`, 'gu')) ?? [];
}

/** Whether a token is a space or a comment. */
export function isBlank(token: string): boolean {
  return /^(\s|--|\/\*)/.test(token);
}

/** The one statement of a model: without the `;` at its end, which dbt refuses and people write. */
export function oneStatement(sql: string, label: string, dialect: Dialect): string {
  const tokens = tokensOf(sql, dialect);
  const end = tokens.indexOf(';');
  const rest = end < 0 ? [] : tokens.slice(end);
  if (rest.some((token) => token !== ';' && !isBlank(token))) {
    throw configError(`${label} holds more than one statement. A model is one SELECT.`);
  }
  const statement = end < 0 ? tokens : tokens.slice(0, end);
  if (statement.every(isBlank)) throw configError(`${label} renders to nothing. A model is one SELECT.`);
  return statement.join('').trim();
}

/** Puts SQL in brackets that a comment at its end cannot swallow. */
export function bracketed(sql: string): string {
  return `(\n${sql}\n)`;
}

/** Whether the SQL text may define a CTE of this name: it errs towards yes. */
export function mayDefineCte(sql: string, name: string): boolean {
  const quoted = name.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
  const column = String.raw`(?:\([^()]*\)\s*)?`;
  const blank = String.raw`(?:\s|--[^\n]*\n|/\*[\s\S]*?\*/)*`;
  const pattern = `(?<![\\p{L}\\p{N}_])${quoted}"?${blank}${column}${blank}as${blank}(?:(?:not\\s+)?materialized${blank})?\\(`;
  return new RegExp(pattern, 'iu').test(sql);
}

// Reserved on both warehouses, so none of them is an alias that the author wrote.
const NO_ALIAS = new Set(
  `where group order having qualify limit union intersect except join inner left right full cross natural on using`.split(
    ' ',
  ),
);

/**
 * dbt lets a column be qualified by its model's name (`from {{ ref('a') }} where a.id = 1`). A reference is
 * rendered as a generated name here, so it gets the model's name as alias where the author wrote none.
 */
export function aliasReferences(sql: string, aliases: ReadonlyMap<string, string>, dialect: Dialect): string {
  if (aliases.size === 0) return sql;
  const tokens = tokensOf(sql, dialect);
  let before = '';
  return tokens
    .map((token, index) => {
      const alias = aliases.get(token);
      const isTable = alias !== undefined && /^(from|join)$/i.test(before);
      if (!isBlank(token)) before = token;
      return isTable && endsTable(tokens, index + 1) ? `${token} AS ${alias}` : token;
    })
    .join('');
}

function endsTable(tokens: readonly string[], from: number): boolean {
  let index = from;
  while (isBlank(tokens[index] ?? '')) index++;
  const next = tokens[index];
  return (
    next === undefined || next === ')' || next === ',' || next === ';' || NO_ALIAS.has(next.toLowerCase())
  );
}
