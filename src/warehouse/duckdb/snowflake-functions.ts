/**
 * Snowflake's functions as DuckDB macros, as far as models need them, so that the same SQL runs on both.
 * They are temporary: nothing is written to the user's database. Meanings are those of Snowflake's SQL
 * function reference.
 */

const one = (name: string, parameters: string, body: string): string =>
  `CREATE OR REPLACE TEMP MACRO ${name}(${parameters}) AS ${body}`;

/** OBJECT_CONSTRUCT takes any number of pairs; a macro has a fixed number, so there is one overload each. */
const mostPairs = 64;

/** A timestamp inside an object prints as TIMESTAMP_OUTPUT_FORMAT does, with at least milliseconds. */
const timestampText = (value: string): string =>
  `CASE WHEN contains(${value}::VARCHAR, '.')
    THEN rpad(${value}::VARCHAR, greatest(23, length(${value}::VARCHAR))::INTEGER, '0')
    ELSE ${value}::VARCHAR || '.000' END`;

const textOfBytes = (value: string): string =>
  `coalesce(try(decode(TRY_CAST(${value} AS BLOB))), base64(TRY_CAST(${value} AS BLOB)))`;

/** JSON texts stay as they were written: to_json would read them again and round their numbers. */
const joinedTexts = (value: string): string =>
  `'[' || array_to_string(list_transform(TRY_CAST(${value} AS VARCHAR[]), lambda e: coalesce(e, 'null')), ',') || ']'`;

/**
 * SQL of the JSON text of a value of any type. `typeof` is known when the macro is bound, and each way binds for every
 * type: TRY_CAST is NULL where there is nothing to cast.
 */
const jsonValue = (value: string): string =>
  `CASE WHEN typeof(${value}) IN ('TIMESTAMP', 'TIMESTAMP_NS', 'TIMESTAMP_MS', 'TIMESTAMP_S')
    THEN to_json(${timestampText(value)})::VARCHAR
    WHEN typeof(${value}) IN ('JSON', 'FLOAT') THEN ${value}::VARCHAR
    WHEN typeof(${value}) IN ('JSON[]', 'FLOAT[]') THEN ${joinedTexts(value)}
    WHEN typeof(${value}) = 'VARIANT' THEN ${value}::JSON::VARCHAR
    WHEN typeof(${value}) = 'BLOB' THEN to_json(${textOfBytes(value)})::VARCHAR
    WHEN starts_with(typeof(${value}), 'DECIMAL(') AND NOT ends_with(typeof(${value}), ']')
    THEN regexp_replace(to_json(${value})::VARCHAR, '^(-?)\\.', '\\10.')
    ELSE to_json(${value})::VARCHAR END`;

const pairMacro = 'nexus_object_pair';

/** One member, or NULL where key or value is: Snowflake leaves such a pair out. */
export const objectPair = `CASE WHEN k IS NULL OR v IS NULL THEN NULL ELSE to_json(k::VARCHAR) || ':' || ${jsonValue('v')} END`;

function objectConstruct(pairs: number): string {
  const numbers = Array.from({ length: pairs }, (_, index) => index + 1);
  const parameters = numbers.map((n) => `k${n}, v${n}`).join(', ');
  if (pairs === 0) return `() AS '{}'::JSON`;
  const members = numbers.map((n) => `${pairMacro}(k${n}, v${n})`).join(', ');
  return `(${parameters}) AS ('{' || concat_ws(',', ${members}) || '}')::JSON`;
}

/** A text of digits counts seconds, milliseconds, microseconds or nanoseconds by its size. */
const epoch = (number: string): string =>
  `make_timestamp((${number} * CASE WHEN abs(${number}) < 31536000000 THEN 1000000000
    WHEN abs(${number}) < 31536000000000 THEN 1000000
    WHEN abs(${number}) < 31536000000000000 THEN 1000 ELSE 1 END // 1000)::BIGINT)`;

