import type { Template } from '../parse/parse-template.ts';
import type { Value } from '../values/values.ts';

/** The variables of a block, within those of the block around it. */
export class Scope {
  readonly template: Template;
  readonly #parent: Scope | undefined;
  readonly #values = new Map<string, Value>();

  constructor(template: Template, parent?: Scope) {
    this.template = template;
    this.#parent = parent;
  }

  get(name: string): Value | undefined {
    const value = this.#values.get(name);
    return value === undefined ? this.#parent?.get(name) : value;
  }

  /** Sets it here, whatever the blocks around hold: as in Jinja, a loop does not change what is outside of it. */
  set(name: string, value: Value): void {
    this.#values.set(name, value);
  }

  inner(): Scope {
    return new Scope(this.template, this);
  }

  names(): string[] {
    return [...this.#values.keys(), ...(this.#parent?.names() ?? [])];
  }
}
