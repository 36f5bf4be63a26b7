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
export function jsonOf(value: Value, sortKeys: boolean, limits: Limits, indent?: number): string {
  weigh(value, limits);
  return json(value, { sortKeys, indent }, 1);
}

interface Form {
  readonly sortKeys: boolean;
  /** Blanks for each level; undefined: all on one line. */
  readonly indent: number | undefined;
}

/** A list or map: its parts on one line, or each on a line of its own. */
function enclosed(
  [open, close]: readonly [string, string],
  parts: readonly string[],
  { indent }: Form,
  depth: number,
): string {
  if (indent === undefined || parts.length === 0) return `${open}${parts.join(', ')}${close}`;
  const line = (level: number) => `\n${' '.repeat(indent * level)}`;
  return `${open}${line(depth)}${parts.join(`,${line(depth)}`)}${line(depth - 1)}${close}`;
}

function json(value: Value, form: Form, depth: number): string {
  const inner = (one: Value) => json(one, form, depth + 1);
  if (value === null || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return floatText(value);
  if (typeof value === 'string') return jsonText(value);
  if (Array.isArray(value)) return enclosed(['[', ']'], value.map(inner), form, depth);
  if (value instanceof Tuple || value instanceof ValueSet)
    return enclosed(['[', ']'], value.items.map(inner), form, depth);
  if (value instanceof Map) {
    const entries = [...value].map(([key, one]): [string, Value] => [
      typeof key === 'string' ? key : inner(key),
      one,
    ]);
    if (form.sortKeys) entries.sort(([a], [b]) => (a < b ? -1 : 1));
    const parts = entries.map(([key, one]) => `${jsonText(key)}: ${inner(one)}`);
    return enclosed(['{', '}'], parts, form, depth);
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
