import type { Dialect } from '../../warehouse/warehouse.ts';
import { type Segment, segmentsOf } from '../jinja/parse/segments.ts';
import { tokensOfTag } from '../jinja/parse/tokens.ts';
import { isBlank, tokensOf } from './sql-tokens.ts';

/** Signs of nobody's, between which a tag's number stands while the SQL around it is cut into tokens. */
const [OPEN, CLOSE] = ['\uE000', '\uE001'];
const MARK = /\uE000(\d+)\uE001/g;

/**
 * A template without what changes nothing: comments of SQL and of Jinja, white space outside of strings, the `;` at its
 * end. Two texts that give the same are the same model; what stands in strings and quoted names stays as it is.
 */
export function normalisedSql(template: string, dialect: Dialect): string {
  const tags: string[] = [];
  const marked = segmentsOf(template.replaceAll(OPEN, ' ').replaceAll(CLOSE, ' '))
    .map((segment) => {
      if (segment.kind === 'text') return segment.text;
      if (segment.kind === 'comment') return ' ';
      return `${OPEN}${tags.push(normalisedTag(segment)) - 1}${CLOSE}`;
    })
    .join('');
  const text = withoutBlanks(tokensOf(marked, dialect));
  return text.replace(MARK, (_mark, index: string) => tags[Number(index)] ?? '').replace(/[;\s]+$/, '');
}

/** Blanks stay only where they part two words. What a comment holds of Jinja runs, so it stays. */
function withoutBlanks(tokens: readonly string[]): string {
  const parts: string[] = [];
  let isParted = false;
  for (const token of tokens) {
    const kept = isBlank(token) ? (token.match(MARK)?.join('') ?? '') : token;
    if (kept === '') {
      isParted = true;
      continue;
    }
    if (isParted && isWordy(parts.at(-1)?.at(-1)) && isWordy(kept.at(0))) parts.push(' ');
    parts.push(kept);
    isParted = isBlank(token);
  }
  return parts.join('');
}

function isWordy(character = ''): boolean {
  return /[\p{L}\p{N}_$'"\uE000\uE001]/u.test(character);
}

function normalisedTag({ kind, text }: Segment): string {
  const words = wordsOf(text);
  return kind === 'output' ? `{{${words}}}` : `{%${words}%}`;
}

function wordsOf(text: string): string {
  try {
    const tokens = tokensOfTag(text, 0, { path: '', text, line: 1 });
    return tokens
      .map((token) => (token.kind === 'string' ? JSON.stringify(token.text) : token.text))
      .join(' ')
      .trim();
  } catch {
    return text.trim();
  }
}
