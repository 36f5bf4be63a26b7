import type { Dialect } from '../../warehouse/warehouse.ts';
import { isBlank, tokensOf } from './sql-tokens.ts';

/** Words that end a FROM clause. None of them names a table. */
const ends = new Set(
  'where group order having qualify limit union intersect except window offset fetch select on using'.split(
    ' ',
  ),
);

const isName = (token: string): boolean => /^("|[\p{L}_])/u.test(token);

const nameOf = (token: string): string =>
  token.startsWith('"') ? token.slice(1, -1).replaceAll('""', '"') : token;

/**
 * The names that stand where SQL reads a table: after FROM, JOIN, and the commas of a FROM clause. Each comes with
 * its schema and database in front, where they are written. CTEs are among them; table functions may be.
 */
export function tablesRead(sql: string, dialect: Dialect): string[][] {
  const tokens = tokensOf(sql, dialect).filter((token) => !isBlank(token));
  const clauses = new FromClauses();
  return tokens.flatMap((token, index) => {
    // A name after a point was taken with the one before it.
    if (tokens[index - 1] === '.' || !clauses.isTable(token)) return [];
    return [qualifiedName(tokens, index)];
  });
}

function qualifiedName(tokens: readonly string[], start: number): string[] {
  const parts: string[] = [];
  for (let index = start; isName(tokens[index] ?? ''); index += 2) {
    parts.push(nameOf(tokens[index] ?? ''));
    if (tokens[index + 1] !== '.') break;
  }
  return parts;
}

/** Follows SQL token by token, and knows where a FROM clause awaits a table. */
class FromClauses {
  /** One entry for each open bracket: whether a FROM clause goes on there. */
  readonly #open = [false];
  #awaits = false;

  /** Takes the next token. */
  isTable(token: string): boolean {
    const word = token.toLowerCase();
    const isTable = this.#awaits && isName(token) && !ends.has(word) && word !== 'from';
    if (word === 'from' || word === 'join') this.#clause(true);
    else if (ends.has(word)) this.#clause(false);
    else if (isTable) this.#awaits = false;
    else this.#punctuation(token);
    return isTable;
  }

  #clause(awaits: boolean): void {
    this.#open[this.#open.length - 1] = awaits;
    this.#awaits = awaits;
  }

  #punctuation(token: string): void {
    if (token === ',') this.#awaits = this.#open.at(-1) === true;
    if (token === '(') this.#open.push(this.#awaits);
    if (token !== ')') return;
    if (this.#open.length > 1) this.#open.pop();
    this.#awaits = false;
  }
}
