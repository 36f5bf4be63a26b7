import { scalarName } from './json/type.ts';

/**
 * A text whose time has an offset means an instant; a cast to TIMESTAMP would drop the offset. DuckDB reads `+0200` only
 * with a colon in it.
 */
function textTimestamp(sql: string): string {
  const offset = String.raw`'\d:\d\d.*\d\s*(Z|[+-]\d\d(:?\d\d)?)$'`;
  const instant = String.raw`regexp_replace(${sql}, '\s*([+-]\d\d):?(\d\d)$', '\1:\2')`;
  return `CASE WHEN regexp_matches(${sql}, ${offset}) THEN CAST(CAST(${instant} AS TIMESTAMPTZ) AS TIMESTAMP)
    ELSE TO_TIMESTAMP_NTZ(${sql}) END`;
}

const wholeNumbers = /^U?((TINY|SMALL|BIG|HUGE)INT|INTEGER)$/;

/** TO_TIMESTAMP_NTZ would cut nanoseconds. The session's zone is UTC, which DuckDB's TIMESTAMPTZ is cast by. */
export function utcTimestamp(sql: string, type: string): string {
  const name = scalarName(type);
  if (name === 'TIMESTAMP_NS') return sql;
  if (name === 'VARCHAR') return textTimestamp(sql);
  if (name === 'BLOB') return textTimestamp(`decode(${sql})`);
  // As a number it would be in seconds whatever its size; a text of digits is scaled.
  if (name !== undefined && wholeNumbers.test(name)) return `TO_TIMESTAMP_NTZ(CAST(${sql} AS VARCHAR))`;
  return `TO_TIMESTAMP_NTZ(${sql})`;
}

/** A BIGINT of nanoseconds reaches as far as this, and a time that lies further counts as the end. */
const earliest = `TIMESTAMP_NS '1677-09-22 00:00:00'`;
const latest = `TIMESTAMP_NS '2262-04-11 00:00:00'`;

/** Nanoseconds of a time to the microsecond, and what stands behind these. */
const withNanoseconds = (microseconds: string, rest: string): string =>
  `CASE WHEN ${microseconds} IS NULL THEN NULL
    WHEN ${microseconds} < ${earliest}::TIMESTAMP THEN ${earliest}
    WHEN ${microseconds} > ${latest}::TIMESTAMP THEN ${latest}
    ELSE make_timestamp_ns(epoch_us(${microseconds}) * 1000 + ${rest}) END`;

/** The seventh digit of a second and those behind it, up to the ninth. */
const finerDigits = (text: string): string =>
  `coalesce(TRY_CAST(rpad(nullif(regexp_extract(${text}, '\\.\\d{6}(\\d{1,3})', 1), ''), 3, '0') AS BIGINT), 0)`;

/** Digits alone that are nanoseconds by their size, as TO_TIMESTAMP_NTZ has it. */
const ofDigits = (text: string): string => `TRY_CAST(${text} AS HUGEINT)`;

function textCursor(text: string): string {
  const number = ofDigits(text);
  const isNumber = `regexp_full_match(${text}, '-?\\d+')`;
  const rest = `CASE WHEN NOT ${isNumber} THEN ${finerDigits(text)}
      WHEN abs(${number}) < 31536000000000000 THEN 0 ELSE (${number} % 1000)::BIGINT END`;
  const seconds = `TRY_CAST(${text} AS DECIMAL(38, 9))`;
  return `CASE WHEN regexp_full_match(${text}, '-?\\d+\\.\\d+') AND abs(${seconds}) < 9200000000
    THEN make_timestamp_ns((${seconds} * 1000000000)::BIGINT)
    ELSE ${withNanoseconds(textTimestamp(text), rest)} END`;
}

/** Texts and numbers may hold nanoseconds, which TIMESTAMP has not: cut, a later row might count as passed. */
export function cursorTimestamp(sql: string, type: string): string {
  const name = scalarName(type);
  if (name === 'VARCHAR') return textCursor(sql);
  if (name === 'BLOB') return textCursor(`decode(${sql})`);
  if (name !== undefined && wholeNumbers.test(name)) return textCursor(`CAST(${sql} AS VARCHAR)`);
  return utcTimestamp(sql, type);
}

const isFine = (name: string | undefined): boolean =>
  name !== undefined && (/^(TIMESTAMP_NS|VARCHAR|BLOB)$/.test(name) || wholeNumbers.test(name));

/** States of before hold times that nanoseconds do not reach: a cursor is never beyond the present, so they are early. */
export function boundTimestamp(type: string): string {
  return isFine(scalarName(type))
    ? `coalesce(TRY_CAST(? AS TIMESTAMP_NS), ${earliest})`
    : 'CAST(? AS TIMESTAMP)';
}
