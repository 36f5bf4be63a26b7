import { TemplateFault } from '../fault.ts';
import type { Limits } from '../limits.ts';
import { entriesOf } from '../values/collection-methods.ts';
import { distinct, iterate } from '../values/compare.ts';
import {
  Callable,
  type Named,
  Namespace,
  TemplateObject,
  Tuple,
  typeName,
  type Value,
  ValueSet,
} from '../values/values.ts';

type Run = (positional: readonly Value[], named: Named, limits: Limits) => Value;

/** Jinja's own functions, and those that dbt adds of Python's: they need no project. */
const FUNCTIONS: Readonly<Record<string, Run>> = {
  range: (positional, _named, limits) => range(positional, limits),
  dict: (positional, named, limits) => {
    const dict = new Map<Value, Value>(positional.flatMap((value) => entriesOf(value, limits)));
    for (const [name, value] of named) dict.set(name, value);
    return dict;
  },
  namespace: (positional, named, limits) => {
    const entries = positional.flatMap((value) => entriesOf(value, limits));
    return new Namespace(
      new Map([...entries.map(([key, value]): [string, Value] => [String(key), value]), ...named]),
    );
  },
  joiner: (positional) => joiner(positional[0] ?? ', '),
  cycler: (positional) => cycler(positional),
  set: (positional, _named, limits) =>
    new ValueSet(distinct(positional.flatMap((value) => iterate(value, limits)))),
  set_strict: (positional, _named, limits) =>
    new ValueSet(distinct(positional.flatMap((value) => iterate(value, limits)))),
  zip: zipped,
  zip_strict: zipped,
};

export function builtinFunctions(limits: Limits): [string, Value][] {
  return Object.entries(FUNCTIONS).map(([name, run]) => [
    name,
    new Callable(name, (positional, named) => run(positional, named, limits)),
  ]);
}

function range(positional: readonly Value[], limits: Limits): Value[] {
  const numbers = positional.map((value) => {
    if (typeof value === 'bigint') return value;
    throw new TemplateFault(`range() takes whole numbers, not ${typeName(value)}.`);
  });
  const [first = 0n, second, step = 1n] = numbers;
  const [from, to] = second === undefined ? [0n, first] : [first, second];
  if (step === 0n) throw new TemplateFault('the step of range() cannot be 0.');
  const span = step > 0n ? to - from : from - to;
  const width = step > 0n ? step : -step;
  const count = span <= 0n ? 0 : Number((span + width - 1n) / width);
  limits.items(count);
  return Array.from({ length: count }, (_, index) => from + BigInt(index) * step);
}

function zipped(positional: readonly Value[], _named: Named, limits: Limits): Value[] {
  const lists = positional.map((value) => iterate(value, limits));
  const length = lists.length === 0 ? 0 : Math.min(...lists.map((list) => list.length));
  return Array.from({ length }, (_, index) => new Tuple(lists.map((list) => list[index] ?? null)));
}

function joiner(separator: Value): Callable {
  let isFirst = true;
  return new Callable('joiner', () => {
    const text = isFirst ? '' : separator;
    isFirst = false;
    return text;
  });
}

function cycler(values: readonly Value[]): TemplateObject {
  let at = 0;
  const next = new Callable('next', () => {
    const value = values[at % Math.max(1, values.length)] ?? null;
    at += 1;
    return value;
  });
  const reset = new Callable('reset', () => {
    at = 0;
    return null;
  });
  return new TemplateObject({
    members: new Map<string, Value>([
      ['next', next],
      ['reset', reset],
    ]),
    missing: (name) => (name === 'current' ? (values[at % Math.max(1, values.length)] ?? null) : undefined),
  });
}
