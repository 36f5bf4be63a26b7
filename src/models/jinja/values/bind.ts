import { didYouMean } from '../../../errors/did-you-mean.ts';
import { TemplateFault } from '../fault.ts';
import { type Named, typeName, type Value } from './values.ts';

/** The arguments of one call, by the names of the parameters. */
export class Bound {
  readonly #what: string;
  readonly #values: ReadonlyMap<string, Value>;

  constructor(what: string, parameters: readonly string[], positional: readonly Value[], named: Named) {
    if (positional.length > parameters.length) {
      throw new TemplateFault(`${what} takes ${parameters.length} arguments, not ${positional.length}.`);
    }
    const values = new Map<string, Value>();
    for (const [index, value] of positional.entries()) values.set(parameters[index] ?? '', value);
    for (const [name, value] of named) {
      if (!parameters.includes(name)) {
        throw new TemplateFault(`${what} has no argument "${name}".${didYouMean(name, parameters)}`);
      }
      values.set(name, value);
    }
    this.#what = what;
    this.#values = values;
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  get(name: string): Value {
    const value = this.#values.get(name);
    if (value === undefined) throw new TemplateFault(`${this.#what} needs an argument "${name}".`);
    return value;
  }

  or(name: string, fallback: Value): Value {
    const value = this.#values.get(name);
    return value === undefined ? fallback : value;
  }

  text(name: string, fallback?: string): string {
    const value = fallback === undefined ? this.get(name) : this.or(name, fallback);
    if (typeof value === 'string') return value;
    throw new TemplateFault(`${this.#what} needs a text as ${name}, not ${typeName(value)}.`);
  }

  /** A whole number that indexes or counts. */
  whole(name: string, fallback?: number): number {
    const value = fallback === undefined ? this.get(name) : this.or(name, BigInt(fallback));
    if (typeof value === 'bigint') return Number(value);
    throw new TemplateFault(`${this.#what} needs a whole number as ${name}, not ${typeName(value)}.`);
  }
}
