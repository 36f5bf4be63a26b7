import { snowflakeFunctions, toVarchar } from '../../../src/warehouse/duckdb/snowflake-functions.ts';
import { parameterMacros } from '../session-parameters.ts';
import { zonedTimeMacros } from './zoned-times.ts';

/** What the dialect's SQL and INFORMATION_SCHEMA need beyond the functions that models use. */

const macro = (name: string, ...bodies: string[]): string =>
  `CREATE OR REPLACE TEMP MACRO ${name} ${bodies.join(', ')}`;

const timeText = `CASE WHEN typeof(x) = 'TIME' THEN '1970-01-01 ' || x::VARCHAR ELSE snowflake_wall_clock(x) END`;

const formats: readonly (readonly [string, string])[] = [
  ['YYYY', '%Y'],
  ['MM', '%m'],
  ['DD', '%d'],
  ['HH24', '%H'],
  ['MI', '%M'],
  ['SS', '%S'],
  ['FF9', '%n'],
  ['"T"', 'T'],
];

const strftimeFormat = formats.reduce((sql, [from, to]) => `replace(${sql}, '${from}', '${to}')`, 'f');

const double = `TRY_CAST(x::VARCHAR AS DOUBLE)`;

/** As SQL that wants every digit must expect: a double prints fifteen, which are not always all. */
const plainText = `CASE WHEN typeof(x) = 'DOUBLE' THEN format('{:.15g}', ${double}) ELSE ${toVarchar} END`;

/** `S0.000EE`: a sign always, so many digits, an exponent without plus and zeros, and blanks up to its full width. */
const scientific = `rpad(CASE WHEN ${double} >= 0 THEN '+' ELSE '' END || regexp_replace(
  format('{:.' || (length(split_part(f, '.', 2)) - 2)::VARCHAR || 'e}', ${double}),
  'e\\+?(-?)0*([0-9])', 'E\\1\\2'), (length(f) + 3)::INTEGER, ' ')`;

const formatted = `CASE WHEN f = 'UTF-8' THEN decode(x::VARCHAR::BLOB) WHEN contains(f, '0.0') THEN ${scientific}
  ELSE strftime(TRY_CAST(${timeText} AS TIMESTAMP_NS), ${strftimeFormat}) END`;

const snowflakeType = `CASE
  WHEN data_type = 'JSON' THEN 'VARIANT' WHEN ends_with(data_type, ']') THEN 'ARRAY'
  WHEN starts_with(data_type, 'STRUCT(tz_utc') THEN 'TIMESTAMP_TZ'
  WHEN starts_with(data_type, 'STRUCT') OR starts_with(data_type, 'MAP') THEN 'OBJECT'
  WHEN data_type = 'VARCHAR' THEN 'TEXT' WHEN data_type IN ('DOUBLE', 'FLOAT') THEN 'FLOAT'
  WHEN data_type = 'TIMESTAMP WITH TIME ZONE' THEN 'TIMESTAMP_LTZ'
  WHEN starts_with(data_type, 'TIMESTAMP') THEN 'TIMESTAMP_NTZ'
  WHEN data_type = 'BLOB' THEN 'BINARY' WHEN numeric_scale IS NOT NULL THEN 'NUMBER' ELSE data_type END`;

const columnsView = `CREATE OR REPLACE TEMP VIEW SNOWFLAKE_COLUMNS AS SELECT
  database_name AS TABLE_CATALOG, schema_name AS TABLE_SCHEMA, table_name AS TABLE_NAME,
  column_name AS COLUMN_NAME, column_index AS ORDINAL_POSITION, ${snowflakeType} AS DATA_TYPE,
  CASE WHEN starts_with(data_type, 'DECIMAL') THEN numeric_precision
    WHEN ${snowflakeType} = 'NUMBER' THEN 38 END AS NUMERIC_PRECISION,
  CASE WHEN ${snowflakeType} = 'NUMBER' THEN numeric_scale END AS NUMERIC_SCALE,
  CASE WHEN starts_with(${snowflakeType}, 'TIME') THEN 9 END AS DATETIME_PRECISION
  FROM duckdb_columns() WHERE NOT internal`;

