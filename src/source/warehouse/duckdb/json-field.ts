import type { Column, JsonField } from '../warehouse.ts';

/**
 * JSON Schema and JSON value of a DuckDB column. `to_json` is exact for integers and decimals of any size;
 * what it gets wrong is mended here: NaN and Infinity (no JSON), BLOB (escaped text), timestamps (no `T`).
 */

const nullable = (type: string, rest: Record<string, unknown> = {}): Record<string, unknown> => ({
  type: ['null', type],
  ...rest,
});

const integers = /^U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)$/;
const zonelessTimestamp = /^TIMESTAMP(_S|_MS|_NS)?$/;
const nested = /(\[\d*\]|^STRUCT\(.*|^MAP\(.*|^UNION\(.*|^VARIANT)$/s;

/** SQL that stops the query with a message for a person; the marker tells our errors from the engine's. */
export const errorMarker = 'nexus-customer-io: ';

function refuse(column: string, row: string, what: string): string {
  const text = `${errorMarker}column "${column}" holds ${what}, which JSON cannot hold, in the row `;
  return `error('${text.replaceAll("'", "''")}' || ${row})`;
}

const anyOf = (text: string, parts: readonly string[]): string =>
  `(${parts.map((part) => `contains(${text}, ${part})`).join(' OR ')})`;

/** NaN and Infinity hide in lists, structs and JSON text, where only the text outside strings tells. */
function withoutBareNaN(json: string, value: string, column: string, row: string): string {
  const outside = `regexp_replace(${json}, '"(\\\\.|[^"\\\\])*"', '', 'g')`;
  const suspect = [json, outside].map((text) => anyOf(`lower(${text})`, [`'nan'`, `'inf'`]));
  return `CASE WHEN ${suspect.join(' AND ')} THEN ${refuse(column, row, 'NaN or Infinity')} ELSE ${value} END`;
}

/** JSON text keeps its writer's line breaks; outside strings they mean nothing, inside they are escaped. */
const oneLine = (json: string): string =>
  `CASE WHEN ${anyOf(json, ['chr(10)', 'chr(13)'])} THEN translate(${json}, chr(10) || chr(13), '') ELSE ${json} END`;

function finite(ref: string, json: string, column: string, row: string): string {
  return `CASE WHEN isfinite(${ref}) THEN ${json} WHEN ${ref} IS NULL THEN NULL
    ELSE ${refuse(column, row, 'NaN or Infinity')} END`;
}

const quoted = (...texts: readonly string[]): string => `concat('"', ${texts.join(', ')}, '"')`;

/** Date and time apart are half the work of one text whose blank is replaced. */
const isoText = (timestamp: string): readonly string[] => [`${timestamp}::DATE`, `'T'`, `${timestamp}::TIME`];

function timestampField(column: Column, ref: string, row: string): JsonField | undefined {
  if (zonelessTimestamp.test(column.type)) {
    const timestamp = `${ref}::TIMESTAMP`;
    // The parts of a nanosecond timestamp would lose its last digits.
    const texts =
      column.type === 'TIMESTAMP_NS' ? [`replace(${ref}::VARCHAR, ' ', 'T')`] : isoText(timestamp);
    return {
      schema: nullable('string', { format: 'date-time', airbyte_type: 'timestamp_without_timezone' }),
      sql: finite(timestamp, quoted(...texts), column.name, row),
    };
  }
  if (column.type === 'TIMESTAMP WITH TIME ZONE') {
    const utc = `(${ref} AT TIME ZONE 'UTC')`;
    return {
      schema: nullable('string', { format: 'date-time', airbyte_type: 'timestamp_with_timezone' }),
      sql: finite(ref, quoted(...isoText(utc), `'Z'`), column.name, row),
    };
  }
  return undefined;
}

function dateOrTimeField(column: Column, ref: string, row: string): JsonField | undefined {
  switch (column.type) {
    case 'DATE':
      return {
        schema: nullable('string', { format: 'date' }),
        sql: finite(ref, quoted(ref), column.name, row),
      };
    case 'TIME':
    case 'TIME_NS':
      return {
        schema: nullable('string', { format: 'time', airbyte_type: 'time_without_timezone' }),
        sql: `to_json(${ref}::VARCHAR)`,
      };
    case 'TIME WITH TIME ZONE':
      return {
        schema: nullable('string', { format: 'time', airbyte_type: 'time_with_timezone' }),
        sql: `to_json(${ref}::VARCHAR)`,
      };
    default:
      return undefined;
  }
}

function numberField(column: Column, ref: string, row: string): JsonField | undefined {
  // The text of an integer or decimal is JSON as it is; to_json takes twenty times as long for a HUGEINT.
  const text = `${ref}::VARCHAR`;
  if (integers.test(column.type)) {
    return { schema: nullable('integer', { airbyte_type: 'integer' }), sql: text };
  }
  if (column.type.startsWith('DECIMAL(')) return { schema: nullable('number'), sql: text };
  if (column.type === 'DOUBLE' || column.type === 'FLOAT') {
    return { schema: nullable('number'), sql: finite(ref, `to_json(${ref})`, column.name, row) };
  }
  return undefined;
}

function nestedField(column: Column, ref: string, row: string): JsonField | undefined {
  if (column.type === 'JSON') {
    // A JSON column may hold any kind of value, and Airbyte wants one schema: no type fits all but an open one.
    return {
      schema: { type: ['null', 'object', 'array', 'string', 'number', 'boolean'] },
      sql: withoutBareNaN(`${ref}::VARCHAR`, oneLine(`${ref}::VARCHAR`), column.name, row),
    };
  }
  if (!nested.test(column.type)) return undefined;
  const type = column.type.endsWith(']') ? 'array' : 'object';
  const json = `to_json(${ref})::VARCHAR`;
  return { schema: nullable(type), sql: withoutBareNaN(json, json, column.name, row) };
}

/** The field of one column; a type without a JSON form of its own (UUID, INTERVAL, ENUM, BIT) is text. */
export function jsonField(column: Column, ref: string, row: string): JsonField {
  if (column.type === 'BOOLEAN') return { schema: nullable('boolean'), sql: `${ref}::VARCHAR` };
  if (column.type === 'BLOB') {
    return { schema: nullable('string', { contentEncoding: 'base64' }), sql: `to_json(base64(${ref}))` };
  }
  return (
    numberField(column, ref, row) ??
    timestampField(column, ref, row) ??
    dateOrTimeField(column, ref, row) ??
    nestedField(column, ref, row) ?? { schema: nullable('string'), sql: `to_json(${ref}::VARCHAR)` }
  );
}
