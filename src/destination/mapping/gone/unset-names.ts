import { parseExactJson } from '../../../json/exact-json.ts';
import { refuse } from '../keys/identifiers.ts';
import type { Refusal } from '../limits.ts';
import type { StreamMapping } from '../stream-mapping.ts';

const none: readonly string[] = [];

/** The attributes that a record says have no value any more: an array of names, or one as JSON text, as caches keep it. */
export function unsetNames(
  data: Readonly<Record<string, unknown>>,
  { columns }: StreamMapping,
): readonly string[] | Refusal {
  const field = columns.unsetAttributes;
  const value = data[field];
  if (value === null || value === undefined || value === '') return none;
  const given = typeof value === 'string' ? parsed(value) : value;
  if (given === null) return none;
  if (Array.isArray(given) && given.every((name) => typeof name === 'string')) return given;
  return refuse('invalid', field, `${field} must be an array of attribute names.`);
}

function parsed(text: string): unknown {
  try {
    return parseExactJson(text);
  } catch {
    return undefined;
  }
}
