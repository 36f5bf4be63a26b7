import { TemplateFault } from '../fault.ts';
import type { Bound } from '../values/bind.ts';
import { asNumber } from '../values/compare.ts';
import { fixedText } from '../values/numbers.ts';
import { typeName, type Value } from '../values/values.ts';

export function numberOf(value: Value): bigint | number {
  const number = asNumber(value);
  if (number === undefined) throw new TemplateFault(`a number is needed here, not ${typeName(value)}.`);
  return number;
}

export function floatOf(value: Value): number | undefined {
  const number = asNumber(value);
  if (number !== undefined) return Number(number);
  if (typeof value !== 'string') return undefined;
  const trimmed = value.trim().replaceAll('_', '');
  return /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(trimmed) ? Number(trimmed) : undefined;
}

const DIGITS: Readonly<Record<number, RegExp>> = {
  2: /^[01]+$/,
  8: /^[0-7]+$/,
  10: /^\d+$/,
  16: /^[\da-f]+$/i,
};
const PREFIX: Readonly<Record<number, string>> = { 2: '0b', 8: '0o', 10: '', 16: '0x' };

export function wholeOf(value: Value, base: number): bigint | undefined {
  const number = asNumber(value);
  if (typeof number === 'bigint') return number;
  if (typeof number === 'number') return Number.isFinite(number) ? BigInt(Math.trunc(number)) : undefined;
  if (typeof value !== 'string') return undefined;
  const [, sign = '', digits = ''] = /^\s*([-+]?)(?:0[xXoObB])?([\da-fA-F_]+)\s*$/.exec(value) ?? [];
  const plain = digits.replaceAll('_', '');
  if (plain.length <= 4300 && DIGITS[base]?.test(plain)) {
    const whole = BigInt(`${PREFIX[base] ?? ''}${plain}`);
    return sign === '-' ? -whole : whole;
  }
  const float = floatOf(value);
  return float === undefined || !Number.isFinite(float) ? undefined : BigInt(Math.trunc(float));
}

export function rounded(value: Value, given: Bound): Value {
  const digits = given.whole('precision', 0);
  const method = given.text('method', 'common');
  const number = numberOf(value);
  if (typeof number === 'bigint' && digits >= 0) return method === 'common' ? number : Number(number);
  const factor = 10 ** Math.min(Math.max(digits, -300), 300);
  const scaled = Number(number) * factor;
  if (method === 'ceil') return Math.ceil(scaled) / factor;
  if (method === 'floor') return Math.floor(scaled) / factor;
  return digits >= 0 && digits <= 70
    ? Number(fixedText(Number(number), digits))
    : Math.round(scaled) / factor;
}
