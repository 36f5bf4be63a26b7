import { isJsonObject } from '../json/json-object.ts';
import { configError } from './connector-error.ts';
import { didYouMean, nearMatches } from './did-you-mean.ts';

/**
 * A typo must not silently change what is done. Asked before the rest: `warehose` is better told than a missing
 * `warehouse`. Keys that begin with `_` are the platform's own.
 *
 * @throws ConnectorError that names the unknown keys of a configuration, and the near ones.
 */
export function refuseUnknownKeys(whose: string, config: unknown, known: readonly string[]): void {
  const keys = isJsonObject(config) ? Object.keys(config) : [];
  const unknown = keys.filter((key) => !known.includes(key) && !key.startsWith('_'));
  const [first] = unknown;
  if (first === undefined) return;
  const names = unknown.map((key) => shownKey(key, known)).join(', ');
  throw configError(
    `${whose}: unknown key ${names}. Known are ${known.join(', ')}.${didYouMean(first, known)}`,
  );
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
