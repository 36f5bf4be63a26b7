import { optionalArguments, parseDottedName, parseExpression, parseOr } from './parse-expression.ts';
import type { Expression, Filter, Parameter, Target } from './syntax.ts';
import type { TokenReader } from './token-reader.ts';

/** Items may be a list without brackets, but `if` is the loop's own. */
export function parseForItems(reader: TokenReader): Expression {
  const { at } = reader.current;
  const items = [parseOr(reader)];
  if (!reader.is(',')) return items[0] ?? { kind: 'tuple', at, items: [] };
  while (reader.take(',')) items.push(parseOr(reader));
  return { kind: 'tuple', at, items };
}

export function parseTargets(reader: TokenReader): Target {
  const { at } = reader.current;
  const first = parseTarget(reader);
  if (!reader.is(',')) return first;
  const items = [first];
  while (reader.take(',')) {
    if (reader.current.kind !== 'name' && !reader.is('(')) break;
    items.push(parseTarget(reader));
  }
  return { kind: 'tuple', at, items };
}

export function targetNames(target: Target): string[] {
  if (target.kind === 'tuple') return target.items.flatMap(targetNames);
  return target.kind === 'name' ? [target.name] : [];
}

function parseTarget(reader: TokenReader): Target {
  const { at } = reader.current;
  if (reader.take('(')) {
    const inner = reader.nested(() => parseTargets(reader));
    reader.expect(')');
    return inner;
  }
  const name = reader.name('a name');
  return reader.take('.')
    ? { kind: 'member', at, of: name, name: reader.name('a name') }
    : { kind: 'name', at, name };
}

export function parseParameters(reader: TokenReader): Parameter[] {
  const parameters: Parameter[] = [];
  reader.expect('(');
  while (!reader.is(')')) {
    const name = reader.name('the name of a parameter');
    parameters.push({ name, fallback: reader.take('=') ? parseExpression(reader) : undefined });
    if (!reader.take(',')) break;
  }
  reader.expect(')');
  return parameters;
}

export function parseFilterChain(reader: TokenReader): Filter[] {
  const filters: Filter[] = [];
  do {
    const { at } = reader.current;
    const name = parseDottedName(reader, 'the name of a filter');
    filters.push({ name, arguments: optionalArguments(reader), at });
  } while (reader.take('|'));
  return filters;
}
