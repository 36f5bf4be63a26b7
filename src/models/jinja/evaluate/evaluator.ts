import { didYouMean } from '../../../errors/did-you-mean.ts';
import { type Place, TemplateFault } from '../fault.ts';
import { applyFilter, FILTER_NAMES, type Tools } from '../filters/filters.ts';
import { applyTest, TEST_NAMES } from '../filters/tests.ts';
import type { Limits } from '../limits.ts';
import type { Arguments, Comparison, Expression } from '../parse/syntax.ts';
import { binary, negated } from '../values/arithmetic.ts';
import { asNumber, isEqual, isIn, iterate, keyOf, order } from '../values/compare.ts';
import { attribute, item, slice } from '../values/lookup.ts';
import { NotDefined } from '../values/text-of.ts';
import {
  Callable,
  isTrue,
  Loop,
  type Named,
  TemplateObject,
  Tuple,
  typeName,
  Undefined,
  type Value,
} from '../values/values.ts';
import { weigh } from '../weigh.ts';
import type { Scope } from './scope.ts';

/** Where names are looked for that no template sets. */
export interface Globals {
  get(name: string): Value | undefined;
  names(): readonly string[];
}

/** What expressions are worth. It always knows where it stands, for the error that may come. */
export class Evaluator implements Tools {
  readonly limits: Limits;
  readonly #globals: Globals;
  place: Place | undefined;

  constructor(limits: Limits, globals: Globals) {
    this.limits = limits;
    this.#globals = globals;
  }

  /** Goes to a place of the template, and counts it. */
  at(offset: number, scope: Scope): void {
    this.limits.work(1);
    this.place = { source: scope.template.source, at: offset };
  }

  value(node: Expression, scope: Scope): Value {
    this.at(node.at, scope);
    switch (node.kind) {
      case 'literal':
        return node.value;
      case 'name':
        return this.#name(node.name, scope);
      case 'list':
        return this.#values(node.items, scope);
      case 'tuple':
        return new Tuple(this.#values(node.items, scope));
      case 'dict':
        return new Map(
          node.entries.map(([key, value]) => [keyOf(this.value(key, scope)), this.value(value, scope)]),
        );
      case 'call':
        return this.call(node, scope);
      case 'filter':
        return this.#filtered(node, scope);
      case 'attribute':
        return attribute(this.value(node.of, scope), node.name, expressionText(node), this.limits);
      case 'item':
        return item(
          this.value(node.of, scope),
          this.value(node.key, scope),
          expressionText(node),
          this.limits,
        );
      default:
        return this.#operation(node, scope);
    }
  }

  #operation(node: Expression, scope: Scope): Value {
    switch (node.kind) {
      case 'slice': {
        const bounds = [node.from, node.to, node.step].map((bound) => bound && this.value(bound, scope));
        return slice(this.value(node.of, scope), bounds, this.limits);
      }
      case 'not':
        return !this.holds(node.of, scope);
      case 'negative':
        return negated(this.value(node.of, scope));
      case 'positive':
        return asNumber(this.value(node.of, scope)) ?? null;
      case 'and':
      case 'or':
        return this.#either(node.kind, node.left, node.right, scope);
      case 'binary': {
        const left = this.value(node.left, scope);
        const right = this.value(node.right, scope);
        this.at(node.at, scope);
        return binary(node.operator, left, right, this.limits);
      }
      case 'compare':
        return this.#compare(this.value(node.left, scope), node.rest, scope);
      case 'choice':
        if (this.holds(node.test, scope)) return this.value(node.yes, scope);
        return node.no === undefined ? '' : this.value(node.no, scope);
      case 'test':
        return this.#tested(node, scope);
      default:
        return null;
    }
  }

  /** Python's truth of an expression. A name that nothing ever sets is a slip of the pen, not false. */
  holds(node: Expression, scope: Scope): boolean {
    return this.#isTrue(this.value(node, scope), scope);
  }

