import { TemplateFault } from '../fault.ts';
import type { Limits } from '../limits.ts';
import { concatenated } from './arithmetic.ts';
import type { Bound } from './bind.ts';
import { iterate } from './compare.ts';
import { Tuple, typeName, type Value } from './values.ts';

type Method = (text: string, given: Bound, limits: Limits) => Value;

interface TextMethod {
  readonly parameters: readonly string[];
  readonly run: Method;
}

const method = (parameters: string, run: Method): TextMethod => ({
  parameters: parameters.split(' ').filter((name) => name !== ''),
  run,
});

/** The methods of Python's texts that templates use: https://docs.python.org/3/library/stdtypes.html#string-methods */
export const TEXT_METHODS: Readonly<Record<string, TextMethod>> = {
  upper: method('', (text) => text.toUpperCase()),
  lower: method('', (text) => text.toLowerCase()),
  casefold: method('', (text) => text.toLowerCase()),
  title: method('', (text) => titleCase(text)),
  capitalize: method('', (text) => capitalized(text)),
  swapcase: method('', (text) =>
    text.replace(/\p{L}/gu, (letter) =>
      letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase(),
    ),
  ),
  strip: method('chars', (text, given) => stripped(text, given, true, true)),
  lstrip: method('chars', (text, given) => stripped(text, given, true, false)),
  rstrip: method('chars', (text, given) => stripped(text, given, false, true)),
  startswith: method('prefix', (text, given) =>
    alternatives(given.get('prefix')).some((prefix) => text.startsWith(prefix)),
  ),
  endswith: method('suffix', (text, given) =>
    alternatives(given.get('suffix')).some((suffix) => text.endsWith(suffix)),
  ),
  replace: method('old new count', (text, given, limits) =>
    replaced(text, given.text('old'), given.text('new'), given.whole('count', -1), limits),
  ),
  split: method('sep maxsplit', (text, given, limits) => splitText(text, given, limits)),
  rsplit: method('sep maxsplit', (text, given, limits) => splitText(text, given, limits, true)),
  splitlines: method('', (text, _given, limits) =>
    counted(text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r\n|\r|\n/), limits),
  ),
  join: method('iterable', (text, given, limits) =>
    joined(iterate(given.get('iterable'), limits), text, limits),
  ),
  find: method('sub start', (text, given) =>
    BigInt(text.indexOf(given.text('sub'), given.whole('start', 0))),
  ),
  rfind: method('sub', (text, given) => BigInt(text.lastIndexOf(given.text('sub')))),
  index: method('sub', (text, given) => found(text.indexOf(given.text('sub')))),
  count: method('sub', (text, given) => BigInt(occurrences(text, given.text('sub')))),
  removeprefix: method('prefix', (text, given) =>
    text.startsWith(given.text('prefix')) ? text.slice(given.text('prefix').length) : text,
  ),
  removesuffix: method('suffix', (text, given) =>
    given.text('suffix') !== '' && text.endsWith(given.text('suffix'))
      ? text.slice(0, -given.text('suffix').length)
      : text,
  ),
  center: method('width fillchar', (text, given, limits) => padded(text, given, limits, 'both')),
  ljust: method('width fillchar', (text, given, limits) => padded(text, given, limits, 'after')),
  rjust: method('width fillchar', (text, given, limits) => padded(text, given, limits, 'before')),
  zfill: method('width', (text, given, limits) => {
    const sign = /^[-+]/.exec(text)?.[0] ?? '';
    return sign + filled(text.slice(sign.length), given.whole('width') - sign.length, '0', limits);
  }),
  partition: method('sep', (text, given) =>
    partitioned(text, given.text('sep'), text.indexOf(given.text('sep')), 'first'),
  ),
  rpartition: method('sep', (text, given) =>
    partitioned(text, given.text('sep'), text.lastIndexOf(given.text('sep')), 'last'),
  ),
  isdigit: method('', (text) => /^\p{Nd}+$/u.test(text)),
  isnumeric: method('', (text) => /^\p{N}+$/u.test(text)),
  isdecimal: method('', (text) => /^\p{Nd}+$/u.test(text)),
  isalpha: method('', (text) => /^\p{L}+$/u.test(text)),
  isalnum: method('', (text) => /^[\p{L}\p{N}]+$/u.test(text)),
  isspace: method('', (text) => /^\s+$/u.test(text)),
  isidentifier: method('', (text) => /^[\p{L}_][\p{L}\p{N}_]*$/u.test(text)),
  isupper: method('', (text) => text !== text.toLowerCase() && text === text.toUpperCase()),
  islower: method('', (text) => text !== text.toUpperCase() && text === text.toLowerCase()),
};

