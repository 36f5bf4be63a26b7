import type { Dialect, TokenRules } from '../../warehouse/dialect.ts';

const WORD = /[\p{L}_][\p{L}\p{N}_$]*/uy;
const TO_LINE_END = /[^\r\n]*/y;
const TO_NEWLINE = /[^\n]*/y;
const SPACE = /\s+/uy;
const TAG = /\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$/uy;

/**
 * SQL cut into strings, quoted names, comments, words, spaces and single characters: joined, it is the text again.
 * Every character is looked at a bounded number of times, whatever the text. What is opened and never closed goes
 * on to the end, as the databases see it.
 */
export function tokensOf(sql: string, dialect: Dialect): string[] {
  const tokens: string[] = [];
  for (let at = 0; at < sql.length; ) {
    const end = tokenEnd(sql, at, dialect);
    tokens.push(sql.slice(at, end));
    at = end;
  }
  return tokens;
}

function tokenEnd(sql: string, at: number, { query: { tokens } }: Dialect): number {
  const pair = sql.slice(at, at + 2);
  if (tokens.lineComments.includes(pair)) return lineEnd(sql, at, tokens);
  if (pair === '/*') return commentEnd(sql, at, tokens);
  const [first] = pair;
  if (first === "'") return stringEnd(sql, at, hasBackslashes(sql, at, tokens));
  if (first === '"') return quotedEnd(sql, at);
  if (first === '$') return dollarEnd(sql, at, tokens);
  return (
    matchEnd(WORD, sql, at) ?? matchEnd(SPACE, sql, at) ?? at + ((sql.codePointAt(at) ?? 0) > 0xffff ? 2 : 1)
  );
}

function hasBackslashes(sql: string, at: number, { backslashes }: TokenRules): boolean {
  return (
    backslashes === 'all' || (/[eE]/.test(sql.charAt(at - 1)) && !/[\p{L}\p{N}_$]/u.test(sql.charAt(at - 2)))
  );
}

function stringEnd(sql: string, start: number, backslashes: boolean): number {
  for (let at = start + 1; at < sql.length; at += 1) {
    const character = sql.charAt(at);
    if (character === '\\' && backslashes) at += 1;
    else if (character === "'" && sql.charAt(at + 1) === "'") at += 1;
    else if (character === "'") return at + 1;
  }
  return sql.length;
}

function quotedEnd(sql: string, start: number): number {
  for (let at = sql.indexOf('"', start + 1); at >= 0; at = sql.indexOf('"', at + 2)) {
    if (sql.charAt(at + 1) !== '"') return at + 1;
  }
  return sql.length;
}

function dollarEnd(sql: string, at: number, { dollarTags }: TokenRules): number {
  const end = matchEnd(TAG, sql, at);
  if (end === undefined || (!dollarTags && end > at + 2)) return at + 1;
  return after(sql, sql.slice(at, end), end);
}

function lineEnd(sql: string, at: number, { carriageReturnEndsLine }: TokenRules): number {
  return matchEnd(carriageReturnEndsLine ? TO_LINE_END : TO_NEWLINE, sql, at) ?? sql.length;
}

function commentEnd(sql: string, start: number, { nestsComments }: TokenRules): number {
  if (!nestsComments) return after(sql, '*/', start + 2);
  let depth = 0;
  for (let at = start; at < sql.length; at += 1) {
    const pair = sql.charAt(at) + sql.charAt(at + 1);
    if (pair !== '/*' && pair !== '*/') continue;
    depth += pair === '/*' ? 1 : -1;
    at += 1;
    if (depth === 0) return at + 1;
  }
  return sql.length;
}

function after(sql: string, closer: string, from: number): number {
  const at = sql.indexOf(closer, from);
  return at < 0 ? sql.length : at + closer.length;
}

function matchEnd(pattern: RegExp, sql: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(sql) ? pattern.lastIndex : undefined;
}

/** Whether a token is a space or a comment. */
export function isBlank(token: string): boolean {
  return /^(?:\s|--|\/\*|\/\/)/.test(token);
}
