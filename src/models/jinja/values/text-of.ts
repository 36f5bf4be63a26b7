import { TemplateFault } from '../fault.ts';
import type { Limits } from '../limits.ts';
import { weigh } from '../weigh.ts';
import { floatText } from './numbers.ts';
import {
  Callable,
  Loop,
  Namespace,
  TemplateObject,
  Tuple,
  Undefined,
  type Value,
  ValueSet,
} from './values.ts';

/** What Jinja prints of a value: Python's `str`. */
export function textOf(value: Value, limits: Limits): string {
  if (typeof value === 'string') return value;
  if (value instanceof Undefined) throw notDefined(value);
  return reprOf(value, limits);
}

/** Python's `repr`: texts stand in quotes. */
export function reprOf(value: Value, limits: Limits): string {
  weigh(value, limits);
  return repr(value);
}

function repr(value: Value): string {
  if (value === null) return 'None';
  switch (typeof value) {
    case 'boolean':
      return value ? 'True' : 'False';
    case 'bigint':
      return String(value);
    case 'number':
      return floatText(value);
    case 'string':
      return quoted(value);
    default:
      return objectRepr(value);
  }
}

function objectRepr(value: Exclude<Value, null | boolean | bigint | number | string>): string {
  const list = (items: readonly Value[]) => items.map((item) => repr(item)).join(', ');
  if (Array.isArray(value)) return `[${list(value)}]`;
  if (value instanceof Tuple) return `(${list(value.items)}${value.items.length === 1 ? ',' : ''})`;
  if (value instanceof ValueSet) return value.items.length === 0 ? 'set()' : `{${list(value.items)}}`;
  if (value instanceof Map) {
    return `{${[...value].map(([key, inner]) => `${repr(key)}: ${repr(inner)}`).join(', ')}}`;
  }
  if (value instanceof Undefined) return 'Undefined';
  if (value instanceof TemplateObject && value.isText) return String(value);
  if (value instanceof Callable)
    return notText(`the macro or function "${value.name}"`, 'Write () after its name to call it.');
  if (value instanceof Namespace || value instanceof Loop || value instanceof TemplateObject) {
    return notText('an object with members', 'Write which member you mean.');
  }
  return '';
}

/** Nobody means `<macro 'x'>` to stand in SQL. */
function notText(what: string, remedy: string): never {
  throw new TemplateFault(`${what} cannot be printed. ${remedy}`);
}

/** https://docs.python.org/3/reference/lexical_analysis.html: single quotes unless the text has only those. */
function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const inner = text
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t');
  return quote + (quote === "'" ? inner.replaceAll("'", "\\'") : inner) + quote;
}

/** What is used though it is not there, in words that `unknownName` completes with what is near. */
export class NotDefined extends TemplateFault {
  readonly value: Undefined;
  readonly use: 'value' | 'call';

  constructor(value: Undefined, use: 'value' | 'call' = 'value') {
    super(`"${value.expression}" is not defined.`);
    this.value = value;
    this.use = use;
  }
}

function notDefined(value: Undefined): NotDefined {
  return new NotDefined(value);
}
