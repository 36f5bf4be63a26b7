import type { Limits } from '../limits.ts';
import type { Bound } from '../values/bind.ts';
import { isTrue } from '../values/values.ts';

export function trimmedOf(value: string, chars: string): string {
  let [start, end] = [0, value.length];
  while (start < end && chars.includes(value.charAt(start))) start += 1;
  while (end > start && chars.includes(value.charAt(end - 1))) end -= 1;
  return value.slice(start, end);
}

export function indented(value: string, given: Bound, limits: Limits): string {
  const width = given.or('width', 4n);
  const indent =
    typeof width === 'string' ? width : ' '.repeat(Math.min(Math.max(0, given.whole('width', 4)), 10_000));
  const lines = value.split('\n');
  limits.text(value.length + indent.length * lines.length);
  const [first = '', ...rest] = lines;
  const blank = isTrue(given.or('blank', false));
  const head = isTrue(given.or('first', false)) ? indent + first : first;
  return [head, ...rest.map((line) => (line === '' && !blank ? line : indent + line))].join('\n');
}

export function truncated(value: string, given: Bound): string {
  const length = given.whole('length', 255);
  const end = given.text('end', '...');
  if (value.length <= length + given.whole('leeway', 5)) return value;
  const cut = value.slice(0, Math.max(0, length - end.length));
  if (isTrue(given.or('killwords', false)) || !cut.includes(' ')) return cut + end;
  return cut.slice(0, cut.lastIndexOf(' ')) + end;
}
