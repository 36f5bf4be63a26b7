import type { Connection } from 'snowflake-sdk';
import { type ConnectorError, configError, messageOf } from '../../../errors/connector-error.ts';
import type { SnowflakeConfig } from '../config.ts';
import { quoteIdentifier, quoteString, writtenName } from '../quote.ts';
import { isNetworkError, statementError } from './driver-error.ts';
import { execute } from './statement.ts';

/** What a session is set to before its first query, whatever the account or the user has as defaults. */

const queryTag = 'nexus-customer-io';

const timestampFormat = 'YYYY-MM-DD HH24:MI:SS.FF3';

/**
 * Every parameter that the connector's own SQL, or how it reads results, relies on; the values of text are Snowflake's
 * defaults. What only a person's models rely on, such as WEEK_START or the formats of input, stays as the account has
 * it, so that a model means here what it means in dbt. https://docs.snowflake.com/en/sql-reference/parameters
 */
const sessionParameters = (config: SnowflakeConfig): Readonly<Record<string, string>> => ({
  // Zoned timestamps and dates then mean one thing wherever the account is.
  TIMEZONE: quoteString('UTC'),
  TIMESTAMP_TYPE_MAPPING: quoteString('TIMESTAMP_NTZ'),
  QUERY_TAG: quoteString(queryTag),
  STATEMENT_TIMEOUT_IN_SECONDS: String(config.statement_timeout_seconds),
  // Without it a VARIANT may print `undefined`, which is no JSON.
  STRICT_JSON_OUTPUT: 'TRUE',
  // A result that is cut off would look whole.
  ROWS_PER_RESULTSET: '0',
  // Else "userId" would be USERID.
  QUOTED_IDENTIFIERS_IGNORE_CASE: 'FALSE',
  // A model is one statement: a second one behind it is refused.
  MULTI_STATEMENT_COUNT: '1',
  AUTOCOMMIT: 'TRUE',
  TIMESTAMP_OUTPUT_FORMAT: quoteString(`${timestampFormat} TZHTZM`),
  TIMESTAMP_NTZ_OUTPUT_FORMAT: quoteString(timestampFormat),
  TIMESTAMP_LTZ_OUTPUT_FORMAT: quoteString(`${timestampFormat} TZHTZM`),
  TIMESTAMP_TZ_OUTPUT_FORMAT: quoteString(`${timestampFormat} TZHTZM`),
  DATE_OUTPUT_FORMAT: quoteString('YYYY-MM-DD'),
  TIME_OUTPUT_FORMAT: quoteString('HH24:MI:SS'),
  BINARY_OUTPUT_FORMAT: quoteString('HEX'),
  GEOGRAPHY_OUTPUT_FORMAT: quoteString('GeoJSON'),
  GEOMETRY_OUTPUT_FORMAT: quoteString('GeoJSON'),
});

function alterSession(config: SnowflakeConfig): string {
  const settings = Object.entries(sessionParameters(config)).map(([name, value]) => `${name} = ${value}`);
  return `ALTER SESSION SET ${settings.join(' ')}`;
}

interface Step {
  readonly sql: string;
  /** What could not be used, and how to mend it. */
  readonly failure: string;
  /** A session may refuse it and be as safe without it. */
  readonly optional?: boolean;
}

const plainName = /^[A-Z_][A-Z0-9_$]*$/;

/** The role that a login can be given: its parameter is no place for quotes and hyphens. */
export function loginRole({ role }: SnowflakeConfig): string | undefined {
  const name = role === undefined ? undefined : writtenName(role);
  return name !== undefined && plainName.test(name) ? name : undefined;
}

function roleSteps(config: SnowflakeConfig): Step[] {
  const { role } = config;
  // A user's other roles, which are active by default, would let a model read what this role may not.
  const alone: Step = {
    sql: 'USE SECONDARY ROLES NONE',
    failure: 'Switching off the secondary roles failed.',
    // The roles of such a session are those that its token names.
    optional: config.credentials.auth_type === 'oauth',
  };
  if (role === undefined || loginRole(config) !== undefined) return [alone];
  const quoted = quoteIdentifier(writtenName(role));
  const failure = `Using the role ${role} failed: it does not exist, or the user may not use it: GRANT ROLE ${quoted} TO USER … (warehouse.role)`;
  return [{ sql: `USE ROLE ${quoted}`, failure }, alone];
}

/** A name that was folded may have been meant letter for letter. */
const otherLetters = (name: string): string =>
  writtenName(name) === name || name.startsWith('"')
    ? ''
    : ` It was looked for as ${writtenName(name)}. If its name is written exactly as you gave it, put it in double quotes, '"${name}"'.`;

function useSteps(config: SnowflakeConfig): Step[] {
  const role = config.role === undefined ? "the user's default role" : `the role ${config.role}`;
  const use = (kind: 'warehouse' | 'database' | 'schema'): Step => ({
    sql: `USE ${kind.toUpperCase()} ${quoteIdentifier(writtenName(config[kind]))}`,
    failure: `Using the ${kind} "${config[kind]}" failed: it does not exist, or ${role} has no USAGE on it (warehouse.${kind}). GRANT USAGE ON ${kind.toUpperCase()} ${config[kind]} TO ROLE …${otherLetters(config[kind])}`,
  });
  return [use('warehouse'), use('database'), use('schema')];
}

function stepError(error: unknown, failure: string): ConnectorError {
  if (isNetworkError(error)) return statementError(error);
  return configError(failure, { internal: messageOf(error), cause: error });
}

/** Role, parameters, warehouse, database, schema: each on its own, so that the first that fails is named. */
export async function prepareSession(connection: Connection, config: SnowflakeConfig): Promise<void> {
  const parameters: Step = {
    sql: alterSession(config),
    failure: 'Setting the session parameters of Snowflake failed.',
  };
  for (const { sql, failure, optional } of [...roleSteps(config), parameters, ...useSteps(config)]) {
    try {
      await execute(connection, sql);
    } catch (error) {
      if (optional === true && !isNetworkError(error)) continue;
      throw stepError(error, failure);
    }
  }
}
