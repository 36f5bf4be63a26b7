import { type Inner, parseDict, parseList, parsePrimary } from './parse-primary.ts';
import type { Arguments, Comparison, Expression } from './syntax.ts';
import type { TokenReader } from './token-reader.ts';

/**
 * Jinja's expressions, by its own order of precedence:
 * https://jinja.palletsprojects.com/en/stable/templates/#expressions
 */
export function parseExpression(reader: TokenReader): Expression {
  return reader.nested(() => {
    let left = parseOr(reader);
    while (reader.is('if')) {
      const { at } = reader.next();
      const test = parseOr(reader);
      const no = reader.take('else') ? parseExpression(reader) : undefined;
      left = { kind: 'choice', at, test, yes: left, no };
    }
    return left;
  });
}

/** Without `if`, which in `for` begins the condition. */
export function parseOr(reader: TokenReader): Expression {
  let left = parseAnd(reader);
  while (reader.is('or')) {
    const { at } = reader.next();
    left = { kind: 'or', at, left, right: parseAnd(reader) };
  }
  return left;
}

function parseAnd(reader: TokenReader): Expression {
  let left = parseNot(reader);
  while (reader.is('and')) {
    const { at } = reader.next();
    left = { kind: 'and', at, left, right: parseNot(reader) };
  }
  return left;
}

function parseNot(reader: TokenReader): Expression {
  if (!reader.is('not')) return parseCompare(reader);
  const { at } = reader.next();
  return { kind: 'not', at, of: reader.nested(() => parseNot(reader)) };
}

function parseCompare(reader: TokenReader): Expression {
  const { at } = reader.current;
  const left = parseSum(reader);
  const rest: Comparison[] = [];
  for (let operator = comparison(reader); operator !== undefined; operator = comparison(reader)) {
    rest.push({ operator, right: parseSum(reader) });
  }
  return rest.length === 0 ? left : { kind: 'compare', at, left, rest };
}

const COMPARISONS = ['==', '!=', '<', '<=', '>', '>=', 'in'];

function comparison(reader: TokenReader): string | undefined {
  if (reader.is('not') && reader.peek(1)?.text === 'in') {
    reader.next();
    reader.next();
    return 'not in';
  }
  return COMPARISONS.some((operator) => reader.is(operator)) ? reader.next().text : undefined;
}

/** A level of operators of one precedence, which are read from left to right. */
function level(operators: readonly string[], operand: (reader: TokenReader) => Expression) {
  return (reader: TokenReader): Expression => {
    let left = operand(reader);
    while (operators.some((operator) => reader.is(operator))) {
      const { text: operator, at } = reader.next();
      left = { kind: 'binary', at, operator, left, right: operand(reader) };
    }
    return left;
  };
}

const parsePower = level(['**'], (reader) => parseUnary(reader, true));
const parseProduct = level(['*', '/', '//', '%'], parsePower);
const parseConcat = level(['~'], parseProduct);
const parseSum = level(['+', '-'], parseConcat);

function parseUnary(reader: TokenReader, filtered: boolean): Expression {
  const { at } = reader.current;
  const sign = reader.is('-') ? 'negative' : reader.is('+') ? 'positive' : undefined;
  if (sign !== undefined) reader.next();
  const value: Expression =
    sign === undefined
      ? parsePrimary(reader, INNER)
      : { kind: sign, at, of: reader.nested(() => parseUnary(reader, false)) };
  const whole = parsePostfix(reader, value);
  return filtered ? parseFilters(reader, whole) : whole;
}

function parsePostfix(reader: TokenReader, value: Expression): Expression {
  let whole = value;
  for (;;) {
    const { at } = reader.current;
    if (reader.take('.')) whole = parseMember(reader, whole, at);
    else if (reader.is('[')) whole = parseSubscript(reader, whole);
    else if (reader.is('('))
      whole = { kind: 'call', at: whole.at, of: whole, arguments: parseArguments(reader) };
    else return whole;
  }
}

function parseMember(reader: TokenReader, of: Expression, at: number): Expression {
  if (reader.current.kind !== 'integer') return { kind: 'attribute', at, of, name: reader.name('a name') };
  const token = reader.next();
  return { kind: 'item', at, of, key: { kind: 'literal', at: token.at, value: BigInt(token.text) } };
}

