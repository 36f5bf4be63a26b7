import { didYouMean } from '../../../errors/did-you-mean.ts';
import { TemplateFault } from '../fault.ts';
import type { Expression, MacroNode, Statement } from '../parse/syntax.ts';
import { Callable, type Named, Tuple, Undefined, type Value } from '../values/values.ts';
import type { Evaluator } from './evaluator.ts';
import type { Scope } from './scope.ts';

/** What dbt's `return(value)` throws, so that a macro gives a value instead of its text. */
export class Return extends Error {
  readonly value: Value;

  constructor(value: Value) {
    super('return');
    this.value = value;
  }
}

type Capture = (body: readonly Statement[], scope: Scope) => string;

/** A macro as a value: called, it prints its body in a scope of its own, within the one where it was defined. */
export function macroCallable(
  node: MacroNode,
  around: Scope,
  evaluator: Evaluator,
  capture: Capture,
): Callable {
  return new Callable(node.name, (positional, named) =>
    evaluator.limits.nested(() => {
      const scope = around.inner();
      bindParameters(node, positional, named, scope, evaluator);
      return returned(() => capture(node.body, scope));
    }),
  );
}

function returned(run: () => string): Value {
  try {
    return run();
  } catch (error) {
    if (error instanceof Return) return error.value;
    throw error;
  }
}

function bindParameters(
  node: MacroNode,
  positional: readonly Value[],
  named: Named,
  scope: Scope,
  evaluator: Evaluator,
): void {
  const { name: macro, parameters } = node;
  for (const [index, { name, fallback }] of parameters.entries()) {
    const given = index < positional.length ? positional[index] : named.get(name);
    scope.set(name, given === undefined ? missing(name, fallback, scope, evaluator) : given);
  }
  bindRest(
    macro,
    parameters.map(({ name }) => name),
    positional,
    named,
    scope,
  );
}

function missing(name: string, fallback: Expression | undefined, scope: Scope, evaluator: Evaluator): Value {
  return fallback === undefined ? new Undefined(name, 'member') : evaluator.value(fallback, scope);
}

/** What a macro has no parameter for, it must ask for by Jinja's names for it. */
function bindRest(
  macro: string,
  names: readonly string[],
  positional: readonly Value[],
  named: Named,
  scope: Scope,
): void {
  const { text } = scope.template.source;
  const others = [...named].filter(([name]) => !names.includes(name) && name !== 'caller');
  const [unknown] = others;
  if (positional.length > names.length && !text.includes('varargs')) {
    throw new TemplateFault(`${macro} takes ${names.length} arguments, not ${positional.length}.`);
  }
  if (unknown !== undefined && !text.includes('kwargs')) {
    throw new TemplateFault(`${macro} has no argument "${unknown[0]}".${didYouMean(unknown[0], names)}`);
  }
  scope.set('varargs', new Tuple(positional.slice(names.length)));
  scope.set('kwargs', new Map<Value, Value>(others));
  scope.set('caller', named.get('caller') ?? new Undefined('caller', 'member'));
}
