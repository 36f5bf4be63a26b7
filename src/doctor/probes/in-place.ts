import { isBlank, tokensOf } from '../../models/sql/sql-tokens.ts';
import type { Dialect } from '../../warehouse/warehouse.ts';

/**
 * Asks another question at the place of a part of a statement, where the CTEs before it can be named. Of a SELECT
 * around it all columns are read, and so are a CTE's; what follows is left out. undefined where that cannot be.
 */
export function inPlace(sql: string, part: string, question: string, dialect: Dialect): string | undefined {
  const at = sql.indexOf(part);
  if (at < 0) return undefined;
  const tokens = tokensOf(sql.slice(0, at), dialect);
  let body = question;
  let end = tokens.length;
  for (const bracket of openBrackets(tokens).reverse()) {
    const inner = tokens.slice(bracket.at + 1, end).join('') + body;
    if (bracket.table !== undefined) body = `(${inner}\n)\nSELECT * FROM ${bracket.table}`;
    else if (bracket.select !== undefined) body = `SELECT * FROM (${inner}\n)`;
    else return undefined;
    end = bracket.table === undefined ? (bracket.select ?? 0) : bracket.at;
  }
  return tokens.slice(0, end).join('') + body;
}

interface Bracket {
  readonly at: number;
  /** The name of the CTE that it holds. */
  readonly table: string | undefined;
  /** Where the SELECT begins in which it stands. */
  readonly select: number | undefined;
}

/** The brackets that are open at the end, the outermost first. */
function openBrackets(tokens: readonly string[]): Bracket[] {
  const open: Bracket[] = [];
  const selects: (number | undefined)[] = [undefined];
  const words: string[] = [];
  for (const [at, token] of tokens.entries()) {
    if (isBlank(token)) continue;
    if (token === '(') {
      open.push({ at, table: tableOf(words), select: selects.at(-1) });
      selects.push(undefined);
    } else if (token === ')') {
      open.pop();
      selects.pop();
    } else if (/^select$/i.test(token)) selects.splice(-1, 1, at);
    words.push(token);
  }
  return open;
}

/** `name AS`, `name AS NOT MATERIALIZED` before a bracket. */
function tableOf(words: readonly string[]): string | undefined {
  const before = words.slice(-4).filter((word) => !/^(not|materialized)$/i.test(word));
  const [name = '', as = ''] = before.slice(-2);
  return /^as$/i.test(as) && /^["\p{L}_]/u.test(name) ? name : undefined;
}