  #isTrue(value: Value, scope: Scope): boolean {
    if (value instanceof Undefined && value.kind === 'name' && !scope.template.names.has(value.expression)) {
      throw new NotDefined(value);
    }
    return isTrue(value);
  }

  #either(kind: 'and' | 'or', left: Expression, right: Expression, scope: Scope): Value {
    const first = this.value(left, scope);
    return this.#isTrue(first, scope) === (kind === 'or') ? first : this.value(right, scope);
  }

  #values(items: readonly Expression[], scope: Scope): Value[] {
    this.limits.items(items.length);
    return items.map((one) => this.value(one, scope));
  }

  #name(name: string, scope: Scope): Value {
    const own = scope.get(name);
    if (own !== undefined) return own;
    const global = this.#globals.get(name);
    if (global !== undefined) return global;
    return new Undefined(name, 'name', [...scope.names(), ...this.#globals.names()]);
  }

  /** As in Python, `a < b < c` compares both pairs. */
  #compare(first: Value, rest: readonly Comparison[], scope: Scope): boolean {
    let left = first;
    for (const { operator, right: node } of rest) {
      const right = this.value(node, scope);
      if (!this.#compared(operator, left, right)) return false;
      left = right;
    }
    return true;
  }

  #compared(operator: string, left: Value, right: Value): boolean {
    switch (operator) {
      case '==':
        return isEqual(left, right, this.limits);
      case '!=':
        return !isEqual(left, right, this.limits);
      case 'in':
        return isIn(left, right, this.limits);
      case 'not in':
        return !isIn(left, right, this.limits);
      default: {
        const sign = order(left, right, this.limits);
        return operator.startsWith('<')
          ? sign < 0 || (operator === '<=' && sign === 0)
          : sign > 0 || (operator === '>=' && sign === 0);
      }
    }
  }

  call(node: Extract<Expression, { kind: 'call' }>, scope: Scope, extra: Named = new Map()): Value {
    const callee = this.value(node.of, scope);
    const { positional, named } = this.#given(node.arguments, scope);
    this.at(node.at, scope);
    if (callee instanceof TemplateObject || (callee instanceof Callable && callee.readsAll)) {
      for (const value of [...positional, ...named.values()]) weigh(value, this.limits);
    }
    const run =
      callee instanceof Loop
        ? callee.again?.call
        : callee instanceof Callable || callee instanceof TemplateObject
          ? callee.call
          : undefined;
    if (run !== undefined) return this.#run(() => run(positional, new Map([...named, ...extra])));
    if (callee instanceof Undefined) throw new NotDefined(callee, 'call');
    throw new TemplateFault(`${expressionText(node.of)} is ${typeName(callee)}, which cannot be called.`);
  }

  /** A macro moves the place; it is the caller's again when the macro has ended, but not where it has failed. */
  #run(call: () => Value): Value {
    const { place } = this;
    const result = call();
    this.place = place;
    return result;
  }

  #given(node: Arguments, scope: Scope): { positional: Value[]; named: Map<string, Value> } {
    const positional = node.positional.map((one) => this.value(one, scope));
    const named = new Map(node.named.map(([name, one]) => [name, this.value(one, scope)]));
    if (node.spread !== undefined) positional.push(...iterate(this.value(node.spread, scope), this.limits));
    if (node.spreadNamed === undefined) return { positional, named };
    const more = this.value(node.spreadNamed, scope);
    if (!(more instanceof Map)) throw new TemplateFault(`** takes a map, not ${typeName(more)}.`);
    for (const [key, value] of more) named.set(String(key), value);
    return { positional, named };
  }

  #filtered(node: Extract<Expression, { kind: 'filter' }>, scope: Scope): Value {
    const value = this.value(node.of, scope);
    const { positional, named } = this.#given(node.arguments, scope);
    this.at(node.at, scope);
    return this.filter(node.name, value, positional, named);
  }

  filter(name: string, value: Value, positional: readonly Value[], named: Named): Value {
    const result = applyFilter(name, value, positional, named, this);
    if (result === undefined)
      throw new TemplateFault(`there is no filter "${name}".${didYouMean(name, FILTER_NAMES)}`);
    return result;
  }

  filterBlock(name: string, value: Value, given: Arguments, scope: Scope): Value {
    const { positional, named } = this.#given(given, scope);
    return this.filter(name, value, positional, named);
  }

  #tested(node: Extract<Expression, { kind: 'test' }>, scope: Scope): boolean {
    const value = this.value(node.of, scope);
    const { positional, named } = this.#given(node.arguments, scope);
    this.at(node.at, scope);
    return this.test(node.name, value, positional, named) !== node.negated;
  }

  test(name: string, value: Value, positional: readonly Value[], _named: Named): boolean {
    this.limits.work(1);
    const result = applyTest(name, value, positional, this.limits);
    if (result === undefined)
      throw new TemplateFault(`there is no test "${name}".${didYouMean(name, TEST_NAMES)}`);
    return result;
  }
}

/** An expression as it would be written, as far as it is made of names. */
function expressionText(node: Expression): string {
  switch (node.kind) {
    case 'name':
      return node.name;
    case 'attribute':
      return `${expressionText(node.of)}.${node.name}`;
    case 'item':
      return node.key.kind === 'literal'
        ? `${expressionText(node.of)}[${JSON.stringify(String(node.key.value))}]`
        : `${expressionText(node.of)}[…]`;
    case 'call':
      return `${expressionText(node.of)}(…)`;
    default:
      return '(…)';
  }
}
