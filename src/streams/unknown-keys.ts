import { configError } from '../protocol/connector-error.ts';
import { isJsonObject } from '../protocol/json-object.ts';
import { didYouMean } from './near-match.ts';

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
  const names = unknown.map((key) => `"${key}"`).join(', ');
  throw configError(
    `${whose}: unknown key ${names}. Known are ${known.join(', ')}.${didYouMean(first, known)}`,
  );
}
