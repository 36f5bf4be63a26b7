import { isNumber } from '../../../src/warehouse/duckdb/snowflake-functions.ts';

/**
 * Snowflake's timestamps as macros. TIMESTAMP_TZ keeps the offset that it was given: it is a STRUCT of the instant and
 * the offset in minutes, which compares by the instant first, as Snowflake does. TIMESTAMP_LTZ is DuckDB's own.
 */

const macro = (name: string, ...bodies: string[]): string =>
  `CREATE OR REPLACE TEMP MACRO ${name} ${bodies.join(', ')}`;

/** A macro repeats what it is given wherever it names it, and macros in macros multiply: a lambda takes it once. */
const once = (body: string): string => `(given) AS list_transform([given], lambda x: ${body})[1]`;

export const zonedType = 'STRUCT(tz_utc TIMESTAMP_NS, tz_offset INTEGER)';

const isZoned = `starts_with(typeof(x), 'STRUCT(tz_utc')`;

/** Only texts are cast, since every branch of a CASE must fit every type. */
const member = (name: string): string => `json_extract_string(to_json(x), '$.${name}')`;

/** An interval would cut what is moved to microseconds. */
const moved = (time: string, minutes: string): string =>
  `make_timestamp_ns(epoch_ns(${time}) + (${minutes}) * 60000000000)`;

const wallClock = `CASE WHEN ${isZoned}
  THEN ${moved(`${member('tz_utc')}::TIMESTAMP_NS`, `${member('tz_offset')}::BIGINT`)}::VARCHAR
  ELSE x::VARCHAR END`;

/** The offset at the end of a text with a time in it. */
const offsetPattern = `'^(.*:.*?)\\s*(Z|[+-]\\d{1,2}(?::?\\d{2})?)$'`;

const writtenOffset = `regexp_extract(x::VARCHAR, ${offsetPattern}, 2)`;

const offsetMinutes = `CASE WHEN ${isZoned} THEN ${member('tz_offset')}::INTEGER
  WHEN ${writtenOffset} IN ('', 'Z') THEN 0
  ELSE (CASE WHEN ${writtenOffset} LIKE '-%' THEN -1 ELSE 1 END)
    * (regexp_extract(${writtenOffset}, '\\d{1,2}')::INTEGER * 60
      + coalesce(TRY_CAST(regexp_extract(${writtenOffset}, '\\d{1,2}:?(\\d{2})$', 1) AS INTEGER), 0)) END`;

const withoutOffset = `CASE WHEN ${writtenOffset} = '' THEN x::VARCHAR
  ELSE regexp_extract(x::VARCHAR, ${offsetPattern}, 1) END`;

const epoch = (digits: string): string => `make_timestamp_ns((${digits}::DECIMAL(38, 9) * CASE
  WHEN abs(${digits}::DECIMAL(38, 9)) < 31536000000 THEN 1000000000
  WHEN abs(${digits}::DECIMAL(38, 9)) < 31536000000000 THEN 1000000
  WHEN abs(${digits}::DECIMAL(38, 9)) < 31536000000000000 THEN 1000 ELSE 1 END)::BIGINT)`;

/** A time without an offset is one of the session's zone. */
const instant = `CASE WHEN ${isZoned} THEN ${member('tz_utc')}::TIMESTAMP_NS
  WHEN regexp_full_match(x::VARCHAR, '-?\\d+(\\.\\d+)?') THEN ${epoch('x::VARCHAR')}
  WHEN ${writtenOffset} = '' AND current_setting('TimeZone') <> 'UTC'
    THEN timezone('UTC', timezone(current_setting('TimeZone'), (${withoutOffset})::TIMESTAMP))::TIMESTAMP_NS
  ELSE ${moved(`(${withoutOffset})::TIMESTAMP_NS`, '-snowflake_offset(x)::BIGINT')} END`;

const detected = `try_strptime(x::VARCHAR, ['%m/%d/%Y %H:%M:%S', '%m/%d/%Y', '%d-%b-%Y'])`;

/** A number is in seconds; a text of digits in these or in finer units by its size. An offset in a text is dropped. */
const toWallClock = `CASE WHEN ${isNumber} THEN make_timestamp_ns((x::VARCHAR::DECIMAL(38, 9) * 1000000000)::BIGINT)
  WHEN regexp_full_match(x::VARCHAR, '-?\\d+(\\.\\d+)?') THEN ${epoch('x::VARCHAR')}
  WHEN ${detected} IS NOT NULL THEN (${detected})::TIMESTAMP_NS
  ELSE (snowflake_without_offset(snowflake_wall_clock(snowflake_input(x))))::TIMESTAMP_NS END`;

/** What the function's own macros, and the casts that casts.ts rewrites, are made of. */
export function zonedTimeMacros(): string[] {
  return [
    macro('snowflake_offset', once(offsetMinutes)),
    macro('snowflake_wall_clock', once(wallClock)),
    macro('snowflake_instant', once(instant)),
    macro(
      'snowflake_to_tz',
      once(
        `CASE WHEN x IS NULL THEN NULL
          ELSE {'tz_utc': snowflake_instant(snowflake_input(x)), 'tz_offset': snowflake_offset(x)} END`,
      ),
    ),
    macro('snowflake_without_offset', once(withoutOffset)),
    macro('snowflake_to_ntz', once(toWallClock)),
    macro('snowflake_to_ltz', `(x) AS timezone('UTC', (snowflake_to_tz(x)).tz_utc::TIMESTAMP)`),
    macro(
      'to_timestamp_ntz',
      '(x) AS snowflake_to_ntz(x)',
      `(x, f) AS CASE WHEN ${isNumber}
        THEN make_timestamp_ns((x::VARCHAR::HUGEINT * power(10, 9 - try_cast(f::VARCHAR AS INTEGER))::HUGEINT)::BIGINT)
        ELSE (snowflake_wall_clock(x))::TIMESTAMP_NS END`,
    ),
    macro('to_timestamp_tz', '(x) AS snowflake_to_tz(x)'),
    macro('to_timestamp_ltz', '(x) AS snowflake_to_ltz(x)'),
    macro(
      'snowflake_in_zone',
      `(zone, given) AS list_transform([given], lambda x: CASE WHEN x.tz_utc IS NULL THEN NULL
        ELSE {'tz_utc': x.tz_utc, 'tz_offset': date_diff('minute', x.tz_utc::TIMESTAMP,
          timezone(zone, timezone('UTC', x.tz_utc::TIMESTAMP)))::INTEGER} END)[1]`,
    ),
    macro(
      'convert_timezone',
      '(zone, x) AS snowflake_in_zone(zone, snowflake_to_tz(x))',
      '(source, target, x) AS timezone(target, timezone(source, snowflake_to_ntz(x)::TIMESTAMP))::TIMESTAMP_NS',
    ),
  ];
}
