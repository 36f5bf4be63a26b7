import { TemplateFault } from '../fault.ts';
import type { Limits } from '../limits.ts';
import { asNumber, keyOf } from './compare.ts';
import { fixedText, floatText } from './numbers.ts';
import { reprOf, textOf } from './text-of.ts';
import { type Named, Tuple, typeName, type Value } from './values.ts';

/** Wider than any column of a table that people print. */
const WIDEST = 10_000;

const PERCENT = /%(?:\(([^()]*)\))?([-+ 0#]*)(\d+)?(?:\.(\d+))?([hlL])?([\s\S]?)/g;

interface Layout {
  readonly fill: string;
  readonly align: '<' | '>' | '^' | '=';
  readonly width: number;
}

/** Python's `text % values`: https://docs.python.org/3/library/stdtypes.html#old-string-formatting */
export function formatPercent(text: string, given: Value, limits: Limits): string {
  const values = given instanceof Tuple ? [...given.items] : [given];
  const result = text.replace(PERCENT, (_whole, ...groups: (string | undefined)[]) => {
    const [name, flags = '', width = '0', digits, , kind = ''] = groups;
    if (kind === '%') return '%';
    const value = name === undefined ? values.shift() : named(given, name);
    if (value === undefined) {
      throw new TemplateFault('the text has more % signs than there are values for them.');
    }
    const body = percentBody(kind, value, digits === undefined ? undefined : Number(digits), limits);
    return laidOut(withSign(body, flags, kind), percentLayout(flags, kind, Number(width)));
  });
  limits.text(result.length);
  return result;
}

function withSign(body: string, flags: string, kind: string): string {
  return flags.includes('+') && 'dif'.includes(kind) && !body.startsWith('-') ? `+${body}` : body;
}

function percentLayout(flags: string, kind: string, width: number): Layout {
  if (flags.includes('-')) return { fill: ' ', align: '<', width };
  if (flags.includes('0') && kind !== 's') return { fill: '0', align: '=', width };
  return { fill: ' ', align: '>', width };
}

function named(given: Value, name: string): Value | undefined {
  if (given instanceof Map) return given.get(keyOf(name));
  throw new TemplateFault(`%(${name}) needs a map of values.`);
}

function percentBody(kind: string, value: Value, digits: number | undefined, limits: Limits): string {
  switch (kind) {
    case 's':
      return textOf(value, limits).slice(0, digits);
    case 'r':
      return reprOf(value, limits).slice(0, digits);
    case 'd':
    case 'i':
    case 'u':
      return String(wholeOf(value));
    case 'f':
    case 'F':
      return fixed(value, digits ?? 6);
    case 'x':
      return wholeOf(value).toString(16);
    case 'X':
      return wholeOf(value).toString(16).toUpperCase();
    case 'o':
      return wholeOf(value).toString(8);
    default:
      throw new TemplateFault(`%${kind} is no format here: write %s, %d or %f, and %% for a % sign.`);
  }
}

function wholeOf(value: Value): bigint {
  const number = asNumber(value);
  if (number === undefined) throw new TemplateFault(`a number is needed here, not ${typeName(value)}.`);
  return typeof number === 'bigint' ? number : BigInt(Math.trunc(number));
}

function fixed(value: Value, digits: number): string {
  const number = asNumber(value);
  if (number === undefined) throw new TemplateFault(`a number is needed here, not ${typeName(value)}.`);
  if (digits > 70) throw new TemplateFault('a number has at most 70 digits after the decimal point here.');
  if (typeof number === 'bigint') return digits === 0 ? String(number) : `${number}.${'0'.repeat(digits)}`;
  return Number.isFinite(number) ? fixedText(number, digits) : floatText(number);
}

function laidOut(text: string, { fill, align, width }: Layout): string {
  if (width > WIDEST) throw new TemplateFault(`a width of more than ${WIDEST} is too wide for a model.`);
  const space = Math.max(0, width - [...text].length);
  if (align === '<') return text + fill.repeat(space);
  if (align === '>') return fill.repeat(space) + text;
  if (align === '^') return fill.repeat(Math.floor(space / 2)) + text + fill.repeat(Math.ceil(space / 2));
  const sign = /^[-+]/.exec(text)?.[0] ?? '';
  return sign + fill.repeat(space) + text.slice(sign.length);
}

const BRACES = /\{\{|\}\}|\{([^{}!:]*)(?:!([rs]))?(?::([^{}]*))?\}/g;
const SPEC = /^(?:([\s\S])?([<>^=]))?([-+ ])?(0)?(\d+)?([,_])?(?:\.(\d+))?([sdfxX%])?$/u;

/** Python's `text.format(…)`: https://docs.python.org/3/library/string.html#format-string-syntax */
export function formatBraces(
  text: string,
  positional: readonly Value[],
  given: Named,
  member: (value: Value, name: string) => Value,
  limits: Limits,
): string {
  let next = 0;
  const result = text.replace(BRACES, (whole, field: string | undefined, conversion?: string, spec = '') => {
    if (field === undefined) return whole.charAt(0);
    const [name = '', ...members] = field.split('.');
    const key = name === '' ? String(next++) : name;
    const first = /^\d+$/.test(key) ? positional[Number(key)] : given.get(key);
    if (first === undefined) throw new TemplateFault(`format() has no value for ${whole}.`);
    const value = members.reduce(member, first);
    return formatted(conversion === 'r' ? reprOf(value, limits) : value, spec, limits);
  });
  limits.text(result.length);
  return result;
}

function formatted(value: Value, spec: string, limits: Limits): string {
  const match = SPEC.exec(spec);
  if (match === null) throw new TemplateFault(`"${spec}" is no format here.`);
  const [, fill, align, sign, zero, width = '0', separator, digits, kind] = match;
  const number = asNumber(value);
  const body =
    number === undefined || kind === 's'
      ? textOf(value, limits).slice(0, digits === undefined ? undefined : Number(digits))
      : numberBody(number, digits, kind, limits);
  const grouped =
    separator === undefined ? body : body.replace(/\d(?=(?:\d{3})+(?!\d))(?<!\.\d*)/g, `$&${separator}`);
  const signed = sign === '+' && number !== undefined && !grouped.startsWith('-') ? `+${grouped}` : grouped;
  return laidOut(signed, {
    fill: fill ?? (zero === undefined ? ' ' : '0'),
    align:
      (align as Layout['align'] | undefined) ?? (zero !== undefined ? '=' : number === undefined ? '<' : '>'),
    width: Number(width),
  });
}

function numberBody(
  value: bigint | number,
  digits: string | undefined,
  kind: string | undefined,
  limits: Limits,
): string {
  switch (kind) {
    case 'f':
      return fixed(value, Number(digits ?? 6));
    case '%':
      return `${fixed(Number(value) * 100, Number(digits ?? 6))}%`;
    case 'x':
      return wholeOf(value).toString(16);
    case 'X':
      return wholeOf(value).toString(16).toUpperCase();
    case 'd':
      return String(wholeOf(value));
    default:
      if (digits !== undefined)
        return floatText(Number(Number(value).toPrecision(Math.max(1, Number(digits)))));
      return textOf(value, limits);
  }
}
