import { configError } from '../../errors/connector-error.ts';
import { didYouMean } from '../../errors/did-you-mean.ts';

/** Binds positional and keyword arguments to a macro's parameter names. */
export function bindArguments(
  macro: string,
  parameters: readonly string[],
  positional: readonly unknown[],
  named: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  if (positional.length > parameters.length) {
    throw configError(`${macro} takes ${parameters.length} arguments, not ${positional.length}.`);
  }
  const bound = Object.fromEntries(positional.map((value, index) => [parameters[index] ?? '', value]));
  for (const [name, value] of Object.entries(named)) {
    if (!parameters.includes(name)) throw unknownArgument(macro, name, parameters);
    bound[name] = value;
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
