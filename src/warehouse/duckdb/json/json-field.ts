import { longestValue } from '../../bad-value.ts';
import type { FieldPlace } from '../../dialect.ts';
import type { Column, JsonField } from '../../warehouse.ts';
import { nestedField } from './json-nested.ts';
import { finite, nullable, type Place, quoted, refuse, unsendable } from './json-parts.ts';
import { jsonTextField, variantField } from './json-text.ts';
import { type DuckdbType, parseType } from './type.ts';

/**
 * JSON Schema and JSON value of a DuckDB type, at any depth. `to_json` is exact for whole numbers and texts only: it
 * rounds a FLOAT by way of a DOUBLE, writes NaN and Infinity, rounds the numbers of JSON, and knows no VARIANT.
 */

type Scalar = Extract<DuckdbType, { kind: 'scalar' }>;

const integers = /^U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)$/;

/** Date and time apart are half the work of one text whose blank is replaced. */
const isoText = (timestamp: string): readonly string[] => [`${timestamp}::DATE`, `'T'`, `${timestamp}::TIME`];

function timestampField({ name }: Scalar, ref: string, place: Place): JsonField | undefined {
  const withoutZone = {
    schema: nullable('string', { format: 'date-time', airbyte_type: 'timestamp_without_timezone' }),
  };
  switch (name) {
    case 'TIMESTAMP':
    case 'TIMESTAMP_S':
    case 'TIMESTAMP_MS':
      return {
        ...withoutZone,
        sql: finite(`${ref}::TIMESTAMP`, quoted(...isoText(`${ref}::TIMESTAMP`)), place),
      };
    case 'TIMESTAMP_NS':
      // Its parts would lose the last digits.
      return {
        ...withoutZone,
        sql: finite(`${ref}::TIMESTAMP`, quoted(`replace(${ref}::VARCHAR, ' ', 'T')`), place),
      };
    case 'TIMESTAMP WITH TIME ZONE': {
      const utc = `(${ref} AT TIME ZONE 'UTC')`;
      return {
        schema: nullable('string', { format: 'date-time', airbyte_type: 'timestamp_with_timezone' }),
        sql: finite(ref, quoted(...isoText(utc), `'Z'`), place),
      };
    }
    default:
      return undefined;
  }
}

/** An offset of whole hours is printed without its minutes. One of seconds, which ISO 8601 has not, leaves as UTC. */
function timeWithZone(ref: string): string {
  const text = `${ref}::VARCHAR`;
  const utc = `replace((${ref} AT TIME ZONE 'UTC')::VARCHAR, '+00', '+00:00')`;
  return `CASE WHEN regexp_matches(${text}, '[+-]\\d\\d:\\d\\d:\\d\\d$') THEN ${utc}
    WHEN regexp_matches(${text}, '[+-]\\d\\d$') THEN ${text} || ':00' ELSE ${text} END`;
}

function dateOrTimeField({ name }: Scalar, ref: string, place: Place): JsonField | undefined {
  switch (name) {
    case 'DATE':
      return { schema: nullable('string', { format: 'date' }), sql: finite(ref, quoted(ref), place) };
    case 'TIME':
    case 'TIME_NS':
      return {
        schema: nullable('string', { format: 'time', airbyte_type: 'time_without_timezone' }),
        sql: `to_json(${ref}::VARCHAR)`,
      };
    case 'TIME WITH TIME ZONE':
      return {
        schema: nullable('string', { format: 'time', airbyte_type: 'time_with_timezone' }),
        sql: `to_json(${timeWithZone(ref)})`,
      };
    default:
      return undefined;
  }
}

/** A DECIMAL without digits before the point is printed without the nought that JSON asks for. */
function decimalText({ sizes: [precision, scale] }: Scalar, ref: string): string {
  const text = `${ref}::VARCHAR`;
  if (precision !== scale) return text;
  return `CASE WHEN ${ref} < 0 THEN '-0' || substr(${text}, 2) ELSE '0' || ${text} END`;
}