export function callTextMethod(text: string, name: string, given: Bound, limits: Limits): Value {
  limits.work(1 + text.length / 64);
  const result = TEXT_METHODS[name]?.run(text, given, limits) ?? null;
  if (typeof result === 'string') limits.text(result.length);
  return result;
}

export function titleCase(text: string): string {
  return text.replace(/\p{L}+/gu, (word) => capitalized(word));
}

export function capitalized(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1).toLowerCase();
}

function stripped(text: string, given: Bound, left: boolean, right: boolean): string {
  const chars = given.or('chars', null);
  const isCut =
    typeof chars === 'string'
      ? (letter: string) => chars.includes(letter)
      : (letter: string) => letter.trim() === '';
  let [start, end] = [0, text.length];
  while (left && start < end && isCut(text.charAt(start))) start += 1;
  while (right && end > start && isCut(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function alternatives(value: Value): string[] {
  const values = value instanceof Tuple ? value.items : [value];
  return values.map((one) => {
    if (typeof one === 'string') return one;
    throw new TemplateFault(`a text is needed here, not ${typeName(one)}.`);
  });
}

function occurrences(text: string, part: string): number {
  return part === '' ? text.length + 1 : text.split(part).length - 1;
}

export function replaced(text: string, old: string, by: string, most: number, limits: Limits): string {
  const all = occurrences(text, old);
  const count = most < 0 ? all : Math.min(all, most);
  limits.text(Math.max(0, text.length + count * (by.length - old.length)));
  if (count === all) return text.replaceAll(old, () => by);
  const parts = old === '' ? ['', ...text] : text.split(old);
  return (
    parts.slice(0, count + 1).join(by) +
    parts
      .slice(count + 1)
      .map((part) => old + part)
      .join('')
  );
}

function counted(parts: readonly string[], limits: Limits): Value[] {
  limits.items(parts.length);
  return [...parts];
}

function splitText(text: string, given: Bound, limits: Limits, fromRight = false): Value[] {
  const separator = given.or('sep', null);
  if (separator === '') throw new TemplateFault('split() needs a separator that is not empty.');
  const most = given.whole('maxsplit', -1);
  const words = separator === null;
  const parts = words
    ? text
        .trim()
        .split(/\s+/u)
        .filter((part) => part !== '')
    : text.split(given.text('sep'));
  if (most < 0 || parts.length <= most + 1) return counted(parts, limits);
  const glue = words ? ' ' : given.text('sep');
  const cut = fromRight ? parts.length - most : most;
  const rest = fromRight ? parts.slice(0, cut).join(glue) : parts.slice(cut).join(glue);
  return counted(fromRight ? [rest, ...parts.slice(cut)] : [...parts.slice(0, cut), rest], limits);
}

function joined(items: readonly Value[], glue: string, limits: Limits): string {
  const parts = items.map((item) => {
    if (typeof item === 'string') return item;
    throw new TemplateFault(`join() takes texts, not ${typeName(item)}. The filter join takes any value.`);
  });
  limits.text(glue.length * parts.length);
  return concatenated([parts.join(glue)], limits);
}

function found(index: number): bigint {
  if (index < 0)
    throw new TemplateFault(
      'the text does not contain what index() looks for. find() returns -1 in that case.',
    );
  return BigInt(index);
}

function filled(text: string, width: number, fill: string, limits: Limits): string {
  limits.text(Math.max(0, width));
  return text.padStart(width, fill);
}

export function padded(
  text: string,
  given: Bound,
  limits: Limits,
  side: 'both' | 'before' | 'after',
): string {
  const width = given.whole('width', 80);
  const fill = given.has('fillchar') ? given.text('fillchar') : ' ';
  const space = Math.max(0, width - text.length);
  limits.text(space + text.length);
  if (side === 'before') return fill.repeat(space) + text;
  if (side === 'after') return text + fill.repeat(space);
  // Python puts the odd one before, where the width is odd too.
  const before = Math.floor(space / 2) + (space % 2 === 1 && width % 2 === 1 ? 1 : 0);
  return fill.repeat(before) + text + fill.repeat(space - before);
}

function partitioned(text: string, separator: string, at: number, without: 'first' | 'last'): Tuple {
  if (at < 0) return new Tuple(without === 'first' ? [text, '', ''] : ['', '', text]);
  return new Tuple([text.slice(0, at), separator, text.slice(at + separator.length)]);
}
