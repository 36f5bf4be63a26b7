import { configError } from '../../errors/connector-error.ts';
import type { Dialect } from '../../warehouse/warehouse.ts';
import { segmentsOf } from '../jinja/parse/segments.ts';
import { isBlank, tokensOf } from './sql-tokens.ts';

/** The one statement of a model: without the `;` at its end, which dbt refuses and people write. */
export function oneStatement(sql: string, label: string, dialect: Dialect): string {
  const tokens = tokensOf(sql, dialect);
  const end = tokens.indexOf(';');
  const rest = end < 0 ? [] : tokens.slice(end);
  if (rest.some((token) => token !== ';' && !isBlank(token))) {
    throw configError(`${label} contains more than one statement. A model is one SELECT.`);
  }
  const statement = end < 0 ? tokens : tokens.slice(0, end);
  if (statement.every(isBlank)) throw configError(`${label} renders to nothing. A model is one SELECT.`);
  return statement.join('').trim();
}

/** Puts SQL in brackets that a comment at its end cannot swallow. */
export function bracketed(sql: string): string {
  return `(\n${sql}\n)`;
}

/**
 * Whether a template's SQL may define a CTE of this name. It errs towards yes: a name between quotes of a string
 * counts too, since a template's branches can leave a quote open.
 */
export function mayDefineCte(template: string, name: string, dialect: Dialect): boolean {
  const sql = withoutTags(template);
  if (!sql.toLowerCase().includes(name.toLowerCase())) return false;
  const tokens = tokensOf(sql, dialect);
  const opened = tokens.flatMap((token) =>
    token.startsWith("'") ? tokensOf(token.slice(1), dialect) : [token],
  );
  return (
    definesCte(tokens, name) ||
    definesCte(opened, name) ||
    definesCte(tokensOf(sql.replaceAll("'", ' '), dialect), name)
  );
}

/** Jinja's tags and comments may hold any character. */
function withoutTags(template: string): string {
  return segmentsOf(template)
    .map(({ kind, text }) => (kind === 'text' ? text : ' '))
    .join('');
}

function definesCte(all: readonly string[], name: string): boolean {
  const tokens = all.filter((token) => !isBlank(token)).map((token) => token.toLowerCase());
  const names = [name.toLowerCase(), `"${name.toLowerCase().replaceAll('"', '""')}"`];
  return tokens.some((token, index) => names.includes(token) && isCteStart(tokens, index + 1));
}

/** `(columns) AS [NOT] MATERIALIZED (`, of which the columns and the last words may be left out. */
function isCteStart(tokens: readonly string[], from: number): boolean {
  let at = from;
  if (tokens[at] === '(') {
    do at += 1;
    while (at < tokens.length && tokens[at] !== '(' && tokens[at] !== ')');
    at += 1;
  }
  if (tokens[at] !== 'as') return false;
  at += 1;
  if (tokens[at] === 'not') at += 1;
  if (tokens[at] === 'materialized') at += 1;
  return tokens[at] === '(';
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
