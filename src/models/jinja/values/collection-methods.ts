import { TemplateFault } from '../fault.ts';
import type { Limits } from '../limits.ts';
import type { Bound } from './bind.ts';
import { distinct, hasItem, isEqual, iterate, keyOf, order } from './compare.ts';
import { type Dict, type Named, Tuple, typeName, type Value, ValueSet } from './values.ts';

interface CollectionMethod<T> {
  readonly parameters: readonly string[];
  readonly run: (self: T, given: Bound, limits: Limits) => Value;
}

function method<T>(parameters: string, run: CollectionMethod<T>['run']): CollectionMethod<T> {
  return { parameters: parameters.split(' ').filter((name) => name !== ''), run };
}

const push = (list: Value[], items: readonly Value[], limits: Limits): null => {
  limits.items(items.length);
  if (list.length + items.length > 1_000_000) limits.items(list.length + items.length);
  for (const item of items) list.push(item);
  return null;
};

/** https://docs.python.org/3/tutorial/datastructures.html#more-on-lists: what changes the list gives none. */
export const LIST_METHODS: Readonly<Record<string, CollectionMethod<Value[]>>> = {
  append: method('item', (list, given, limits) => push(list, [given.get('item')], limits)),
  extend: method('items', (list, given, limits) => push(list, iterate(given.get('items'), limits), limits)),
  insert: method('index item', (list, given, limits) => {
    limits.work(list.length / 64);
    list.splice(placeIn(list, given.whole('index')), 0, given.get('item'));
    return null;
  }),
  pop: method('index', (list, given, limits) => {
    limits.work(list.length / 64);
    const index = given.whole('index', -1);
    const [item] = list.splice(index < 0 ? list.length + index : index, 1);
    if (item === undefined) throw new TemplateFault('pop(): the list has no such item.');
    return item;
  }),
  remove: method('item', (list, given, limits) => {
    list.splice(indexIn(list, given.get('item'), limits), 1);
    return null;
  }),
  clear: method('', (list) => {
    list.length = 0;
    return null;
  }),
  copy: method('', (list, _given, limits) => [...iterate(list, limits)]),
  index: method('item', (list, given, limits) => BigInt(indexIn(list, given.get('item'), limits))),
  count: method('item', (list, given, limits) =>
    BigInt(list.filter((item) => isEqual(item, given.get('item'), limits)).length),
  ),
  reverse: method('', (list) => {
    list.reverse();
    return null;
  }),
  sort: method('reverse', (list, given, limits) => {
    list.sort((a, b) => order(a, b, limits));
    if (given.or('reverse', false) === true) list.reverse();
    return null;
  }),
};

function placeIn(list: readonly Value[], index: number): number {
  return index < 0 ? Math.max(0, list.length + index) : index;
}

function indexIn(list: readonly Value[], value: Value, limits: Limits): number {
  const index = list.findIndex((item) => isEqual(item, value, limits));
  if (index < 0) throw new TemplateFault('the list does not contain this item.');
  return index;
}

/** https://docs.python.org/3/library/stdtypes.html#mapping-types-dict */
export const DICT_METHODS: Readonly<Record<string, CollectionMethod<Dict>>> = {
  get: method('key default', (dict, given) => {
    const value = dict.get(keyOf(given.get('key')));
    return value === undefined ? given.or('default', null) : value;
  }),
  keys: method('', (dict, _given, limits) => [...iterate(dict, limits)]),
  values: method('', (dict, _given, limits) => {
    limits.items(dict.size);
    return [...dict.values()];
  }),
  items: method('', (dict, _given, limits) => {
    limits.items(dict.size * 3);
    return [...dict].map((entry) => new Tuple(entry));
  }),
  pop: method('key default', (dict, given) => {
    const key = keyOf(given.get('key'));
    const value = dict.get(key);
    if (value === undefined && !given.has('default'))
      throw new TemplateFault('pop(): the map has no such key.');
    dict.delete(key);
    return value === undefined ? given.or('default', null) : value;
  }),
  setdefault: method('key default', (dict, given) => {
    const key = keyOf(given.get('key'));
    const held = dict.get(key);
    const value = held === undefined ? given.or('default', null) : held;
    dict.set(key, value);
    return value;
  }),
  copy: method('', (dict, _given, limits) => {
    limits.items(dict.size * 2);
    return new Map(dict);
  }),
  clear: method('', (dict) => {
    dict.clear();
    return null;
  }),
};

/** `dict.update(other, key=value)`, whose names are the caller's own. */
export function updateDict(dict: Dict, positional: readonly Value[], named: Named, limits: Limits): null {
  for (const [key, value] of [...positional.flatMap((other) => entriesOf(other, limits)), ...named])
    dict.set(keyOf(key), value);
  return null;
}

/** What `dict(…)` and `update` take: a map, or a list of pairs. */
export function entriesOf(value: Value, limits: Limits): [Value, Value][] {
  if (value instanceof Map) {
    limits.items(value.size * 2);
    return [...value];
  }
  return iterate(value, limits).map((pair) => {
    const [key, inner, ...rest] = iterate(pair, limits);
    if (key === undefined || inner === undefined || rest.length > 0) {
      throw new TemplateFault(`a map is made of pairs, not of ${typeName(pair)}.`);
    }
    return [key, inner];
  });
}

/** https://docs.python.org/3/library/stdtypes.html#set */
export const SET_METHODS: Readonly<Record<string, CollectionMethod<ValueSet>>> = {
  union: method(
    'other',
    (set, given, limits) => new ValueSet(distinct([...set.items, ...iterate(given.get('other'), limits)])),
  ),
  intersection: method('other', (set, given, limits) => {
    const others = iterate(given.get('other'), limits);
    return new ValueSet(set.items.filter((item) => hasItem(others, item, limits)));
  }),
  difference: method('other', (set, given, limits) => {
    const others = iterate(given.get('other'), limits);
    return new ValueSet(set.items.filter((item) => !hasItem(others, item, limits)));
  }),
  issubset: method('other', (set, given, limits) => {
    const others = iterate(given.get('other'), limits);
    return set.items.every((item) => hasItem(others, item, limits));
  }),
};
