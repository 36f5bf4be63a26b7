import type { DuckDBConnection } from '@duckdb/node-api';
import { objectPair } from '../../src/warehouse/duckdb/snowflake-functions.ts';
import { Refusal } from './refusal.ts';
import { type Token, tokensOf } from './statements/tokens.ts';

/** What session parameters do, as far as the connector's statements could feel it. */
export type Parameters = ReadonlyMap<string, string>;

/**
 * Values that an administrator may have set for an account, each of which changes what statements mean or how
 * results come, unless a session sets them itself.
 */
export const hostileParameters: Readonly<Record<string, string>> = {
  TIMEZONE: 'America/Los_Angeles',
  TIMESTAMP_TYPE_MAPPING: 'TIMESTAMP_LTZ',
  TIMESTAMP_NTZ_OUTPUT_FORMAT: 'DD.MM.YYYY HH24:MI',
  ROWS_PER_RESULTSET: '3',
  QUOTED_IDENTIFIERS_IGNORE_CASE: 'TRUE',
  MULTI_STATEMENT_COUNT: '0',
  STRICT_JSON_OUTPUT: 'FALSE',
};

const macro = (name: string, body: string): string => `CREATE OR REPLACE TEMP MACRO ${name}${body}`;

const ntzFormat = `replace(replace(replace(replace(replace(getvariable('timestamp_ntz_output_format'),
  'YYYY', '%Y'), 'MM', '%m'), 'DD', '%d'), 'HH24', '%H'), 'MI', '%M')`;

/** Snowflake's default prints what the macro for DuckDB prints. */
const isOwnFormat = `coalesce(getvariable('timestamp_ntz_output_format'), '') NOT IN ('', 'YYYY-MM-DD HH24:MI:SS.FF3')`;

/** Macros that ask the session's parameters, which are DuckDB's variables. */
export function parameterMacros(): string[] {
  const printed = `to_json(strftime(TRY_CAST(v::VARCHAR AS TIMESTAMP), ${ntzFormat}))`;
  const isTime = `typeof(v) IN ('TIMESTAMP', 'TIMESTAMP_NS')`;
  return [
    macro(
      'nexus_object_pair',
      `(k, given) AS list_transform([given], lambda v: CASE WHEN k IS NOT NULL AND v IS NOT NULL AND ${isTime} AND ${isOwnFormat}
        THEN to_json(k::VARCHAR) || ':' || ${printed} ELSE ${objectPair} END)[1]`,
    ),
    // A text without a format of its own is read by the session's.
    macro(
      'snowflake_input',
      `(given) AS list_transform([given], lambda x: CASE WHEN typeof(x) = 'VARCHAR' AND coalesce(getvariable('timestamp_input_format'), 'AUTO') <> 'AUTO'
          AND NOT regexp_full_match(x::VARCHAR, '-?\\d+(\\.\\d+)?')
        THEN error('Timestamp ''' || x::VARCHAR || ''' is not recognized') ELSE x END)[1]`,
    ),
  ];
}

/** What a session is set to takes effect in its connection. */
export async function applyParameters(
  connection: DuckDBConnection,
  settings: Iterable<readonly [string, string]>,
): Promise<void> {
  for (const [name, value] of settings) {
    const literal = `'${value.replaceAll("'", "''")}'`;
    await connection.run(`SET VARIABLE ${name.toLowerCase()} = ${literal}`);
    if (name === 'TIMEZONE') await connection.run(`SET TimeZone = ${literal}`);
  }
}

/** Where quoted names ignore case they are upper-cased, as unquoted ones are. */
export function readNames(tokens: readonly Token[], parameters: Parameters): readonly Token[] {
  if (parameters.get('QUOTED_IDENTIFIERS_IGNORE_CASE')?.toUpperCase() !== 'TRUE') return tokens;
  return tokens.map((token) =>
    token.kind === 'quoted' ? { ...token, text: token.text.toUpperCase() } : token,
  );
}

/** @throws Refusal where a request holds more or fewer statements than the session lets it. */
export function requireStatementCount(sql: string, parameters: Parameters): void {
  const wanted = Number(parameters.get('MULTI_STATEMENT_COUNT') ?? 1);
  const tokens = tokensOf(sql).filter(({ kind }) => kind !== 'space');
  const statements = tokens.filter(({ kind, text }, index) => {
    const begins = index === 0 || tokens[index - 1]?.text === ';';
    return begins && !(kind === 'other' && text === ';');
  }).length;
  if (wanted === 0 || statements === wanted) return;
  throw new Refusal(
    '000008',
    `Actual statement count ${statements} did not match the desired statement count ${wanted}.`,
  );
}

/** How many rows of a result are given; undefined for all. */
export function mostRows(parameters: Parameters): number | undefined {
  const rows = Number(parameters.get('ROWS_PER_RESULTSET') ?? 0);
  return rows > 0 ? rows : undefined;
}