/** SQL of whether `x` is of a type of numbers. */
export const isNumber = `regexp_full_match(typeof(x), '(DECIMAL.*|U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE)')`;

/** Other spellings that Snowflake detects; what is none of them DuckDB refuses in its own words. */
const detected = `coalesce(try_strptime(trim(x::VARCHAR),
  ['%m/%d/%Y %H:%M:%S', '%m/%d/%Y', '%d-%b-%Y %H:%M:%S', '%d-%b-%Y', '%d-%B-%Y']), x::VARCHAR::TIMESTAMP)`;

const timestampTypes = `('TIMESTAMP', 'DATE', 'TIMESTAMP WITH TIME ZONE', 'TIMESTAMP_NS', 'TIMESTAMP_MS', 'TIMESTAMP_S')`;

const timestamp = (ofNumber: string): string => `CASE
  WHEN typeof(x) IN ${timestampTypes} THEN try_cast(x AS TIMESTAMP)
  WHEN ${isNumber} THEN ${ofNumber}
  WHEN regexp_full_match(x::VARCHAR, '-?\\d+') THEN ${epoch('x::VARCHAR::HUGEINT')}
  WHEN regexp_full_match(x::VARCHAR, '-?\\d+\\.\\d+')
    THEN make_timestamp(round(x::VARCHAR::DECIMAL(38, 9) * 1000000)::BIGINT)
  ELSE ${detected} END`;

/** A number is in seconds, whatever its size. */
const toTimestampNtz = timestamp('make_timestamp(round(try_cast(x AS DECIMAL(38, 9)) * 1000000)::BIGINT)');

/** With a scale a number counts its tenths, thousandths and so on; with a format a text is read by it alone. */
const scaled = `make_timestamp(floor(try_cast(x AS DECIMAL(38, 9)) * power(10, 6 - scale))::BIGINT)`;

/** A text as Snowflake reads a BOOLEAN; a number is true where it is not 0. */
const toBoolean = `CASE WHEN typeof(x) <> 'VARCHAR' THEN try_cast(x AS BOOLEAN) WHEN x IS NULL THEN NULL
  WHEN lower(trim(x::VARCHAR)) IN ('true', 't', 'yes', 'y', 'on', '1') THEN true
  WHEN lower(trim(x::VARCHAR)) IN ('false', 'f', 'no', 'n', 'off', '0') THEN false
  ELSE error('Boolean value ''' || x::VARCHAR || ''' is not recognized') END`;

/** A text out of a VARIANT has no quotes, and its null is NULL; everything else is JSON. */
const variantText = `CASE WHEN json_type(try_cast(x::VARCHAR AS JSON)) IN ('VARCHAR', 'NULL')
  THEN json_extract_string(try_cast(x::VARCHAR AS JSON), '$') ELSE x::VARCHAR END`;

/** SQL of `x` as TO_VARCHAR has it. */
export const toVarchar = `CASE WHEN typeof(x) IN ('TIMESTAMP', 'TIMESTAMP_NS', 'TIMESTAMP_MS', 'TIMESTAMP_S') THEN ${timestampText('x')}
  WHEN typeof(x) = 'JSON' THEN ${variantText} ELSE x::VARCHAR END`;

const toDate = `CASE WHEN ${isNumber} THEN error('TO_DATE takes no number: cast it to a text or a timestamp')
  ELSE (${toTimestampNtz})::DATE END`;

/** Bits of whole numbers; DuckDB's own shift to the left takes no negative number. */
const bitwise: readonly string[] = [
  one('bitand', 'a, b', 'a::BIGINT & b::BIGINT'),
  one('bitor', 'a, b', 'a::BIGINT | b::BIGINT'),
  one('bitxor', 'a, b', 'xor(a::BIGINT, b::BIGINT)'),
  one('bitnot', 'a', '~(a::BIGINT)'),
  one('bitshiftleft', 'a, b', 'a::HUGEINT * (1::HUGEINT << b::INTEGER)'),
  one('bitshiftright', 'a, b', 'a::BIGINT >> b::INTEGER'),
];

