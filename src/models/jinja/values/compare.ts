import { TemplateFault } from '../fault.ts';
import type { Limits } from '../limits.ts';
import { NotDefined } from './text-of.ts';
import {
  type Dict,
  Namespace,
  TemplateObject,
  Tuple,
  typeName,
  Undefined,
  type Value,
  ValueSet,
} from './values.ts';

/** Numbers and booleans, which Python compares with each other. */
export function asNumber(value: Value): bigint | number | undefined {
  if (typeof value === 'boolean') return value ? 1n : 0n;
  return typeof value === 'bigint' || typeof value === 'number' ? value : undefined;
}

/** Python's `==`. */
export function isEqual(left: Value, right: Value, limits: Limits, depth = 0): boolean {
  limits.work(1);
  if (depth > 100) throw new TemplateFault('lists or maps that are nested so deeply cannot be compared.');
  const [a, b] = [asNumber(left), asNumber(right)];
  if (a !== undefined && b !== undefined) return sameNumber(a, b);
  if (left instanceof Map && right instanceof Map) return sameEntries(left, right, limits, depth);
  if (left instanceof ValueSet && right instanceof ValueSet) {
    return (
      left.items.length === right.items.length && left.items.every((one) => hasItem(right.items, one, limits))
    );
  }
  const [items, others] = [itemsOf(left), itemsOf(right)];
  if (items !== undefined && others !== undefined) {
    return Array.isArray(left) === Array.isArray(right) && sameItems(items, others, limits, depth);
  }
  return left === right || sameText(left, right) || (left instanceof Undefined && right instanceof Undefined);
}

/** A whole number and another may be the same: 1 and 1.0. */
function sameNumber(left: bigint | number, right: bigint | number): boolean {
  const isNumber = !Number.isNaN(Number(left)) && !Number.isNaN(Number(right));
  return isNumber && !(left < right) && !(left > right);
}

function sameEntries(left: Dict, right: Dict, limits: Limits, depth: number): boolean {
  if (left.size !== right.size) return false;
  return [...left].every(
    ([key, value]) => right.has(key) && isEqual(value, right.get(key) ?? null, limits, depth + 1),
  );
}

/** A relation prints as its name, and templates compare it with texts. */
function sameText(left: Value, right: Value): boolean {
  const isText = (value: Value) =>
    typeof value === 'string' || (value instanceof TemplateObject && value.isText);
  return isText(left) && isText(right) && String(left) === String(right);
}

function sameItems(left: readonly Value[], right: readonly Value[], limits: Limits, depth: number): boolean {
  return (
    left.length === right.length &&
    left.every((item, index) => isEqual(item, right[index] ?? null, limits, depth + 1))
  );
}

export function hasItem(items: readonly Value[], value: Value, limits: Limits): boolean {
  return items.some((item) => isEqual(item, value, limits));
}

/** Python's order: below, at or above zero. @throws TemplateFault where two values have none. */
export function order(left: Value, right: Value, limits: Limits): number {
  limits.work(1);
  const [a, b] = [asNumber(left), asNumber(right)];
  if (a !== undefined && b !== undefined) return sign(a, b);
  if (typeof left === 'string' && typeof right === 'string') return sign(left, right);
  const [items, others] = [itemsOf(left), itemsOf(right)];
  if (items !== undefined && others !== undefined) return orderOfItems(items, others, limits);
  for (const value of [left, right]) if (value instanceof Undefined) throw new NotDefined(value);
  throw new TemplateFault(`${typeName(left)} and ${typeName(right)} have no order.`);
}

function sign<T extends bigint | number | string>(left: T, right: T): number {
  if (left < right) return -1;
  return left > right ? 1 : 0;
}

/** The first two that differ decide. */
function orderOfItems(items: readonly Value[], others: readonly Value[], limits: Limits): number {
  const at = items.findIndex((item, index) => {
    const other = others[index];
    return other === undefined || !isEqual(item, other, limits);
  });
  const [item, other] = [items[at], others[at]];
  if (item === undefined || other === undefined) return items.length - others.length;
  return limits.nested(() => order(item, other, limits));
}

function itemsOf(value: Value): readonly Value[] | undefined {
  if (Array.isArray(value)) return value;
  return value instanceof Tuple ? value.items : undefined;
}

/** What a `for` goes through, or a filter. */
export function iterate(value: Value, limits: Limits): readonly Value[] {
  const items = elements(value);
  limits.items(items.length);
  return items;
}

function elements(value: Value): readonly Value[] {
  if (typeof value === 'string') return [...value];
  if (Array.isArray(value)) return [...value];
  if (value instanceof Map) return [...value.keys()];
  if (value instanceof Tuple || value instanceof ValueSet) return value.items;
  if (value instanceof Undefined) throw new NotDefined(value);
  throw new TemplateFault(`a list is needed here, not ${typeName(value)}.`);
}

/** Python's `in`. */
export function isIn(value: Value, container: Value, limits: Limits): boolean {
  if (typeof container === 'string') {
    if (typeof value !== 'string')
      throw new TemplateFault(`a text is looked for in a text, not ${typeName(value)}.`);
    limits.work(container.length / 64);
    return container.includes(value);
  }
  if (container instanceof Map) return container.has(keyOf(value));
  if (container instanceof Namespace) return typeof value === 'string' && container.members.has(value);
  return hasItem(elements(container), value, limits);
}

/** A tuple is a key by its items; texts, numbers and booleans by themselves, and 1.0 is 1. */
export function keyOf(value: Value, depth = 0): Value {
  if (value instanceof Undefined) throw new NotDefined(value);
  if (value instanceof Tuple && depth < 3) {
    return JSON.stringify(value.items.map((item) => `${typeof item} ${String(keyOf(item, depth + 1))}`));
  }
  if (Array.isArray(value) || value instanceof Map || value instanceof Tuple) {
    throw new TemplateFault(`${typeName(value)} cannot be a key here.`);
  }
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
  return value;
}

/** Each once, in the order of their first. */
export function distinct(items: readonly Value[]): Value[] {
  const seen = new Map<Value, Value>();
  for (const item of items) {
    const key = keyOf(item);
    if (!seen.has(key)) seen.set(key, item);
  }
  return [...seen.values()];
}
