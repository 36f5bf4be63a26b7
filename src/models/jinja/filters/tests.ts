import { TemplateFault } from '../fault.ts';
import type { Limits } from '../limits.ts';
import { asNumber, isEqual, isIn, order } from '../values/compare.ts';
import { textOf } from '../values/text-of.ts';
import {
  Callable,
  TemplateObject,
  Tuple,
  typeName,
  Undefined,
  type Value,
  ValueSet,
} from '../values/values.ts';
import { FILTER_NAMES } from './filters.ts';

type Test = (value: Value, operand: Value, limits: Limits) => boolean;

const isText = (value: Value): value is string => typeof value === 'string';
const isList = (value: Value): boolean =>
  isText(value) || Array.isArray(value) || value instanceof Tuple || value instanceof Map;

const compared =
  (holds: (order: number) => boolean): Test =>
  (value, operand, limits) =>
    holds(order(value, operand, limits));

const equal: Test = (value, operand, limits) => isEqual(value, operand, limits);
const different: Test = (value, operand, limits) => !isEqual(value, operand, limits);
const [less, lessOrEqual] = [compared((sign) => sign < 0), compared((sign) => sign <= 0)];
const [greater, greaterOrEqual] = [compared((sign) => sign > 0), compared((sign) => sign >= 0)];

/** https://jinja.palletsprojects.com/en/stable/templates/#builtin-tests */
const TESTS: Readonly<Record<string, Test>> = {
  defined: (value) => !(value instanceof Undefined),
  undefined: (value) => value instanceof Undefined,
  none: (value) => value === null,
  boolean: (value) => typeof value === 'boolean',
  true: (value) => value === true,
  false: (value) => value === false,
  integer: (value) => typeof value === 'bigint',
  float: (value) => typeof value === 'number',
  number: (value) => asNumber(value) !== undefined,
  string: isText,
  mapping: (value) => value instanceof Map,
  sequence: isList,
  iterable: (value) => isList(value) || value instanceof ValueSet,
  callable: (value) =>
    value instanceof Callable || (value instanceof TemplateObject && value.call !== undefined),
  even: (value) => whole(value) % 2n === 0n,
  odd: (value) => whole(value) % 2n !== 0n,
  divisibleby: (value, operand) => whole(value) % (whole(operand) || 1n) === 0n,
  lower: (value, _operand, limits) =>
    textOf(value, limits) === textOf(value, limits).toLowerCase() &&
    textOf(value, limits) !== textOf(value, limits).toUpperCase(),
  upper: (value, _operand, limits) =>
    textOf(value, limits) === textOf(value, limits).toUpperCase() &&
    textOf(value, limits) !== textOf(value, limits).toLowerCase(),
  in: (value, operand, limits) => isIn(value, operand, limits),
  sameas: (value, operand) => value === operand,
  filter: (value) => isText(value) && FILTER_NAMES.includes(value),
  test: (value) => isText(value) && Object.hasOwn(TESTS, value),
  eq: equal,
  equalto: equal,
  '==': equal,
  ne: different,
  '!=': different,
  lt: less,
  lessthan: less,
  '<': less,
  le: lessOrEqual,
  '<=': lessOrEqual,
  gt: greater,
  greaterthan: greater,
  '>': greater,
  ge: greaterOrEqual,
  '>=': greaterOrEqual,
};

export const TEST_NAMES = Object.keys(TESTS);

function whole(value: Value): bigint {
  const number = asNumber(value);
  if (typeof number === 'bigint') return number;
  throw new TemplateFault(`a whole number is needed here, not ${typeName(value)}.`);
}

/** Undefined where there is no such test. */
export function applyTest(
  name: string,
  value: Value,
  operands: readonly Value[],
  limits: Limits,
): boolean | undefined {
  const test = Object.hasOwn(TESTS, name) ? TESTS[name] : undefined;
  return test?.(value, operands[0] ?? null, limits);
}