function parseSubscript(reader: TokenReader, of: Expression): Expression {
  const { at } = reader.expect('[');
  const from = reader.is(':') ? undefined : parseTuple(reader);
  if (reader.take(']')) {
    if (from === undefined) throw reader.fault('a key is missing between [ and ].');
    return { kind: 'item', at, of, key: from };
  }
  reader.expect(':');
  const to = reader.is(':') || reader.is(']') ? undefined : parseExpression(reader);
  const step = reader.take(':') && !reader.is(']') ? parseExpression(reader) : undefined;
  reader.expect(']');
  return { kind: 'slice', at, of, from, to, step };
}

/** Filters, tests, and calls of what they give. */
function parseFilters(reader: TokenReader, value: Expression): Expression {
  let whole = value;
  for (;;) {
    const { at } = reader.current;
    if (reader.take('|')) {
      const name = parseDottedName(reader, 'the name of a filter');
      whole = { kind: 'filter', at, name, of: whole, arguments: optionalArguments(reader) };
    } else if (reader.take('is')) {
      whole = parseTest(reader, whole, at);
    } else if (reader.is('(')) {
      whole = { kind: 'call', at, of: whole, arguments: parseArguments(reader) };
    } else {
      return whole;
    }
  }
}

export function parseDottedName(reader: TokenReader, what: string): string {
  let name = reader.name(what);
  while (reader.take('.')) name += `.${reader.name(what)}`;
  return name;
}

const NO_OPERAND = ['else', 'or', 'and', 'is', 'not', 'in', 'if'];

function parseTest(reader: TokenReader, of: Expression, at: number): Expression {
  const negated = reader.take('not');
  const name = parseDottedName(reader, 'the name of a test');
  const { kind, text, at: next } = reader.current;
  const hasOperand =
    kind === 'string' ||
    kind === 'integer' ||
    kind === 'float' ||
    (kind === 'name' ? !NO_OPERAND.includes(text) : ['[', '{'].some((open) => reader.is(open)));
  if (!hasOperand) return { kind: 'test', at, name, negated, of, arguments: optionalArguments(reader) };
  const operand = parsePostfix(
    reader,
    reader.is('[')
      ? parseList(reader, INNER)
      : reader.is('{')
        ? parseDict(reader, INNER)
        : parsePrimary(reader, INNER),
  );
  return { kind: 'test', at: next, name, negated, of, arguments: { ...NO_ARGUMENTS, positional: [operand] } };
}

const NO_ARGUMENTS: Arguments = {
  positional: [],
  named: [],
  spread: undefined,
  spreadNamed: undefined,
};

export function optionalArguments(reader: TokenReader): Arguments {
  return reader.is('(') ? parseArguments(reader) : NO_ARGUMENTS;
}

function parseArguments(reader: TokenReader): Arguments {
  const positional: Expression[] = [];
  const named: [string, Expression][] = [];
  let spread: Expression | undefined;
  let spreadNamed: Expression | undefined;
  reader.expect('(');
  while (!reader.is(')')) {
    if (reader.take('*')) spread = parseExpression(reader);
    else if (reader.take('**')) spreadNamed = parseExpression(reader);
    else if (
      reader.current.kind === 'name' &&
      reader.peek(1)?.text === '=' &&
      reader.peek(1)?.kind === 'operator'
    ) {
      const name = reader.next().text;
      reader.next();
      named.push([name, parseExpression(reader)]);
    } else if (named.length > 0)
      throw reader.fault('an argument without a name cannot follow one with a name.');
    else positional.push(parseExpression(reader));
    if (!reader.take(',')) break;
  }
  reader.expect(')');
  return { positional, named, spread, spreadNamed };
}

/** One value, or several with commas between. */
export function parseTuple(reader: TokenReader): Expression {
  const { at } = reader.current;
  const first = parseExpression(reader);
  if (!reader.is(',')) return first;
  const items = [first];
  while (reader.take(',')) {
    if (reader.current.kind === 'end' || [')', ']', '='].some((close) => reader.is(close))) break;
    items.push(parseExpression(reader));
  }
  return { kind: 'tuple', at, items };
}

const INNER: Inner = { expression: parseExpression, tuple: parseTuple };
