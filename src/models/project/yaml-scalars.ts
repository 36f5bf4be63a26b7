/**
 * What a plain scalar is in YAML 1.1, by the rules of PyYAML's resolver, with which dbt reads its files:
 * https://github.com/yaml/pyyaml/blob/main/lib/yaml/resolver.py. Numbers that JavaScript would round or spell
 * otherwise than Python keep their digits as raw JSON.
 */

import { exactNumber } from '../../json/exact-json.ts';
import { floatText } from '../jinja/values/numbers.ts';

const TRUE = /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/;
const FALSE = /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/;
const NULL = /^(?:~|null|Null|NULL|)$/;
const INTEGER = /^[-+]?(?:0b[01_]+|0[0-7_]+|0|[1-9][0-9_]*|0x[0-9a-fA-F_]+|[1-9][0-9_]*(?::[0-5]?[0-9])+)$/;
const FLOAT =
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*)$/;
const SPECIAL = /^(?:([-+]?)\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const DATE = /^\d{4}-\d\d-\d\d$/;
const TIMESTAMP =
  /^(\d{4})-(\d\d?)-(\d\d?)(?:[Tt]|[ \t]+)(\d\d?):(\d\d):(\d\d)(?:\.(\d*))?(?:[ \t]*(Z|([-+])(\d\d?)(?::?(\d\d))?))?$/;

/** A plain scalar's value. Dates and times are the text that Python prints of them. */
export function plainScalar(text: string): unknown {
  if (NULL.test(text)) return null;
  if (TRUE.test(text)) return true;
  if (FALSE.test(text)) return false;
  if (INTEGER.test(text)) return integer(text);
  if (FLOAT.test(text)) return exactNumber(floatText(float(text)));
  const special = SPECIAL.exec(text);
  if (special !== null) return special[1] === undefined ? Number.NaN : infinity(special[1]);
  if (DATE.test(text)) return text;
  const time = TIMESTAMP.exec(text);
  return time === null ? text : timestamp(time);
}

const infinity = (sign: string): number => (sign === '-' ? -Infinity : Infinity);

/** The value of a whole number, whatever its base. */
export function integer(text: string): unknown {
  const digits = text.replaceAll('_', '').replace(/^[-+]/, '');
  const value = digits.includes(':') ? sexagesimal(digits) : BigInt(inJavaScript(digits));
  return exactNumber(String(text.startsWith('-') ? -value : value));
}

function inJavaScript(digits: string): string {
  return /^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits;
}

const sexagesimal = (digits: string): bigint =>
  digits.split(':').reduce((value, part) => value * 60n + BigInt(part), 0n);

export function float(text: string): number {
  const digits = text.replaceAll('_', '').replace(/^[-+]/, '');
  const value = digits.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
  return text.startsWith('-') ? -value : value;
}

/** As `str()` of Python's datetime: microseconds where there are any, an offset where one was written. */
function timestamp([
  ,
  year,
  month,
  day,
  hour,
  minute,
  second,
  fraction = '',
  zone,
  sign,
  h,
  m,
]: RegExpExecArray) {
  const two = (part = '0') => part.padStart(2, '0');
  const micros = fraction.slice(0, 6).padEnd(6, '0');
  const offset = zone === undefined ? '' : `${sign ?? '+'}${two(h)}:${two(m)}`;
  const rest = Number(micros) === 0 ? '' : `.${micros}`;
  return `${year}-${two(month)}-${two(day)} ${two(hour)}:${minute}:${second}${rest}${offset}`;
}
