import { TemplateFault } from '../fault.ts';
import type { Limits } from '../limits.ts';
import { asNumber } from './compare.ts';
import { formatPercent } from './format.ts';
import { NotDefined, textOf } from './text-of.ts';
import { TemplateObject, Tuple, typeName, Undefined, type Value } from './values.ts';

/** Python's operators; whole numbers stay whole and keep every digit. */
export function binary(operator: string, left: Value, right: Value, limits: Limits): Value {
  if (operator === '~') return concatenated([textOf(left, limits), textOf(right, limits)], limits);
  const [a, b] = [asNumber(left), asNumber(right)];
  if (a !== undefined && b !== undefined) return ofNumbers(operator, a, b, limits);
  const [first, second] = [plain(left), plain(right)];
  if (operator === '+') return sum(first, second, limits);
  if (operator === '*') return repeated(first, second, limits);
  if (operator === '%' && typeof first === 'string') return formatPercent(first, second, limits);
  throw misuse(operator, left, right);
}

/** A relation is added as its text. */
function plain(value: Value): Value {
  if (value instanceof Undefined) throw new NotDefined(value);
  return value instanceof TemplateObject && value.isText ? String(value) : value;
}

function misuse(operator: string, left: Value, right: Value): TemplateFault {
  const remedy = operator === '+' ? ' Join texts with ~, which takes any value.' : '';
  return new TemplateFault(`${operator} takes no ${typeName(left)} and ${typeName(right)}.${remedy}`);
}

export function concatenated(parts: readonly string[], limits: Limits): string {
  limits.text(parts.reduce((length, part) => length + part.length, 0));
  return parts.join('');
}

function sum(left: Value, right: Value, limits: Limits): Value {
  if (typeof left === 'string' && typeof right === 'string') return concatenated([left, right], limits);
  if (Array.isArray(left) && Array.isArray(right)) {
    limits.items(left.length + right.length);
    return [...left, ...right];
  }
  if (left instanceof Tuple && right instanceof Tuple) return new Tuple([...left.items, ...right.items]);
  throw misuse('+', left, right);
}

function repeated(left: Value, right: Value, limits: Limits): Value {
  const times = asNumber(right);
  if (times === undefined) {
    if (asNumber(left) === undefined) throw misuse('*', left, right);
    return repeated(right, left, limits);
  }
  if (typeof times === 'number') throw misuse('*', left, right);
  const count = times < 0n ? 0 : Number(times);
  if (typeof left === 'string') {
    limits.text(left.length * count);
    return left.repeat(count);
  }
  if (!Array.isArray(left)) throw misuse('*', left, right);
  limits.items(left.length * count);
  return Array.from({ length: count }, () => left).flat();
}

function ofNumbers(operator: string, left: bigint | number, right: bigint | number, limits: Limits): Value {
  if (typeof left === 'bigint' && typeof right === 'bigint' && operator !== '/') {
    return ofWholes(operator, left, right, limits);
  }
  return ofFloats(operator, Number(left), Number(right));
}

function ofWholes(operator: string, left: bigint, right: bigint, limits: Limits): Value {
  switch (operator) {
    case '+':
      limits.bits(Math.max(bitsOf(left), bitsOf(right)) + 1);
      return left + right;
    case '-':
      limits.bits(Math.max(bitsOf(left), bitsOf(right)) + 1);
      return left - right;
    case '*':
      limits.bits(bitsOf(left) + bitsOf(right) - 1);
      return left * right;
    case '//':
      return floorDivide(left, nonZero(right));
    case '%':
      return left - floorDivide(left, nonZero(right)) * right;
    default:
      return power(left, right, limits);
  }
}

const bitsOf = (value: bigint): number => value.toString(16).length * 4;

function nonZero(value: bigint): bigint {
  if (value === 0n) throw new TemplateFault('a number is divided by zero.');
  return value;
}

function floorDivide(left: bigint, right: bigint): bigint {
  const quotient = left / right;
  return left % right !== 0n && left < 0n !== right < 0n ? quotient - 1n : quotient;
}

function power(left: bigint, right: bigint, limits: Limits): Value {
  if (right < 0n) return ofFloats('**', Number(left), Number(right));
  const isSmall = left >= -1n && left <= 1n;
  if (!isSmall) limits.bits(left.toString(2).replace('-', '').length * Number(right) - Number(right));
  return isSmall ? left ** (right % 2n === 0n && right > 0n ? 2n : right > 0n ? 1n : 0n) : left ** right;
}

function ofFloats(operator: string, left: number, right: number): number {
  if (right === 0 && ['/', '//', '%'].includes(operator))
    throw new TemplateFault('a number is divided by zero.');
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    case '//':
      return Math.floor(left / right);
    case '%':
      return left - Math.floor(left / right) * right;
    default:
      return left ** right;
  }
}

export function negated(value: Value): Value {
  const number = asNumber(value);
  if (number !== undefined) return -number;
  if (value instanceof Undefined) throw new NotDefined(value);
  throw new TemplateFault(`- takes no ${typeName(value)}.`);
}
