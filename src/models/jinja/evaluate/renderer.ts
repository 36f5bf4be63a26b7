import { TemplateFault } from '../fault.ts';
import type { Filter, ForNode, Statement, Target } from '../parse/syntax.ts';
import { iterate } from '../values/compare.ts';
import { NotDefined, textOf } from '../values/text-of.ts';
import { Callable, Loop, Namespace, Tuple, typeName, Undefined, type Value } from '../values/values.ts';
import type { Evaluator } from './evaluator.ts';
import { macroCallable } from './macro-callable.ts';
import { Output } from './output.ts';
import type { Scope } from './scope.ts';

/** What a body ended with, where it did not run to its end. */
type Signal = 'break' | 'continue' | undefined;

/** Runs the statements of a template, and writes what they print. */
export class Renderer {
  readonly #evaluator: Evaluator;

  constructor(evaluator: Evaluator) {
    this.#evaluator = evaluator;
  }

  run(statements: readonly Statement[], scope: Scope, output: Output): Signal {
    for (const statement of statements) {
      const signal = this.#statement(statement, scope, output);
      if (signal !== undefined) return signal;
    }
    return undefined;
  }

  /** What statements print, as one text. */
  capture(statements: readonly Statement[], scope: Scope): string {
    const output = new Output(this.#evaluator.limits);
    this.run(statements, scope, output);
    return output.text();
  }

  #statement(node: Statement, scope: Scope, output: Output): Signal {
    const evaluator = this.#evaluator;
    evaluator.at(node.at, scope);
    switch (node.kind) {
      case 'text':
        output.write(node.text, { source: scope.template.source, at: node.at }, true);
        return undefined;
      case 'output': {
        const value = evaluator.value(node.value, scope);
        output.write(textOf(value, this.#evaluator.limits), { source: scope.template.source, at: node.at });
        return undefined;
      }
      case 'if': {
        const branch = node.branches.find(({ test }) => evaluator.holds(test, scope));
        return this.run(branch?.body ?? node.otherwise, scope, output);
      }
      case 'for':
        return this.#for(node, scope, output);
      case 'break':
      case 'continue':
        return node.kind;
      default:
        this.#definition(node, scope, output);
        return undefined;
    }
  }

  #definition(node: Statement, scope: Scope, output: Output): void {
    const evaluator = this.#evaluator;
    const place = { source: scope.template.source, at: node.at };
    switch (node.kind) {
      case 'do':
        evaluator.value(node.value, scope);
        break;
      case 'set':
        this.#assign(node.target, evaluator.value(node.value, scope), scope);
        break;
      case 'setBlock':
        this.#assign(node.target, this.#throughFilters(node, scope), scope);
        break;
      case 'filterBlock':
        output.write(textOf(this.#throughFilters(node, scope), this.#evaluator.limits), place);
        break;
      case 'macro':
        scope.set(
          node.name,
          macroCallable(node, scope, evaluator, (body, inner) => this.capture(body, inner)),
        );
        break;
      case 'with': {
        const inner = scope.inner();
        for (const [target, value] of node.variables)
          this.#assign(target, evaluator.value(value, inner), inner);
        this.run(node.body, inner, output);
        break;
      }
      case 'callBlock':
        output.write(textOf(this.#callBlock(node, scope), this.#evaluator.limits), place);
        break;
      default:
    }
  }

  #throughFilters(
    { body, filters }: { body: readonly Statement[]; filters: readonly Filter[] },
    scope: Scope,
  ): Value {
    const text: Value = this.capture(body, scope.inner());
    return filters.reduce<Value>(
      (value, filter) => this.#evaluator.filterBlock(filter.name, value, filter.arguments, scope),
      text,
    );
  }

  #callBlock(node: Extract<Statement, { kind: 'callBlock' }>, scope: Scope): Value {
    const { call, parameters, body, at } = node;
    if (call.kind !== 'call') throw new TemplateFault('{% call %} needs a call of a macro, with ().');
    const macro = { kind: 'macro', at, name: 'caller', parameters, body } as const;
    const caller = macroCallable(macro, scope, this.#evaluator, (inner, within) =>
      this.capture(inner, within),
    );
    return this.#evaluator.call(call, scope, new Map([['caller', caller]]));
  }

  #for(node: ForNode, scope: Scope, output: Output): Signal {
    const items = this.#items(node, this.#evaluator.value(node.items, scope), scope);
    if (items.length === 0) return this.run(node.otherwise, scope, output);
    this.#loop(node, items, scope, output, 0);
    return undefined;
  }

  #items(node: ForNode, list: Value, scope: Scope): readonly Value[] {
    const items = iterate(list, this.#evaluator.limits);
    const { condition } = node;
    if (condition === undefined) return items;
    return items.filter((item) => {
      const inner = scope.inner();
      this.#assign(node.target, item, inner);
      return this.#evaluator.holds(condition, inner);
    });
  }

  #loop(node: ForNode, items: readonly Value[], scope: Scope, output: Output, depth: number): void {
    const loop = new Loop(items, depth, node.recursive ? this.#again(node, scope, depth) : undefined);
    for (const [index, item] of items.entries()) {
      loop.index0 = index;
      const inner = scope.inner();
      inner.set('loop', loop);
      this.#assign(node.target, item, inner);
      if (this.run(node.body, inner, output) === 'break') break;
    }
  }

  /** `loop(children)` in a recursive loop. */
  #again(node: ForNode, scope: Scope, depth: number): Callable {
    const { limits } = this.#evaluator;
    return new Callable('loop', ([list]) =>
      limits.nested(() => {
        const output = new Output(limits);
        const items = this.#items(node, list ?? null, scope);
        if (items.length === 0) this.run(node.otherwise, scope, output);
        else this.#loop(node, items, scope, output, depth + 1);
        return output.text();
      }),
    );
  }

  #assign(target: Target, value: Value, scope: Scope): void {
    if (target.kind === 'name') scope.set(target.name, value);
    else if (target.kind === 'member') this.#setMember(target.of, target.name, value, scope);
    else this.#unpack(target.items, value, scope);
  }

  #setMember(of: string, name: string, value: Value, scope: Scope): void {
    const owner = scope.get(of);
    if (!(owner instanceof Namespace)) {
      throw new TemplateFault(
        `{% set ${of}.${name} %} needs ${of} to be a namespace(): {% set ${of} = namespace() %}.`,
      );
    }
    owner.members.set(name, value);
  }

  #unpack(targets: readonly Target[], value: Value, scope: Scope): void {
    if (value instanceof Undefined) throw new NotDefined(value);
    const items = Array.isArray(value) ? value : value instanceof Tuple ? value.items : undefined;
    if (items === undefined || items.length !== targets.length) {
      const held = items === undefined ? typeName(value) : `a list of ${items.length}`;
      throw new TemplateFault(`${targets.length} names need a list of as many values, not ${held}.`);
    }
    for (const [index, target] of targets.entries()) this.#assign(target, items[index] ?? null, scope);
  }
}
