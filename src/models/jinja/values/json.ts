import { TemplateFault } from '../fault.ts';
import type { Limits } from '../limits.ts';
import { weigh } from '../weigh.ts';
import { floatText } from './numbers.ts';
import { NotDefined } from './text-of.ts';
import { TemplateObject, Tuple, typeName, Undefined, type Value, ValueSet } from './values.ts';

/**
 * As Python's `json.dumps` writes it, which dbt's `tojson` is: spaces behind commas and colons, ASCII alone.
 *
 * @throws TemplateFault where the value has no form in JSON.
 */
export function jsonOf(value: Value, sortKeys: boolean, limits: Limits): string {
  weigh(value, limits);
  return json(value, sortKeys);
}

function json(value: Value, sortKeys: boolean): string {
  const inner = (one: Value) => json(one, sortKeys);
  if (value === null || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return floatText(value);
  if (typeof value === 'string') return jsonText(value);
  if (Array.isArray(value)) return `[${value.map(inner).join(', ')}]`;
  if (value instanceof Tuple || value instanceof ValueSet) return `[${value.items.map(inner).join(', ')}]`;
  if (value instanceof Map) {
    const entries = [...value].map(([key, one]): [string, Value] => [
      typeof key === 'string' ? key : inner(key),
      one,
    ]);
    if (sortKeys) entries.sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, one]) => `${jsonText(key)}: ${inner(one)}`).join(', ')}}`;
  }
  if (value instanceof Undefined) throw new NotDefined(value);
  if (value instanceof TemplateObject && value.isText) return jsonText(String(value));
  throw new TemplateFault(`${typeName(value)} has no JSON.`);
}

function jsonText(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
