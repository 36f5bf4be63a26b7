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

const withT = (text: string): string => `replace(${text}, ' ', 'T')`;

/** NaN and Infinity hide in lists, structs and JSON text, where only the text outside strings tells. */
function withoutBareNaN(json: string, column: string, row: string): string {
  const outside = `regexp_replace(${json}::VARCHAR, '"(\\\\.|[^"\\\\])*"', '', 'g')`;
  return `CASE WHEN regexp_matches(${json}::VARCHAR, '(?i)nan|inf') AND regexp_matches(${outside}, '(?i)nan|inf')
    THEN ${refuse(column, row, 'NaN or Infinity')} ELSE ${json} END`;
}

/** JSON text keeps its writer's line breaks; outside strings they mean nothing, inside they are escaped. */
const oneLine = (json: string): string => `translate(${json}::VARCHAR, chr(10) || chr(13), '')`;

function finite(ref: string, value: string, column: string, row: string): string {
  return `CASE WHEN ${ref} IS NULL OR isfinite(${ref}) THEN to_json(${value})
    ELSE ${refuse(column, row, 'NaN or Infinity')} END`;
}

function timestampField(column: Column, ref: string, row: string): JsonField | undefined {
  if (zonelessTimestamp.test(column.type)) {
    return {
      schema: nullable('string', { format: 'date-time', airbyte_type: 'timestamp_without_timezone' }),
      sql: finite(`${ref}::TIMESTAMP`, withT(`${ref}::VARCHAR`), column.name, row),
    };
  }
  if (column.type === 'TIMESTAMP WITH TIME ZONE') {
    const utc = `(${ref} AT TIME ZONE 'UTC')`;
    return {
      schema: nullable('string', { format: 'date-time', airbyte_type: 'timestamp_with_timezone' }),
      sql: finite(ref, `${withT(`${utc}::VARCHAR`)} || 'Z'`, column.name, row),
    };
  }
  return undefined;
}

function dateOrTimeField(column: Column, ref: string, row: string): JsonField | undefined {
  switch (column.type) {
    case 'DATE':
      return {
        schema: nullable('string', { format: 'date' }),
        sql: finite(ref, `${ref}::VARCHAR`, column.name, row),
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
  if (integers.test(column.type)) {
    return { schema: nullable('integer', { airbyte_type: 'integer' }), sql: `to_json(${ref})` };
  }
  if (column.type.startsWith('DECIMAL(')) return { schema: nullable('number'), sql: `to_json(${ref})` };
  if (column.type === 'DOUBLE' || column.type === 'FLOAT') {
    return { schema: nullable('number'), sql: finite(ref, ref, column.name, row) };
  }
  return undefined;
}

function nestedField(column: Column, ref: string, row: string): JsonField | undefined {
  if (column.type === 'JSON') {
    // A JSON column may hold any kind of value, and Airbyte wants one schema: no type fits all but an open one.
    return {
      schema: { type: ['null', 'object', 'array', 'string', 'number', 'boolean'] },
      sql: withoutBareNaN(oneLine(ref), column.name, row),
    };
  }
  if (!nested.test(column.type)) return undefined;
  const type = column.type.endsWith(']') ? 'array' : 'object';
  return { schema: nullable(type), sql: withoutBareNaN(`to_json(${ref})`, column.name, row) };
}

/** The field of one column; a type without a JSON form of its own (UUID, INTERVAL, ENUM, BIT) is text. */
export function jsonField(column: Column, ref: string, row: string): JsonField {
  if (column.type === 'BOOLEAN') return { schema: nullable('boolean'), sql: `to_json(${ref})` };
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
