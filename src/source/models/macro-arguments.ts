import { configError } from '../../protocol/connector-error.ts';
import { didYouMean } from '../../streams/near-match.ts';

/** Arguments as they come from the template: keyword arguments are a Map at the end, `none` is undefined. */
export type TemplateArguments = readonly unknown[];

/** Maps become objects and `none` becomes null, however deep. */
export function plainValue(value: unknown): unknown {
  if (value === undefined) return null;
  if (Array.isArray(value)) return value.map(plainValue);
  if (!(value instanceof Map)) return value;
  return Object.fromEntries([...value].map(([key, inner]) => [String(key), plainValue(inner)]));
}

/** Binds positional and keyword arguments to a macro's parameter names. */
export function bindArguments(
  macro: string,
  parameters: readonly string[],
  given: TemplateArguments,
): Record<string, unknown> {
  const last = given.at(-1);
  const named = last instanceof Map ? last : new Map<unknown, unknown>();
  const positional = last instanceof Map ? given.slice(0, -1) : given;
  if (positional.length > parameters.length) {
    throw configError(`${macro} takes ${parameters.length} arguments, not ${positional.length}.`);
  }
  const bound: Record<string, unknown> = {};
  for (const [index, value] of positional.entries()) bound[parameters[index] ?? ''] = plainValue(value);
  for (const [key, value] of named) {
    const name = String(key);
    if (!parameters.includes(name)) throw unknownArgument(macro, name, parameters);
    bound[name] = plainValue(value);
  }
  return bound;
}

/** A text argument that must be there. */
export function textArgument(macro: string, name: string, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  throw configError(`${macro} needs ${name}, a text in quotes.`);
}

export function unknownArgument(macro: string, name: string, parameters: readonly string[]): Error {
  const near = didYouMean(name, parameters);
  return configError(
    `${macro} has no argument "${name}".${near === '' ? ` It takes: ${parameters.join(', ')}.` : near}`,
  );
}
