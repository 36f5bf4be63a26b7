import { exactDigits, parseExactJson } from '../../json/exact-json.ts';
import { isDeeper } from '../../json/json-depth.ts';
import { isJsonObject } from '../../json/json-object.ts';
import type { DestinationConfig } from '../config.ts';
import { relationshipAttributes } from './attributes.ts';
import { refuse } from './keys/identifiers.ts';
import { type Attributes, type Refusal, tooDeep } from './limits.ts';
import type { StreamMapping } from './stream-mapping.ts';

/** The relationship's own attributes: an object, or one as JSON text. */
export function relationOf(
  data: Readonly<Record<string, unknown>>,
  { columns, relationTimestamps }: StreamMapping,
  config: DestinationConfig,
): { relation: Attributes } | Refusal {
  const field = columns.relationshipAttributes;
  const value = data[field];
  if (value === null || value === undefined || value === '')
    return { relation: relationshipAttributes({}, relationTimestamps, config) };
  const given = typeof value === 'string' ? parsedText(value) : value;
  if (typeof value === 'string' && given !== undefined && isDeeper(value)) return tooDeep({ [field]: given });
  if (!isJsonObject(given) || exactDigits(given) !== undefined)
    return refuse('invalid', field, `${field} must be a JSON object.`);
  return { relation: relationshipAttributes(given, relationTimestamps, config) };
}

function parsedText(text: string): unknown {
  try {
    return isDeeper(text) ? JSON.parse(text) : parseExactJson(text);
  } catch {
    return undefined;
  }
}
