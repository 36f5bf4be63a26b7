import { TemplateFault } from '../fault.ts';
import type { Limits } from '../limits.ts';
import { binary } from '../values/arithmetic.ts';
import { Bound } from '../values/bind.ts';
import { iterate } from '../values/compare.ts';
import { formatPercent } from '../values/format.ts';
import { jsonOf } from '../values/json.ts';
import { attribute } from '../values/lookup.ts';
import { capitalized, padded, replaced, titleCase } from '../values/text-methods.ts';
import { textOf } from '../values/text-of.ts';
import { isTrue, type Named, Tuple, Undefined, type Value } from '../values/values.ts';
import {
  batches,
  extreme,
  grouped,
  memberAt,
  picked,
  slices,
  sorted,
  sortedDict,
  uniqueOf,
} from './list-filters.ts';
import { floatOf, numberOf, rounded, wholeOf } from './number-filters.ts';
import { indented, trimmedOf, truncated } from './text-filters.ts';

/** What a filter may use of the template that runs it. */
export interface Tools {
  readonly limits: Limits;
  filter(name: string, value: Value, positional: readonly Value[], named: Named): Value;
  test(name: string, value: Value, positional: readonly Value[], named: Named): boolean;
}

type Run = (value: Value, given: Bound, tools: Tools) => Value;

interface Filter {
  readonly parameters: readonly string[];
  readonly run: Run;
}

const filter = (parameters: string, run: Run): Filter => ({
  parameters: parameters.split(' ').filter((name) => name !== ''),
  run,
});

const text = (run: (text: string, given: Bound, tools: Tools) => Value, parameters = '') =>
  filter(parameters, (value, given, tools) => run(textOf(value, tools.limits), given, tools));

/** An unknown word in a text, as Jinja's own filter counts them. */
const WORD = /[\p{L}\p{N}_]+/gu;

const aliases = (filters: Record<string, Filter>, names: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(names).map(([alias, name]) => [alias, filters[name]]));

const NAMED: Record<string, Filter> = {
  abs: filter('', (value) => {
    const number = numberOf(value);
    return number < 0 ? -number : number;
  }),
  attr: filter('name', (value, given, { limits }) =>
    attribute(value, given.text('name'), given.text('name'), limits),
  ),
  batch: filter('linecount fill_with', (value, given, { limits }) => batches(iterate(value, limits), given)),
  capitalize: text((value) => capitalized(value)),
  center: text((value, given, { limits }) => padded(value, given, limits, 'both'), 'width'),
  default: filter('default_value boolean', (value, given) => {
    const isMissing = value instanceof Undefined || (isTrue(given.or('boolean', false)) && !isTrue(value));
    return isMissing ? given.or('default_value', '') : value;
  }),
  dictsort: filter('case_sensitive by reverse', (value, given, tools) =>
    sortedDict(value, given, tools.limits),
  ),
  escape: text((value) =>
    value
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll("'", '&#39;')
      .replaceAll('"', '&#34;'),
  ),
  first: filter('', (value, _given, { limits }) => endOf(iterate(value, limits)[0], 'first')),
  last: filter('', (value, _given, { limits }) => endOf(iterate(value, limits).at(-1), 'last')),
  float: filter('default', (value, given) => floatOf(value) ?? given.or('default', 0)),
  int: filter(
    'default base',
    (value, given) => wholeOf(value, given.whole('base', 10)) ?? given.or('default', 0n),
  ),
  indent: text((value, given, { limits }) => indented(value, given, limits), 'width first blank'),
  items: filter('', (value, _given, { limits }) =>
    value instanceof Map ? iterate(value, limits).map((key) => new Tuple([key, value.get(key) ?? null])) : [],
  ),
  join: filter('d attribute', (value, given, { limits }) => {
    const parts = picked(value, given, limits).map((one) => textOf(one, limits));
    const glue = textOf(given.or('d', ''), limits);
    limits.text(parts.reduce((length, part) => length + part.length + glue.length, 0));
    return parts.join(glue);
  }),
  length: filter('', (value, _given, { limits }) => BigInt(iterate(value, limits).length)),
  list: filter('', (value, _given, { limits }) => [...iterate(value, limits)]),
  lower: text((value) => value.toLowerCase()),
  upper: text((value) => value.toUpperCase()),
  title: text((value) => titleCase(value)),
  trim: text(
    (value, given) => (given.has('chars') ? trimmedOf(value, given.text('chars')) : value.trim()),
    'chars',
  ),
  string: filter('', (value, _given, tools) => textOf(value, tools.limits)),
  safe: filter('', (value) => value),
  replace: text(
    (value, given, { limits }) =>
      replaced(
        value,
        textOf(given.get('old'), limits),
        textOf(given.get('new'), limits),
        given.whole('count', -1),
        limits,
      ),
    'old new count',
  ),
  format: filter('', (value) => value),
  max: filter('case_sensitive attribute', (value, given, { limits }) => extreme(value, given, limits, 1)),
  min: filter('case_sensitive attribute', (value, given, { limits }) => extreme(value, given, limits, -1)),
  reverse: filter('', (value, _given, { limits }) =>
    typeof value === 'string' ? [...value].reverse().join('') : [...iterate(value, limits)].reverse(),
  ),
  round: filter('precision method', (value, given) => rounded(value, given)),
  sort: filter('reverse case_sensitive attribute', (value, given, { limits }) =>
    sorted(value, given, limits),
  ),
  sum: filter('attribute start', (value, given, { limits }) =>
    picked(value, given, limits).reduce<Value>(
      (total, one) => binary('+', total, one, limits),
      given.or('start', 0n),
    ),
  ),
  tojson: filter('indent', (value, given, { limits }) => {
    const indent = given.has('indent') && given.get('indent') !== null ? given.whole('indent') : undefined;
    return htmlSafe(jsonOf(value, true, limits, indent === undefined ? undefined : Math.min(indent, 16)));
  }),
  truncate: text((value, given) => truncated(value, given), 'length killwords end leeway'),
  unique: filter('case_sensitive attribute', (value, given, { limits }) => uniqueOf(value, given, limits)),
  groupby: filter('attribute default', (value, given, { limits }) => grouped(value, given, limits)),
  slice: filter('slices fill_with', (value, given, { limits }) => slices(iterate(value, limits), given)),
  wordcount: text((value) => BigInt(value.match(WORD)?.length ?? 0)),
  urlencode: text((value) => encodeURIComponent(value).replaceAll('%2F', '/')),
};