function numberField(type: Scalar, ref: string, place: Place): JsonField | undefined {
  // The text of an integer or decimal is JSON as it is; to_json takes twenty times as long for a HUGEINT.
  const text = `${ref}::VARCHAR`;
  const number = nullable('number');
  if (integers.test(type.name) || type.name === 'BIGNUM') {
    return { schema: nullable('integer', { airbyte_type: 'integer' }), sql: text };
  }
  if (type.name === 'DECIMAL') return { schema: number, sql: decimalText(type, ref) };
  if (type.name === 'DOUBLE') return { schema: number, sql: finite(ref, `to_json(${ref})::VARCHAR`, place) };
  return type.name === 'FLOAT' ? { schema: number, sql: finite(ref, text, place) } : undefined;
}

/** Bytes are text where they are UTF-8, as older writers of parquet leave it unsaid; else base64. */
function bytesField(ref: string, place: Place): JsonField {
  const other = place.isKey === true ? refuseBytes(ref, place) : `base64(${ref})`;
  return { schema: nullable('string'), sql: `to_json(coalesce(try(decode(${ref})), ${other}))` };
}

const refuseBytes = (ref: string, place: Pick<Place, 'column' | 'row'>): string =>
  `CASE WHEN ${ref} IS NOT NULL THEN ${refuse('bytes that are no UTF-8 text', place)} END`;

/** Text of a key column's bytes: SQL that fails, naming the column, where they are no text. */
export const textOfBytes = (ref: string, column: string): string =>
  `coalesce(try(decode(${ref})), ${refuseBytes(ref, { column })})`;

/** A type without a JSON form of its own (UUID, INTERVAL, ENUM, BIT, GEOMETRY) is text. */
function scalarField(type: Scalar, ref: string, place: Place): JsonField {
  switch (type.name) {
    case 'BOOLEAN':
      return { schema: nullable('boolean'), sql: `${ref}::VARCHAR` };
    case 'BLOB':
      return bytesField(ref, place);
    case 'JSON':
      return jsonTextField(ref, place);
    case 'VARIANT':
      return variantField(ref, place);
    default:
      return (
        numberField(type, ref, place) ??
        timestampField(type, ref, place) ??
        dateOrTimeField(type, ref, place) ?? { schema: nullable('string'), sql: `to_json(${ref}::VARCHAR)` }
      );
  }
}

function fieldOf(type: DuckdbType, ref: string, place: Place): JsonField {
  return type.kind === 'scalar' ? scalarField(type, ref, place) : nestedField(type, ref, place, fieldOf);
}

/** Types whose values are short whatever they are. */
const isShort = ({ kind, ...type }: DuckdbType): boolean =>
  kind === 'scalar' && 'name' in type && !/^(VARCHAR|BLOB|JSON|VARIANT|BIT|BIGNUM|GEOMETRY)$/.test(type.name);

/** The field without values that are too long to be sent. */
function withoutLong(type: DuckdbType, ref: string, place: Place, field: JsonField): JsonField {
  if (place.onBad !== 'null' || isShort(type)) return field;
  const long = unsendable(
    `a value of more than ${longestValue} bytes`,
    place,
    'SOURCE_FIELD_SIZE_LIMITATION',
  );
  if (type.kind === 'scalar' && /^(VARCHAR|BLOB)$/.test(type.name)) {
    return {
      ...field,
      sql: `CASE WHEN ${lengthOf(type.name, ref)} > ${longestValue} THEN ${long} ELSE CAST(${field.sql} AS VARCHAR) END`,
    };
  }
  // A list of one, so that the JSON is made once.
  const sql = `list_transform([CAST(${field.sql} AS VARCHAR)], lambda __nexus_value: CASE WHEN strlen(__nexus_value) > ${longestValue} THEN ${long} ELSE __nexus_value END)[1]`;
  return { ...field, sql };
}

const lengthOf = (name: string, ref: string): string =>
  name === 'BLOB' ? `octet_length(${ref})` : `strlen(${ref})`;

/** The field of one column, whose value is found at `ref`. */
export function jsonField(column: Column, ref: string, given: FieldPlace): JsonField {
  const place = { ...given, column: column.name, depth: 0 };
  const type = parseType(column.type);
  return withoutLong(type, ref, place, fieldOf(type, ref, place));
}
