import { badValue, longestValue } from '../bad-value.ts';
import type { FieldPlace } from '../dialect.ts';
import type { Column, JsonField } from '../warehouse.ts';
import { quoteString } from './quote.ts';

/**
 * JSON Schema and JSON text of a Snowflake column. Every value leaves as text that Snowflake itself made,
 * since the driver would round numbers past 2^53 and cut timestamps to milliseconds.
 */

const nullable = (type: string, rest: Record<string, unknown> = {}): Record<string, unknown> => ({
  type: ['null', type],
  ...rest,
});

/** Tells our own errors, raised in SQL, from the database's. */
export const errorMarker = 'nexus-customer-io: ';

/**
 * SQL of `value`, or where `bad` holds a null with a mark, or an error. Snowflake has no error(): a text that is not a
 * number is quoted in its message. The condition is inside, so that a good row has nothing to convert (NULL)
 * however eagerly the engine evaluates.
 */
function unless(bad: string, value: string, column: string, { row = `''`, onBad }: FieldPlace): string {
  if (onBad === 'null') {
    return `IFF(${bad}, ${badValue('SOURCE_SERIALIZATION_ERROR', column, quoteString)}, ${value})`;
  }
  const text = quoteString(
    `${errorMarker}column "${column}" holds NaN or Infinity, which JSON cannot hold, in the row `,
  );
  return `COALESCE(TO_VARCHAR(TO_NUMBER(IFF(${bad}, ${text} || ${row}, NULL))), ${value})`;
}

/** SQL of `json`, or a null with a mark where a text, or what it is made of, is too long to be sent. */
function unlessLong(text: string, json: string, column: string, { onBad }: FieldPlace): string {
  if (onBad !== 'null') return json;
  const long = badValue('SOURCE_FIELD_SIZE_LIMITATION', column, quoteString);
  return `IFF(OCTET_LENGTH(${text}) > ${longestValue}, ${long}, ${json})`;
}

const quoted = (text: string): string => `'"' || ${text} || '"'`;

/** Nine digits of a second, less the zeros at the end. */
const withoutZeros = (text: string): string => `RTRIM(RTRIM(${text}, '0'), '.')`;

const isoFormat = `'YYYY-MM-DD"T"HH24:MI:SS.FF9'`;

const iso = (timestamp: string): string => withoutZeros(`TO_VARCHAR(${timestamp}, ${isoFormat})`);

function numberField(column: Column, ref: string, place: FieldPlace): JsonField | undefined {
  if (/^NUMBER(\(\d+,0\))?$/.test(column.type)) {
    return { schema: nullable('integer', { airbyte_type: 'integer' }), sql: `TO_VARCHAR(${ref})` };
  }
  // DECFLOAT has up to 38 digits and an exponent, and neither NaN nor infinities.
  if (/^(NUMBER|DECFLOAT)/.test(column.type)) {
    return { schema: nullable('number'), sql: `TO_VARCHAR(${ref})` };
  }
  if (column.type !== 'FLOAT') return undefined;
  const text = `TO_VARCHAR(${ref})`;
  // The short text of a double may have fewer digits than the double: then sixteen, or seventeen, which are always
  // enough. A 9 would print zeros at the end as blanks; EE is an exponent as wide as it must be, with blanks behind it.
  const digits = (count: number): string => `TRIM(TO_VARCHAR(${ref}, 'S0.${'0'.repeat(count - 1)}EE'), '+ ')`;
  const shortest = [text, digits(16)].map((print) => `WHEN TO_DOUBLE(${print}) = ${ref} THEN ${print}`);
  const finite = `CASE WHEN ${text} ILIKE '%n%' THEN NULL ${shortest.join(' ')} ELSE ${digits(17)} END`;
  // Of all texts of a double only NaN and the infinities have an n.
  return { schema: nullable('number'), sql: unless(`${text} ILIKE '%n%'`, finite, column.name, place) };
}

function timestampField(column: Column, ref: string): JsonField | undefined {
  if (/^(TIMESTAMP_NTZ|TIMESTAMP\b|DATETIME)/.test(column.type)) {
    return {
      schema: nullable('string', { format: 'date-time', airbyte_type: 'timestamp_without_timezone' }),
      sql: quoted(iso(ref)),
    };
  }
  if (!/^TIMESTAMP_L?TZ/.test(column.type)) return undefined;
  return {
    schema: nullable('string', { format: 'date-time', airbyte_type: 'timestamp_with_timezone' }),
    sql: quoted(`${iso(`CONVERT_TIMEZONE('UTC', ${ref})`)} || 'Z'`),
  };
}

