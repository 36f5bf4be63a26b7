import { TemplateFault } from '../fault.ts';
import type { Limits } from '../limits.ts';
import { Bound } from './bind.ts';
import { DICT_METHODS, LIST_METHODS, SET_METHODS, updateDict } from './collection-methods.ts';
import { isEqual, keyOf } from './compare.ts';
import { formatBraces } from './format.ts';
import { callTextMethod, TEXT_METHODS } from './text-methods.ts';
import { NotDefined } from './text-of.ts';
import {
  Callable,
  Loop,
  Namespace,
  TemplateObject,
  Tuple,
  typeName,
  Undefined,
  type Value,
  ValueSet,
} from './values.ts';

const SURROGATES = /[\ud800-\udfff]/;

/** `value.name`: the member or method, else what a map has under that key. */
export function attribute(value: Value, name: string, expression: string, limits: Limits): Value {
  if (value instanceof Undefined) throw new NotDefined(value);
  const member = memberOf(value, name, limits);
  if (member !== undefined) return member;
  return new Undefined(expression, 'member', memberNames(value));
}

/** `value[key]`: what a list or map holds there, else the member of that name. */
export function item(value: Value, key: Value, expression: string, limits: Limits): Value {
  if (value instanceof Undefined) throw new NotDefined(value);
  if (key instanceof Undefined) throw new NotDefined(key);
  if (value instanceof Map) {
    const found = value.get(keyOf(key));
    if (found !== undefined) return found;
  }
  if (typeof value === 'string') limits.work(value.length / 64);
  if (typeof value === 'string' && typeof key === 'bigint' && !SURROGATES.test(value)) {
    return orUndefined(value.at(Number(key)), expression);
  }
  const items = sequence(value);
  if (items !== undefined && (typeof key === 'bigint' || typeof key === 'boolean')) {
    return orUndefined(items.at(Number(key)), expression);
  }
  if (typeof key !== 'string') return new Undefined(expression, 'member');
  return attribute(value, key, expression, limits);
}

function orUndefined(value: Value | undefined, expression: string): Value {
  return value === undefined ? new Undefined(expression, 'member') : value;
}

function sequence(value: Value): readonly Value[] | undefined {
  if (typeof value === 'string') return value.split(SURROGATES.test(value) ? /(?:)/u : '');
  return Array.isArray(value) ? value : value instanceof Tuple ? value.items : undefined;
}

/** `value[from:to:step]`. */
export function slice(value: Value, [from, to, step]: readonly (Value | undefined)[], limits: Limits): Value {
  const items = sequence(value);
  if (items === undefined) {
    if (value instanceof Undefined) throw new NotDefined(value);
    throw new TemplateFault(`${typeName(value)} cannot be cut by [:].`);
  }
  limits.items(items.length);
  const picked = pick(items, bound(from), bound(to), bound(step) ?? 1);
  if (typeof value === 'string') return picked.join('');
  return Array.isArray(value) ? picked : new Tuple(picked);
}

function bound(value: Value | undefined): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'bigint') return Number(value);
  throw new TemplateFault(`[:] takes whole numbers, not ${typeName(value)}.`);
}

function pick(
  items: readonly Value[],
  from: number | undefined,
  to: number | undefined,
  step: number,
): Value[] {
  if (step === 0) throw new TemplateFault('the step of [::] cannot be 0.');
  const { length } = items;
  const clamp = (index: number, low: number, high: number) =>
    Math.min(Math.max(index < 0 ? index + length : index, low), high);
  const picked: Value[] = [];
  if (step > 0) {
    for (let at = clamp(from ?? 0, 0, length); at < clamp(to ?? length, 0, length); at += step)
      picked.push(items[at] ?? null);
  } else {
    const end = to === undefined ? -1 : clamp(to, -1, length - 1);
    for (let at = clamp(from ?? length - 1, -1, length - 1); at > end; at += step)
      picked.push(items[at] ?? null);
  }
  return picked;
}

