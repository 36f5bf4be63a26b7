import { type Source, TemplateFault } from '../fault.ts';

export interface Token {
  readonly kind: 'name' | 'string' | 'integer' | 'float' | 'operator' | 'end';
  /** A string's value, without quotes and escapes; of all others what is written. */
  readonly text: string;
  /** The offset in the source. */
  readonly at: number;
}

const SPACE = /\s+/uy;
const FLOAT = /\d[\d_]*(?:\.\d[\d_]*(?:[eE][-+]?\d+)?|[eE][-+]?\d+)/uy;
const INTEGER = /0[xX][\da-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|\d[\d_]*/uy;
const NAME = /[\p{L}_][\p{L}\p{N}_]*/uy;
const OPERATOR = /\*\*|\/\/|==|!=|<=|>=|[-+*/%~[\](){},.:|=<>;]/uy;
const KINDS = [
  ['float', FLOAT],
  ['integer', INTEGER],
  ['name', NAME],
  ['operator', OPERATOR],
] as const;

/** The words of one tag, whose text begins at an offset of the source. */
export function tokensOfTag(text: string, start: number, source: Source): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length; ) {
    const space = match(SPACE, text, at);
    at += space.length;
    if (at >= text.length) break;
    const [token, length] = tokenAt(text, at, { source, at: start + at });
    tokens.push(token);
    at += length;
  }
  return [...tokens, { kind: 'end', text: '', at: start + text.length }];
}

function tokenAt(text: string, at: number, place: { source: Source; at: number }): [Token, number] {
  const first = text.charAt(at);
  if (first === '"' || first === "'") {
    const length = stringLength(text, at);
    if (length === undefined) throw new TemplateFault(`a text that ${first} opens is not closed.`, place);
    return [{ kind: 'string', text: unescaped(text.slice(at + 1, at + length - 1)), at: place.at }, length];
  }
  for (const [kind, pattern] of KINDS) {
    const found = match(pattern, text, at);
    if (found !== '') return [{ kind, text: found, at: place.at }, found.length];
  }
  throw new TemplateFault(`${JSON.stringify(first)} means nothing here.`, place);
}

function match(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}

function stringLength(text: string, start: number): number | undefined {
  const quote = text.charAt(start);
  for (let at = start + 1; at < text.length; at += 1) {
    if (text.charAt(at) === '\\') at += 1;
    else if (text.charAt(at) === quote) return at + 1 - start;
  }
  return undefined;
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
  v: '\v',
  a: '\u0007',
  '0': '\0',
  '\n': '',
};

/** Python's escapes: https://docs.python.org/3/reference/lexical_analysis.html#escape-sequences */
function unescaped(text: string): string {
  return text.replace(
    /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([\s\S]))/g,
    (whole, x?: string, u?: string, long?: string, character = '') => {
      const code = x ?? u ?? long;
      if (code !== undefined) return codePoint(Number.parseInt(code, 16), whole);
      if (character === '\\' || character === '"' || character === "'") return character;
      return ESCAPES[character] ?? whole;
    },
  );
}

function codePoint(code: number, written: string): string {
  return code > 0x10ffff ? written : String.fromCodePoint(code);
}
