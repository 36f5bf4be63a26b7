import type { JsonField } from '../warehouse.ts';
import { anyValue, notANumber, type Place, refuse } from './json-parts.ts';

/** Values that are JSON text already, or nearly. What they hold outside of strings is all that can be wrong. */

const string = String.raw`"(?:\\.|[^"\\])*"`;
const lineBreaks = `chr(10) || chr(13)`;
const noughtless = String.raw`'(^|[\[:,-])\.'`;
const commaAtEnd = String.raw`',\s*[\]}]'`;

const anyOf = (text: string, parts: readonly string[]): string =>
  `(${parts.map((part) => `contains(${text}, ${part})`).join(' OR ')})`;

/** Whether NaN or Infinity stands outside of strings. */
function hasBareNaN(json: string): string {
  const outside = `regexp_replace(${json}, '${string}', '', 'g')`;
  return [json, outside].map((text) => anyOf(`lower(${text})`, [`'nan'`, `'inf'`])).join(' AND ');
}

/**
 * DuckDB takes a comma before a closing bracket for JSON. Line breaks, which would end the record's line, mean nothing
 * outside of strings; inside they are escaped.
 */
function strict(json: string): string {
  const withoutCommas = `regexp_replace(${json}, '(${string})|,\\s*([\\]}])', '\\1\\2', 'g')`;
  return `CASE WHEN regexp_matches(${json}, ${commaAtEnd}) THEN translate(${withoutCommas}, ${lineBreaks}, '')
    WHEN ${anyOf(json, ['chr(10)', 'chr(13)'])} THEN translate(${json}, ${lineBreaks}, '') ELSE ${json} END`;
}

/** The JSON type's text as it was written: every digit stays. A parquet file may say JSON of what is none. */
export function jsonTextField(ref: string, place: Place): JsonField {
  const json = `${ref}::VARCHAR`;
  const sql = `CASE WHEN ${ref} IS NULL THEN NULL WHEN NOT json_valid(${json}) THEN ${refuse('text that is no JSON', place)}
    WHEN ${hasBareNaN(json)} THEN ${refuse(notANumber, place)} ELSE ${strict(json)} END`;
  return { schema: anyValue, sql };
}

/** A VARIANT prints as JSON but for its decimals below one, which lack their nought. */
export function variantField(ref: string, place: Place): JsonField {
  const json = `${ref}::JSON::VARCHAR`;
  const pieces = `regexp_extract_all(${json}, '${string}|[^"]+')`;
  const piece = `__nexus_piece_${place.depth}`;
  const mended = `array_to_string(list_transform(${pieces}, lambda ${piece}: CASE WHEN starts_with(${piece}, '"') THEN ${piece}
    ELSE regexp_replace(${piece}, ${noughtless}, '\\10.', 'g') END), '')`;
  const sql = `CASE WHEN ${ref} IS NULL THEN NULL WHEN ${hasBareNaN(json)} THEN ${refuse(notANumber, place)}
    WHEN regexp_matches(${json}, ${noughtless}) THEN ${mended} ELSE ${json} END`;
  return { schema: anyValue, sql };
}