/** https://jinja.palletsprojects.com/en/stable/templates/#builtin-filters; the last four are dbt's own. */
const FILTERS: Readonly<Record<string, Filter | undefined>> = {
  ...NAMED,
  ...aliases(NAMED, {
    d: 'default',
    e: 'escape',
    count: 'length',
    forceescape: 'escape',
    as_text: 'safe',
    as_bool: 'safe',
    as_native: 'safe',
    as_number: 'safe',
  }),
};

export const FILTER_NAMES = [...Object.keys(FILTERS), 'map', 'select', 'reject', 'selectattr', 'rejectattr'];

function endOf(value: Value | undefined, filter: string): Value {
  return value === undefined ? new Undefined(filter, 'member') : value;
}

/** Jinja's own filter, unlike dbt's function, guards against HTML. */
function htmlSafe(json: string): string {
  return json
    .replaceAll('<', '\\u003c')
    .replaceAll('>', '\\u003e')
    .replaceAll('&', '\\u0026')
    .replaceAll("'", '\\u0027');
}

/** Undefined where there is no such filter. */
export function applyFilter(
  name: string,
  value: Value,
  positional: readonly Value[],
  named: Named,
  tools: Tools,
): Value | undefined {
  if (name === 'map') return mapped(value, positional, named, tools);
  if (name === 'format') {
    return formatPercent(
      textOf(value, tools.limits),
      named.size > 0 ? new Map(named) : new Tuple(positional),
      tools.limits,
    );
  }
  if (/^(?:select|reject)(?:attr)?$/.test(name)) return selected(name, value, positional, named, tools);
  const found = Object.hasOwn(FILTERS, name) ? FILTERS[name] : undefined;
  if (found === undefined) return undefined;
  if (typeof value === 'string') tools.limits.work(value.length / 64);
  const result = found.run(
    value,
    new Bound(`the filter ${name}`, found.parameters, positional, named),
    tools,
  );
  if (typeof result === 'string') tools.limits.text(result.length);
  return result;
}

function mapped(value: Value, positional: readonly Value[], named: Named, tools: Tools): Value {
  const path = named.get('attribute');
  const items = iterate(value, tools.limits);
  if (path !== undefined) {
    const fallback = named.get('default');
    return items.map((one) => {
      const found = memberAt(one, path, tools.limits);
      return found instanceof Undefined && fallback !== undefined ? fallback : found;
    });
  }
  const [name, ...rest] = positional;
  if (typeof name !== 'string')
    throw new TemplateFault('the filter map needs the name of a filter, or attribute=.');
  return items.map((one) => tools.filter(name, one, rest, named));
}

function selected(
  kind: string,
  value: Value,
  positional: readonly Value[],
  named: Named,
  tools: Tools,
): Value {
  const byMember = kind.endsWith('attr');
  const [path, ...afterPath] = positional;
  const [name, ...rest] = byMember ? afterPath : positional;
  if (byMember && path === undefined)
    throw new TemplateFault(`the filter ${kind} needs the name of a member.`);
  const keeps = kind.startsWith('select');
  return iterate(value, tools.limits).filter((one) => {
    const subject = byMember ? memberAt(one, path ?? null, tools.limits) : one;
    const holds =
      name === undefined ? isTrue(subject) : tools.test(textOf(name, tools.limits), subject, rest, named);
    return holds === keeps;
  });
}