const tablesView = `CREATE OR REPLACE TEMP VIEW SNOWFLAKE_TABLES AS
  SELECT database_name AS TABLE_CATALOG, schema_name AS TABLE_SCHEMA, table_name AS TABLE_NAME,
    'BASE TABLE' AS TABLE_TYPE, comment AS COMMENT FROM duckdb_tables()
    WHERE NOT internal AND database_name = current_database()
  UNION ALL SELECT database_name, schema_name, view_name, 'VIEW', comment FROM duckdb_views()
    WHERE NOT internal AND database_name = current_database()`;

/** Snowflake answers NULL where one of the arguments is; DuckDB passes over it. */
function ofNoNull(name: string): string {
  const bodies = [2, 3, 4, 5, 6].map((count) => {
    const names = Array.from({ length: count }, (_, index) => `a${index}`);
    const isNull = names.map((each) => `${each} IS NULL`).join(' OR ');
    return `(${names.join(', ')}) AS CASE WHEN ${isNull} THEN NULL ELSE ${name}(${names.join(', ')}) END`;
  });
  return macro(`snowflake_${name}`, ...bodies);
}

/** Objects and arrays, as far as snapshots ask of them. */
const objectMacros = (): string[] => [
  macro('object_keys', '(x) AS json_keys(x::VARCHAR)'),
  macro('snowflake_get', `(x, name) AS json_extract(x, '/' || replace(replace(name, '~', '~0'), '/', '~1'))`),
  macro('is_null_value', `(x) AS json_type(x) = 'NULL'`),
  macro('array_size', '(x) AS len(x)'),
  macro(
    'object_construct_keep_null',
    '(a, b) AS json_object(a::VARCHAR, b)',
    '(a, b, c, d) AS json_object(a::VARCHAR, b, c::VARCHAR, d)',
  ),
  // As often as an element is in the second array, one is taken away.
  macro(
    'array_except',
    `(a, b) AS list_filter(a, lambda x, i: len(list_filter(a[1:i], lambda y: y = x)) > len(list_filter(b, lambda y: y = x)))`,
  ),
];

/** The statements that make a DuckDB session answer as a Snowflake session. */
export function sessionStatements(): string[] {
  return [
    `SET TimeZone = 'UTC'`,
    `SET default_null_order = 'nulls_last_on_asc_first_on_desc'`,
    ...snowflakeFunctions(),
    ...parameterMacros(),
    ...zonedTimeMacros(),
    macro('to_varchar', `(x) AS ${plainText}`, `(x, f) AS ${formatted}`),
    macro('to_char', `(x) AS ${plainText}`, `(x, f) AS ${formatted}`),
    macro('to_number', '(x) AS x::DECIMAL(38, 0)', `(x, f) AS ('0x' || x)::BIGINT`),
    // DuckDB's to_json reads JSON again and rounds its decimals; Snowflake keeps their digits.
    macro('to_variant', `(x) AS CASE WHEN typeof(x) = 'JSON' THEN x::VARCHAR::JSON ELSE to_json(x) END`),
    macro('snowflake_to_json', '(x) AS x::VARCHAR'),
    macro('to_double', '(x) AS x::DOUBLE'),
    macro('base64_encode', '(x) AS base64(x)'),
    macro('hex_decode_binary', '(x) AS unhex(x)'),
    macro(
      'snowflake_regexp_replace',
      `(x, pattern, replacement) AS regexp_replace(x, pattern, replacement, 'g')`,
    ),
    macro('snowflake_collate', `(x, c) AS x`),
    macro('to_geography', `(x) AS {'geography': x::JSON}`),
    macro('st_asgeojson', '(x) AS x.geography'),
    ...['greatest', 'least', 'concat_ws'].map(ofNoNull),
    macro('octet_length', '(x) AS strlen(x)'),
    macro('seq4', '() AS 0'),
    ...objectMacros(),
    macro('current_version', `() AS '9.31.1'`),
    columnsView,
    tablesView,
  ];
}