/** A time without a zone is one of the session's zone, which is UTC; what comes out has none in DuckDB. */
const inZone = (time: string): string =>
  `CASE WHEN zone = 'UTC' THEN ${time} ELSE timezone(zone, timezone('UTC', ${time})) END`;

const fromZone = 'timezone(zone, timezone(source, to_timestamp_ntz(x)))';

const dateParts = `CASE lower(part::VARCHAR)
  WHEN 'year' THEN to_years(n::INTEGER) WHEN 'quarter' THEN to_months(n::INTEGER * 3)
  WHEN 'month' THEN to_months(n::INTEGER) WHEN 'week' THEN to_days(n::INTEGER * 7)
  WHEN 'day' THEN to_days(n::INTEGER) WHEN 'hour' THEN to_hours(n::BIGINT)
  WHEN 'minute' THEN to_minutes(n::BIGINT) WHEN 'second' THEN to_seconds(n::DOUBLE)
  WHEN 'millisecond' THEN to_milliseconds(n::DOUBLE)
  ELSE error('DATEADD: unknown date part ' || part::VARCHAR) END`;

/**
 * The statements that install the macros in a session.
 *
 * A macro's argument stands in its text as often as the body names it, and calls within calls multiply: the usual
 * type has a short overload of its own, behind the general one, which is the one that a view is made with.
 */
export function snowflakeFunctions(): string[] {
  const constructors = Array.from({ length: mostPairs + 1 }, (_, pairs) => objectConstruct(pairs));
  return [
    one(pairMacro, 'k, v', objectPair),
    `CREATE OR REPLACE TEMP MACRO object_construct ${constructors.join(', ')}`,
    ...['to_timestamp_ntz', 'to_timestamp_ltz', 'to_timestamp'].map(
      (name) =>
        `CREATE OR REPLACE TEMP MACRO ${name}(x) AS ${toTimestampNtz}, (x TIMESTAMP) AS x, (x, scale) AS ${scaled}`,
    ),
    one('try_to_timestamp_ntz', 'x', `try(${toTimestampNtz})`),
    `CREATE OR REPLACE TEMP MACRO convert_timezone(zone, x) AS ${inZone('to_timestamp_ntz(x)')},
      (zone, x TIMESTAMP) AS ${inZone('x')}, (source, zone, x) AS ${fromZone}`,
    one('to_date', 'x', toDate),
    one('iff', 'condition, a, b', 'CASE WHEN condition THEN a ELSE b END'),
    one('nvl', 'a, b', 'coalesce(a, b)'),
    one('nvl2', 'a, b, c', 'CASE WHEN a IS NOT NULL THEN b ELSE c END'),
    one('zeroifnull', 'x', 'coalesce(x, 0)'),
    one('div0', 'a, b', 'CASE WHEN b = 0 THEN 0 ELSE a / b END'),
    one('parse_json', 'x', `CASE WHEN trim(x::VARCHAR) = '' THEN NULL ELSE x::JSON END`),
    one('try_parse_json', 'x', 'try_cast(x AS JSON)'),
    one('to_variant', 'x', `(${jsonValue('x')})::JSON`),
    one('to_varchar', 'x', toVarchar),
    one('to_number', 'x', 'x::DECIMAL(38, 0)'),
    one('to_boolean', 'x', toBoolean),
    `CREATE OR REPLACE TEMP MACRO regexp_like(x, pattern) AS regexp_full_match(x, pattern),
      (x, pattern, flags) AS regexp_full_match(x, '(?' || flags || ')' || pattern)`,
    ...bitwise,
    one('dateadd', 'part, n, t', `t + ${dateParts}`),
    one('timestampadd', 'part, n, t', `t + ${dateParts}`),
    one('sysdate', '', `current_timestamp AT TIME ZONE 'UTC'`),
    one('array_construct', 'a', '[a]'),
  ];
}
