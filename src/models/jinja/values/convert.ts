import { exactDigits, exactNumber } from '../../../json/exact-json.ts';
import { floatText } from './numbers.ts';
import { NotDefined } from './text-of.ts';
import {
  Callable,
  type Dict,
  Loop,
  type Named,
  Namespace,
  TemplateObject,
  Tuple,
  Undefined,
  type Value,
  ValueSet,
} from './values.ts';

/**
 * A function that templates call, with its arguments as JavaScript has them. What it returns may be any JSON, a
 * function, or a value of a template's own.
 */
export type TemplateFunction = (
  positional: readonly unknown[],
  named: Readonly<Record<string, unknown>>,
) => unknown;

/** A value of JavaScript's as a template sees it. */
export function toValue(value: unknown, name = 'the function'): Value {
  switch (typeof value) {
    case 'undefined':
      return null;
    case 'string':
    case 'boolean':
    case 'bigint':
      return value;
    case 'number':
      return Number.isInteger(value) ? BigInt(value) : value;
    case 'function':
      return callable(name, value as TemplateFunction);
    default:
      return objectValue(value);
  }
}

function objectValue(value: unknown): Value {
  if (value === null || isOwn(value)) return value;
  const digits = exactDigits(value);
  if (digits !== undefined) return /^-?\d+$/.test(digits) ? BigInt(digits) : Number(digits);
  if (Array.isArray(value)) return value.map((item) => toValue(item));
  if (value instanceof Map) return new Map([...value].map(([key, inner]) => [toValue(key), toValue(inner)]));
  return new Map(Object.entries(Object(value)).map(([key, inner]) => [key, toValue(inner, key)]));
}

function isOwn(value: unknown): value is Value {
  return [Tuple, ValueSet, Undefined, Callable, TemplateObject, Namespace, Loop].some(
    (kind) => value instanceof kind,
  );
}

function callable(name: string, run: TemplateFunction): Callable {
  return new Callable(
    name,
    (positional, named) => toValue(run(positional.map(fromValue), namedFrom(named))),
    true,
  );
}

function namedFrom(named: Named): Record<string, unknown> {
  return Object.fromEntries([...named].map(([name, value]) => [name, fromValue(value)]));
}

/** Members that are functions, texts and the like, under one name of the template's: `nexus`, `target`. */
export function templateObject(
  members: Readonly<Record<string, unknown>>,
  {
    text,
    call,
    missing,
  }: { text?: string; call?: TemplateFunction; missing?: (name: string) => unknown } = {},
): TemplateObject {
  const run = call === undefined ? undefined : callable('config', call).call;
  return new TemplateObject({
    members: new Map(Object.entries(members).map(([name, value]) => [name, toValue(value, name)])),
    ...(text === undefined ? {} : { text }),
    call: run,
    missing: missing === undefined ? undefined : (name) => toValue(missing(name)),
  });
}

/** A template's value as JavaScript has it, with every digit: maps become objects, tuples and sets lists. */
function fromValue(value: Value): unknown {
  if (typeof value === 'bigint') return exactNumber(String(value));
  if (typeof value === 'number') return Number.isFinite(value) ? exactNumber(floatText(value)) : value;
  if (Array.isArray(value)) return value.map(fromValue);
  if (value instanceof Tuple || value instanceof ValueSet) return value.items.map(fromValue);
  if (value instanceof Map) return Object.fromEntries(entries(value));
  if (value instanceof Undefined) throw new NotDefined(value);
  return value;
}

const entries = (dict: Dict): [string, unknown][] =>
  [...dict].map(([key, inner]) => [typeof key === 'string' ? key : String(key), fromValue(inner)]);
