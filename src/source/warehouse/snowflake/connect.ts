import { lookup } from 'node:dns/promises';
import type { Connection, ConnectionOptions } from 'snowflake-sdk';
import { type ConnectorError, configError, messageOf } from '../../../protocol/connector-error.ts';
import { driverCredentials } from './credentials.ts';
import { loadDriver } from './driver.ts';
import { isNetworkError, loginError, lookupError, statementError } from './driver-error.ts';
import { quoteIdentifier, quoteString, writtenName } from './quote.ts';
import type { SnowflakeConfig } from './snowflake-config.ts';
import { execute } from './statement.ts';
import { wholeChunksUsed } from './whole-chunks.ts';

/** The driver waits 1, 2, 4 … seconds between its tries: four tell a pause from a wrong address. */
const loginRetries = 3;

const queryTag = 'nexus-customer-io';

const sessionParameters = (config: SnowflakeConfig): Readonly<Record<string, string>> => ({
  // Zoned timestamps and dates then mean one thing wherever the account is.
  TIMEZONE: quoteString('UTC'),
  TIMESTAMP_TYPE_MAPPING: quoteString('TIMESTAMP_NTZ'),
  QUERY_TAG: quoteString(queryTag),
  STATEMENT_TIMEOUT_IN_SECONDS: String(config.statement_timeout_seconds),
  // Without it a VARIANT may print `undefined`, which is no JSON.
  STRICT_JSON_OUTPUT: 'TRUE',
});

function alterSession(config: SnowflakeConfig): string {
  const settings = Object.entries(sessionParameters(config)).map(([name, value]) => `${name} = ${value}`);
  return `ALTER SESSION SET ${settings.join(' ')}`;
}

/** `my-org.us-east-1` or a whole address pasted as the account: people copy what the browser shows. */
const accountName = (account: string): string =>
  account
    .trim()
    .replace(/^https?:\/\//, '')
    .replace(/\.snowflakecomputing\.(com|cn).*$/, '');

function addressOf(config: SnowflakeConfig): string {
  if (config.access_url !== undefined) return config.access_url.replace(/\/+$/, '');
  return `https://${config.host?.trim() || `${accountName(config.account)}.snowflakecomputing.com`}`;
}

function driverOptions(config: SnowflakeConfig, accessUrl: string): ConnectionOptions {
  return {
    account: accountName(config.account),
    accessUrl,
    username: config.user,
    ...driverCredentials(config.credentials),
    ...(config.role === undefined ? {} : { role: writtenName(config.role) }),
    application: 'nexus_customer_io',
    // Else NULL would come back as the text NULL.
    representNullAsStringNull: false,
    // A destination may hold a read back for longer than a session lives.
    clientSessionKeepAlive: true,
    sfRetryMaxLoginRetries: loginRetries,
    // Chunks fetched ahead of the one being read: the bound of what a slow reader leaves in memory.
    resultPrefetch: 1,
    // What waits decoded for a slow reader: one whole chunk, or so many rows.
    rowStreamHighWaterMark: wholeChunksUsed() ? 1 : 1000,
  };
}

/** A name that no DNS server knows stays unknown: told at once, not after the driver's retries. */
async function requireKnownHost(accessUrl: string): Promise<void> {
  if (process.env.HTTPS_PROXY ?? process.env.https_proxy) return;
  const { hostname } = new URL(accessUrl);
  try {
    await lookup(hostname);
  } catch (error) {
    throw lookupError(error, hostname);
  }
}

function createConnection(config: SnowflakeConfig, accessUrl: string): Connection {
  try {
    return loadDriver().createConnection(driverOptions(config, accessUrl));
  } catch (error) {
    throw configError(`The Snowflake config does not fit: ${messageOf(error)}`, { cause: error });
  }
}

interface Step {
  readonly sql: string;
  /** What could not be used, and how to mend it. */
  readonly failure: string;
}

function useSteps(config: SnowflakeConfig): Step[] {
  const role = config.role === undefined ? "the user's default role" : `the role ${config.role}`;
  const use = (kind: 'warehouse' | 'database' | 'schema'): Step => ({
    sql: `USE ${kind.toUpperCase()} ${quoteIdentifier(writtenName(config[kind]))}`,
    failure: `Using the ${kind} "${config[kind]}" failed: it does not exist, or ${role} has no USAGE on it (warehouse.${kind}). GRANT USAGE ON ${kind.toUpperCase()} ${config[kind]} TO ROLE …`,
  });
  return [use('warehouse'), use('database'), use('schema')];
}

function stepError(error: unknown, failure: string): ConnectorError {
  if (isNetworkError(error)) return statementError(error);
  return configError(failure, { internal: messageOf(error), cause: error });
}

/** Each step on its own, so that the first that fails is named. */
async function prepareSession(connection: Connection, config: SnowflakeConfig): Promise<void> {
  const session = {
    sql: alterSession(config),
    failure: 'Setting the session parameters of Snowflake failed.',
  };
  for (const { sql, failure } of [session, ...useSteps(config)]) {
    try {
      await execute(connection, sql);
    } catch (error) {
      throw stepError(error, failure);
    }
  }
}

export const disconnect = (connection: Connection): Promise<void> =>
  new Promise((resolve) => {
    // A session that cannot be ended ends by itself: nothing to tell the person.
    connection.destroy(() => resolve());
  });

/** The callback alone tells of every refusal: the driver's connectAsync resolves for some of them. */
const logIn = (connection: Connection): Promise<void> =>
  new Promise((resolve, reject) => {
    connection.connect((error) => (error ? reject(error) : resolve()));
  });

/** Reach, log in, role, warehouse, database, schema. */
export async function connect(config: SnowflakeConfig): Promise<Connection> {
  const accessUrl = addressOf(config);
  const connection = createConnection(config, accessUrl);
  await requireKnownHost(accessUrl);
  await logIn(connection).catch((error: unknown) => {
    throw loginError(error, { host: new URL(accessUrl).host, user: config.user });
  });
  try {
    await prepareSession(connection, config);
  } catch (error) {
    await disconnect(connection);
    throw error;
  }
  return connection;
}
