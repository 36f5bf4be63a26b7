import { isJsonObject } from '../json/json-object.ts';
import { nearMatches } from './did-you-mean.ts';

/**
 * What is to be said of a configuration's unknown keys, and the known ones that were meant by them. A typo must not
 * silently change what is done. Keys that begin with `_` are the platform's own.
 */
export function unknownKeys(
  whose: string,
  config: unknown,
  known: readonly string[],
): { readonly message: string; readonly meant: readonly string[] } | undefined {
  const keys = isJsonObject(config) ? Object.keys(config) : [];
  const unknown = keys.filter((key) => !known.includes(key) && !key.startsWith('_'));
  if (unknown.length === 0) return undefined;
  const names = unknown.map((key) => shownKey(key, known)).join(', ');
  const meant = unknown.flatMap((key) => nearMatches(key, known).slice(0, 1));
  const near = meant.length === 0 ? '' : ` Did you mean ${meant.map((name) => `"${name}"`).join(', ')}?`;
  return { message: `${whose}: unknown key ${names}. Known are ${known.join(', ')}.${near}`, meant };
}

/**
 * A key as an error may show it. What does not look like a name may be a value in a key's place: `api_key:value`
 * without the space is one key, and shown to its colon only.
 */
export function shownKey(key: string, known: readonly string[]): string {
  if (nearMatches(key, known).length > 0) return `"${key}"`;
  const [, name, rest] = /^([A-Za-z][A-Za-z_-]{0,39})([:=\s].*)?$/s.exec(key) ?? [];
  if (name !== undefined)
    return rest === undefined ? `"${name}"` : `"${name}…" (is a space missing after its colon?)`;
  return `of ${key.length} characters, not shown since it may be a value`;
}