function memberOf(value: Value, name: string, limits: Limits): Value | undefined {
  if (typeof value === 'string') return textMember(value, name, limits);
  if (Array.isArray(value)) return bind(value, name, LIST_METHODS, limits);
  if (value instanceof Map) return dictMember(value, name, limits);
  if (value instanceof ValueSet) return bind(value, name, SET_METHODS, limits);
  if (value instanceof Tuple) return tupleMember(value, name, limits);
  if (value instanceof TemplateObject) {
    return value.members.has(name) ? value.members.get(name) : value.missing?.(name);
  }
  if (value instanceof Namespace) return value.members.get(name);
  if (value instanceof Callable) return name === 'name' ? value.name : undefined;
  return value instanceof Loop ? loopMember(value, name, limits) : undefined;
}

interface Methods<T> {
  readonly [name: string]: {
    readonly parameters: readonly string[];
    readonly run: (self: T, given: Bound, limits: Limits) => Value;
  };
}

function bind<T>(self: T, name: string, methods: Methods<T>, limits: Limits): Callable | undefined {
  const found = Object.hasOwn(methods, name) ? methods[name] : undefined;
  if (found === undefined) return undefined;
  return new Callable(name, (positional, named) =>
    found.run(self, new Bound(`${name}()`, found.parameters, positional, named), limits),
  );
}

function textMember(text: string, name: string, limits: Limits): Callable | undefined {
  if (name === 'format') {
    return new Callable(name, (positional, named) =>
      formatBraces(
        text,
        positional,
        named,
        (value, member) => attribute(value, member, member, limits),
        limits,
      ),
    );
  }
  if (!Object.hasOwn(TEXT_METHODS, name)) return undefined;
  const parameters = TEXT_METHODS[name]?.parameters ?? [];
  return new Callable(name, (positional, named) =>
    callTextMethod(text, name, new Bound(`${name}()`, parameters, positional, named), limits),
  );
}

function dictMember(dict: Map<Value, Value>, name: string, limits: Limits): Value | undefined {
  if (name === 'update') {
    return new Callable(name, (positional, named) => updateDict(dict, positional, named, limits));
  }
  return bind(dict, name, DICT_METHODS, limits) ?? dict.get(name);
}

function tupleMember(tuple: Tuple, name: string, limits: Limits): Value | undefined {
  const named = tuple.items[tuple.names.indexOf(name)];
  if (named !== undefined) return named;
  return name === 'index' || name === 'count'
    ? bind([...tuple.items], name, LIST_METHODS, limits)
    : undefined;
}

function loopMember(loop: Loop, name: string, limits: Limits): Value | undefined {
  const { items, index0, depth0 } = loop;
  switch (name) {
    case 'index':
      return BigInt(index0 + 1);
    case 'index0':
      return BigInt(index0);
    case 'revindex':
      return BigInt(items.length - index0);
    case 'revindex0':
      return BigInt(items.length - index0 - 1);
    case 'first':
      return index0 === 0;
    case 'last':
      return index0 === items.length - 1;
    case 'length':
      return BigInt(items.length);
    case 'depth':
      return BigInt(depth0 + 1);
    case 'depth0':
      return BigInt(depth0);
    case 'previtem':
      return items[index0 - 1];
    case 'nextitem':
      return items[index0 + 1];
    case 'cycle':
      return new Callable(name, (values) => values[index0 % Math.max(1, values.length)] ?? null);
    case 'changed':
      return new Callable(name, (values) => changed(loop, [...values], limits));
    default:
      return undefined;
  }
}

function changed(loop: Loop, values: Value[], limits: Limits): boolean {
  const before = loop.remember(values);
  return before === undefined || !isEqual(before, values, limits);
}

function memberNames(value: Value): string[] {
  if (value instanceof TemplateObject || value instanceof Namespace) return [...value.members.keys()];
  if (value instanceof Map) return [...value.keys()].filter((key) => typeof key === 'string');
  if (typeof value === 'string') return [...Object.keys(TEXT_METHODS), 'format'];
  return Array.isArray(value) ? Object.keys(LIST_METHODS) : [];
}
