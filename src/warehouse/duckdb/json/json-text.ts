import type { JsonField } from '../../warehouse.ts';
import { anyValue, notANumber, type Place, unsendable } from './json-parts.ts';

/** Values that are JSON text already, or nearly. What they hold outside of strings is all that can be wrong. */

const string = String.raw`"(?:\\.|[^"\\])*"`;
const lineBreaks = `chr(10) || chr(13)`;
const decimalPoint = String.raw`(^|[\[:,-])\.`;
const commaAtEnd = String.raw`,\s*[\]}]`;

/** NaN or Infinity where a value may begin, a comma where none may end: or a text that looks so. */
const suspect = String.raw`'(?i)(^|[\[:,])\s*-?(nan|inf)|${commaAtEnd}'`;

const anyOf = (text: string, parts: readonly string[]): string =>
  `(${parts.map((part) => `contains(${text}, ${part})`).join(' OR ')})`;

/** Whether NaN or Infinity stands outside of strings. */
const hasBareNaN = (json: string): string =>
  anyOf(`lower(regexp_replace(${json}, '${string}', '', 'g'))`, [`'nan'`, `'inf'`]);

/** DuckDB takes a comma before a closing bracket for JSON. */
const withoutCommas = (json: string): string =>
  `regexp_replace(${json}, '(${string})|,\\s*([\\]}])', '\\1\\2', 'g')`;

/**
 * The JSON type's text as it was written: every digit stays. A parquet file may say JSON of what is none. Line breaks,
 * which would end the record's line, mean nothing outside of strings; inside they are escaped.
 */
export function jsonTextField(ref: string, place: Place): JsonField {
  const json = `${ref}::VARCHAR`;
  const sql = `CASE WHEN ${ref} IS NULL THEN NULL
    WHEN NOT json_valid(${json}) THEN ${unsendable('text that is not JSON', place)}
    WHEN regexp_matches(${json}, ${suspect}) THEN CASE WHEN ${hasBareNaN(json)} THEN ${unsendable(notANumber, place)}
      ELSE translate(${withoutCommas(json)}, ${lineBreaks}, '') END
    WHEN ${anyOf(json, ['chr(10)', 'chr(13)'])} THEN translate(${json}, ${lineBreaks}, '') ELSE ${json} END`;
  return { schema: anyValue, sql };
}

/** A VARIANT prints as JSON but for its decimals below one, which lack their nought. */
export function variantField(ref: string, place: Place): JsonField {
  const json = `${ref}::JSON::VARCHAR`;
  const pieces = `regexp_extract_all(${json}, '${string}|[^"]+')`;
  const piece = `__nexus_piece_${place.depth}`;
  const mended = `array_to_string(list_transform(${pieces}, lambda ${piece}: CASE WHEN starts_with(${piece}, '"') THEN ${piece}
    ELSE regexp_replace(${piece}, '${decimalPoint}', '\\10.', 'g') END), '')`;
  const sql = `CASE WHEN ${ref} IS NULL THEN NULL
    WHEN regexp_matches(${json}, ${suspect}) AND ${hasBareNaN(json)} THEN ${unsendable(notANumber, place)}
    WHEN regexp_matches(${json}, '${decimalPoint}') THEN ${mended} ELSE ${json} END`;
  return { schema: anyValue, sql };
}
