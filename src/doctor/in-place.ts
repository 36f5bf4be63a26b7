import { isBlank, tokensOf } from '../source/models/sql-text.ts';
import type { Dialect } from '../source/warehouse/warehouse.ts';

/**
 * Asks another question at the place of a part of a statement, where the CTEs before it can be named: all that
 * follows is left out, and the brackets around it are closed. undefined where the part stands in no such place.
 */
export function inPlace(sql: string, part: string, question: string, dialect: Dialect): string | undefined {
  const at = sql.indexOf(part);
  if (at < 0) return undefined;
  const before = sql.slice(0, at);
  const closings = openBrackets(tokensOf(before, dialect)).map(closing).reverse();
  return closings.includes(undefined) ? undefined : [before, question, ...closings].join('');
}

/** For each bracket that is open at the end, the tokens before it that are neither space nor comment. */
function openBrackets(tokens: readonly string[]): string[][] {
  const open: string[][] = [];
  const seen: string[] = [];
  for (const token of tokens) {
    if (isBlank(token)) continue;
    if (token === '(') open.push(seen.slice(-4));
    if (token === ')') open.pop();
    seen.push(token);
  }
  return open;
}

/** A CTE has to be read by something; the bracket of a FROM only closes. */
function closing(before: readonly string[]): string | undefined {
  const words = before.filter((token) => !/^(not|materialized)$/i.test(token));
  if (/^from$/i.test(words.at(-1) ?? '')) return '\n)';
  if (!/^as$/i.test(words.at(-1) ?? '')) return undefined;
  const name = words.at(-2) ?? '';
  return /^["\p{L}_]/u.test(name) ? `\n)\nSELECT * FROM ${name}` : undefined;
}