function dateOrTimeField(column: Column, ref: string): JsonField | undefined {
  if (column.type === 'DATE') {
    const sql = quoted(`TO_VARCHAR(${ref}, 'YYYY-MM-DD')`);
    return { schema: nullable('string', { format: 'date' }), sql };
  }
  if (!/^TIME(\(\d\))?$/.test(column.type)) return undefined;
  return {
    schema: nullable('string', { format: 'time', airbyte_type: 'time_without_timezone' }),
    sql: quoted(withoutZeros(`TO_VARCHAR(${ref}, 'HH24:MI:SS.FF9')`)),
  };
}

const hasSpecial = (text: string): string => `(${text} ILIKE '%nan%' OR ${text} ILIKE '%inf%')`;

const jsonString = '"(\\\\.|[^"\\\\])*"';

/**
 * JSON text with `null` for each `undefined`, which a VARIANT may hold in an array or object whatever the session says.
 * A mark behind each string and in the place of each `undefined` tells those outside of strings from those inside:
 * the mark is a character that JSON texts have escaped.
 */
export function withoutUndefined(json: string): string {
  const pattern = quoteString(`(${jsonString})|undefined`);
  const marked = `REGEXP_REPLACE(${json}, ${pattern}, ${quoteString('\\1')} || CHR(1))`;
  const restored = `REPLACE(REPLACE(${marked}, '"' || CHR(1), '"'), CHR(1), 'null')`;
  return `IFF(CONTAINS(${json}, 'undefined'), ${restored}, ${json})`;
}

/**
 * What makes a VARIANT of a type that is none. A vector goes by way of an array only; a place on earth is an object
 * whatever the session prints. https://docs.snowflake.com/en/sql-reference/data-types-vector#vector-conversion
 */
function asVariant({ type }: Column, ref: string): string {
  if (type.startsWith('VECTOR')) return `TO_VARIANT(CAST(${ref} AS ARRAY))`;
  if (/^GEO(GRAPHY|METRY)/.test(type)) return `TO_VARIANT(ST_ASGEOJSON(${ref}))`;
  return `TO_VARIANT(${ref})`;
}

function nestedField(column: Column, ref: string, place: FieldPlace): JsonField | undefined {
  if (!/^(VARIANT|OBJECT|ARRAY|MAP|VECTOR|GEOGRAPHY|GEOMETRY)/.test(column.type)) return undefined;
  // Raw line breaks would end the record's line; inside JSON strings they are escaped, outside they mean nothing.
  const json = `TRANSLATE(TO_JSON(${asVariant(column, ref)}), CHR(10) || CHR(13), '')`;
  const outside = `REGEXP_REPLACE(${json}, ${quoteString(jsonString)}, '')`;
  const bad = `${hasSpecial(json)} AND ${hasSpecial(outside)}`;
  const value = unless(bad, withoutUndefined(json), column.name, place);
  const sql = unlessLong(json, value, column.name, place);
  if (/^(ARRAY|VECTOR)/.test(column.type)) return { schema: nullable('array'), sql };
  if (!column.type.startsWith('VARIANT')) return { schema: nullable('object'), sql };
  // A VARIANT may hold any kind of value, and Airbyte wants one schema: no type fits all but an open one.
  return { schema: { type: ['null', 'object', 'array', 'string', 'number', 'boolean'] }, sql };
}

const jsonText = (text: string): string => `TO_JSON(TO_VARIANT(${text}))`;

/** The field of one column; a type without a JSON form of its own is text. A key's bytes must be text. */
export function jsonField(column: Column, ref: string, place: FieldPlace): JsonField {
  if (column.type === 'BOOLEAN') return { schema: nullable('boolean'), sql: `TO_VARCHAR(${ref})` };
  if (column.type.startsWith('BINARY')) {
    if (place.isKey === true)
      return { schema: nullable('string'), sql: jsonText(`TO_VARCHAR(${ref}, 'UTF-8')`) };
    return {
      schema: nullable('string', { contentEncoding: 'base64' }),
      sql: unlessLong(ref, quoted(`BASE64_ENCODE(${ref})`), column.name, place),
    };
  }
  return (
    numberField(column, ref, place) ??
    timestampField(column, ref) ??
    dateOrTimeField(column, ref) ??
    nestedField(column, ref, place) ?? {
      schema: nullable('string'),
      sql: unlessLong(ref, jsonText(`CAST(${ref} AS VARCHAR)`), column.name, place),
    }
  );
}
