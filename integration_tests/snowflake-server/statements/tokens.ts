/** Snowflake SQL in pieces, as far as a translation of names, types and literals needs them. */
export interface Token {
  readonly kind: 'string' | 'quoted' | 'word' | 'space' | 'other';
  /** As written; of a string its value, without quotes and escapes. */
  readonly text: string;
}

const patterns: readonly (readonly [Token['kind'], RegExp])[] = [
  ['space', /(?:\s+|--[^\n]*|\/\/[^\n]*|\/\*.*?\*\/)+/sy],
  ['string', /'(?:[^'\\]|''|\\.)*'/sy],
  ['string', /\$\$.*?\$\$/sy],
  ['quoted', /"(?:[^"]|"")*"/sy],
  ['word', /[A-Za-z_][\w$]*/y],
  ['other', /\d+(?:\.\d*)?(?:[eE][-+]?\d+)?|::|=>|\|\||./sy],
];

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', '0': '\0' };

function stringValue(literal: string): string {
  if (literal.startsWith('$$')) return literal.slice(2, -2);
  return literal
    .slice(1, -1)
    .replace(/''|\\(.)/gs, (match, escaped) => (match === "''" ? "'" : (escapes[escaped] ?? escaped)));
}

function tokenAt(sql: string, position: number): readonly [Token, number] {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = position;
    const text = pattern.exec(sql)?.[0];
    if (text === undefined) continue;
    return [{ kind, text: kind === 'string' ? stringValue(text) : text }, position + text.length];
  }
  return [{ kind: 'other', text: sql.slice(position) }, sql.length];
}

export function tokensOf(sql: string): Token[] {
  const tokens: Token[] = [];
  let position = 0;
  while (position < sql.length) {
    const [token, next] = tokenAt(sql, position);
    tokens.push(token);
    position = next;
  }
  return tokens;
}
