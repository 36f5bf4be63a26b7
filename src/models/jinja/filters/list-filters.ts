import { TemplateFault } from '../fault.ts';
import type { Limits } from '../limits.ts';
import type { Bound } from '../values/bind.ts';
import { iterate, keyOf, order } from '../values/compare.ts';
import { item } from '../values/lookup.ts';
import { textOf } from '../values/text-of.ts';
import { isTrue, Tuple, typeName, Undefined, type Value } from '../values/values.ts';

/** `a.b.0`, as `attribute=` takes it. */
export function memberAt(value: Value, path: Value, limits: Limits): Value {
  if (typeof path === 'bigint') return item(value, path, String(path), limits);
  return textOf(path, limits)
    .split('.')
    .reduce<Value>(
      (inner, part) =>
        item(inner, /^\d+$/.test(part) && !(inner instanceof Map) ? BigInt(part) : part, part, limits),
      value,
    );
}

export function picked(value: Value, given: Bound, limits: Limits): readonly Value[] {
  const items = iterate(value, limits);
  const path = given.or('attribute', null);
  return path === null ? items : items.map((one) => memberAt(one, path, limits));
}

export function batches(items: readonly Value[], given: Bound): Value {
  const size = Math.max(1, given.whole('linecount'));
  const rows = Array.from({ length: Math.ceil(items.length / size) }, (_, row) =>
    items.slice(row * size, (row + 1) * size),
  );
  const fill = given.or('fill_with', null);
  const last = rows.at(-1);
  if (fill === null || last === undefined || size > 10_000) return rows;
  return [...rows.slice(0, -1), [...last, ...Array.from({ length: size - last.length }, () => fill)]];
}

export function slices(items: readonly Value[], given: Bound): Value {
  const count = Math.min(Math.max(1, given.whole('slices')), 10_000);
  const [size, more] = [Math.floor(items.length / count), items.length % count];
  const fill = given.or('fill_with', null);
  return Array.from({ length: count }, (_, index) => {
    const start = index * size + Math.min(index, more);
    const part = items.slice(start, start + size + (index < more ? 1 : 0));
    return fill !== null && index >= more && more > 0 ? [...part, fill] : part;
  });
}

/** Texts are compared without their case unless `case_sensitive` is set. */
function folded(value: Value, given: Bound): Value {
  return typeof value === 'string' && !isTrue(given.or('case_sensitive', false))
    ? value.toLowerCase()
    : value;
}

export function sorted(value: Value, given: Bound, limits: Limits): Value[] {
  const paths = given.or('attribute', null);
  const keysOf = (one: Value): Value[] =>
    paths === null
      ? [folded(one, given)]
      : textOf(paths, limits)
          .split(',')
          .map((path) => folded(memberAt(one, path, limits), given));
  const keyed = iterate(value, limits).map((one) => ({ one, keys: keysOf(one) }));
  const sign = isTrue(given.or('reverse', false)) ? -1 : 1;
  return keyed.sort((a, b) => sign * order(a.keys, b.keys, limits)).map(({ one }) => one);
}

export function sortedDict(value: Value, given: Bound, limits: Limits): Value[] {
  if (!(value instanceof Map))
    throw new TemplateFault(`the filter dictsort needs a map, not ${typeName(value)}.`);
  const at = given.text('by', 'key') === 'value' ? 1 : 0;
  const sign = isTrue(given.or('reverse', false)) ? -1 : 1;
  limits.items(value.size * 3);
  return [...value]
    .sort((a, b) => sign * order(folded(a[at] ?? null, given), folded(b[at] ?? null, given), limits))
    .map((entry) => new Tuple(entry));
}

export function extreme(value: Value, given: Bound, limits: Limits, sign: number): Value {
  const path = given.or('attribute', null);
  const keyed = iterate(value, limits).map((one) => ({
    one,
    key: folded(path === null ? one : memberAt(one, path, limits), given),
  }));
  const [first] = keyed;
  if (first === undefined) return new Undefined(sign > 0 ? 'max' : 'min', 'member');
  return keyed.reduce((best, next) => (sign * order(next.key, best.key, limits) > 0 ? next : best), first)
    .one;
}

export function uniqueOf(value: Value, given: Bound, limits: Limits): Value[] {
  const path = given.or('attribute', null);
  const seen = new Map<Value, Value>();
  for (const one of iterate(value, limits)) {
    const key = keyOf(folded(path === null ? one : memberAt(one, path, limits), given));
    if (!seen.has(key)) seen.set(key, one);
  }
  return [...seen.values()];
}

export function grouped(value: Value, given: Bound, limits: Limits): Value[] {
  const path = given.get('attribute');
  const groups = new Map<Value, Value[]>();
  for (const one of iterate(value, limits)) {
    const found = memberAt(one, path, limits);
    const key = keyOf(found instanceof Undefined ? given.get('default') : found);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return [...groups]
    .sort(([a], [b]) => order(a, b, limits))
    .map(([key, items]) => new Tuple([key, items], ['grouper', 'list']));
}
