import { tokensOf } from './statements/tokens.ts';

/** What `ALTER SESSION SET a = 'x' b = 1` sets; undefined for another statement. */
export function parameterSettings(sql: string): readonly (readonly [string, string])[] | undefined {
  if (!/^\s*ALTER\s+SESSION\s+SET\b/i.test(sql)) return undefined;
  const [, , , ...rest] = tokensOf(sql).filter(({ kind, text }) => kind !== 'space' && text !== ',');
  return rest.flatMap(({ text }, index) =>
    text === '=' ? [[rest[index - 1]?.text.toUpperCase() ?? '', rest[index + 1]?.text ?? ''] as const] : [],
  );
}
