import type { Token } from './tokens.ts';

/**
 * Casts to Snowflake's timestamps as calls of macros (zoned-times.ts): DuckDB has no type that keeps an offset, so
 * what these casts mean depends on what they are given.
 */
const macros: Readonly<Record<string, string>> = {
  TIMESTAMP_NTZ: 'SNOWFLAKE_TO_NTZ',
  DATETIME: 'SNOWFLAKE_TO_NTZ',
  TIMESTAMP_LTZ: 'SNOWFLAKE_TO_LTZ',
  TIMESTAMP_TZ: 'SNOWFLAKE_TO_TZ',
};

const other = (text: string): Token => ({ kind: 'other', text });

/** The index of the nearest token that is no space, `step` away from one. */
function beside(tokens: readonly Token[], index: number, step: 1 | -1): number {
  let at = index + step;
  while (tokens[at]?.kind === 'space') at += step;
  return at;
}

/** From a closing bracket to its opening one, or back. */
function matching(tokens: readonly Token[], index: number, step: 1 | -1): number {
  const [inner, outer] = step === 1 ? ['(', ')'] : [')', '('];
  let depth = 0;
  for (let at = index; at >= 0 && at < tokens.length; at += step) {
    if (tokens[at]?.text === inner && tokens[at]?.kind === 'other') depth += 1;
    if (tokens[at]?.text === outer && tokens[at]?.kind === 'other') depth -= 1;
    if (depth === 0) return at;
  }
  return index;
}

const isName = (token: Token | undefined): boolean => token?.kind === 'word' || token?.kind === 'quoted';

/** Where the operand of `::` begins that ends at an index: a literal, a name with its dots, a call, brackets. */
function operandStart(tokens: readonly Token[], end: number): number {
  let start = tokens[end]?.text === ')' ? matching(tokens, end, -1) : end;
  if (start !== end && isName(tokens[start - 1])) start -= 1;
  while (tokens[start - 1]?.text === '.' && isName(tokens[start - 2])) start -= 2;
  return start;
}

/** A type's end: behind its scale, where it has one, which a macro does not take. */
function typeEnd(tokens: readonly Token[], index: number): number {
  const next = beside(tokens, index, 1);
  return tokens[next]?.text === '(' ? matching(tokens, next, 1) : index;
}

/** `x::TYPE` at the type's place. */
function postfix(tokens: readonly Token[], type: number, cast: number, macro: string): Token[] {
  const end = beside(tokens, cast, -1);
  const start = operandStart(tokens, end);
  return [
    ...tokens.slice(0, start),
    other(macro),
    other('('),
    ...tokens.slice(start, end + 1),
    other(')'),
    ...tokens.slice(typeEnd(tokens, type) + 1),
  ];
}

/** `CAST(x AS TYPE)` at the type's place; undefined where the AS is an alias's. */
function prefix(tokens: readonly Token[], type: number, as: number, macro: string): Token[] | undefined {
  const end = beside(tokens, typeEnd(tokens, type), 1);
  if (tokens[end]?.text !== ')') return undefined;
  const open = matching(tokens, end, -1);
  const cast = beside(tokens, open, -1);
  if (!/^CAST$/i.test(tokens[cast]?.text ?? '')) return undefined;
  return [
    ...tokens.slice(0, cast),
    other(macro),
    ...tokens.slice(open, as),
    other(')'),
    ...tokens.slice(end + 1),
  ];
}

function rewritten(tokens: readonly Token[], index: number): Token[] | undefined {
  const token = tokens[index];
  const macro = token?.kind === 'word' ? macros[token.text.toUpperCase()] : undefined;
  if (macro === undefined) return undefined;
  const before = beside(tokens, index, -1);
  if (tokens[before]?.text === '::') return postfix(tokens, index, before, macro);
  return /^AS$/i.test(tokens[before]?.text ?? '') ? prefix(tokens, index, before, macro) : undefined;
}

/** The same SQL with every cast to a timestamp type as a call; the innermost come first. */
export function timestampCasts(tokens: readonly Token[]): readonly Token[] {
  let all = tokens;
  for (let index = 0; index < all.length; index += 1) {
    const next = rewritten(all, index);
    if (next === undefined) continue;
    all = next;
    index = -1;
  }
  return all;
}
