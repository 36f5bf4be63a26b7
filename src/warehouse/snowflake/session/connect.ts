import { lookup } from 'node:dns/promises';
import type { Connection, ConnectionOptions } from 'snowflake-sdk';
import { configError, messageOf } from '../../../errors/connector-error.ts';
import type { SnowflakeConfig } from '../config.ts';
import { type SnowflakeAddress, snowflakeAddress } from './address.ts';
import { driverCredentials } from './credentials.ts';
import { loadDriver } from './driver.ts';
import { loginError, lookupError } from './driver-error.ts';
import { wholeChunksUsed } from './driver-patch.ts';
import { proxyOf } from './proxy.ts';
import { loginRole, prepareSession } from './session.ts';

/** The driver waits 1, 2, 4 … seconds between its tries: four tell a pause from a wrong address. */
const loginRetries = 3;

function driverOptions(config: SnowflakeConfig, { account, accessUrl }: SnowflakeAddress): ConnectionOptions {
  const role = loginRole(config);
  return {
    account,
    accessUrl,
    username: config.user,
    ...driverCredentials(config.credentials),
    ...(role === undefined ? {} : { role }),
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
async function requireKnownHost({ access_url, host }: SnowflakeConfig, accessUrl: string): Promise<void> {
  // Behind a proxy it is the proxy that looks names up.
  if (proxyOf(accessUrl) !== undefined) return;
  const { hostname } = new URL(accessUrl);
  try {
    await lookup(hostname);
  } catch (error) {
    const place = access_url !== undefined ? 'access_url' : host?.trim() ? 'host' : 'account';
    throw lookupError(error, hostname, place);
  }
}

function createConnection(config: SnowflakeConfig, address: SnowflakeAddress): Connection {
  try {
    return loadDriver().createConnection(driverOptions(config, address));
  } catch (error) {
    throw configError(`The Snowflake config is not valid: ${messageOf(error)}`, { cause: error });
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
  const address = snowflakeAddress(config);
  const { accessUrl } = address;
  const connection = createConnection(config, address);
  await requireKnownHost(config, accessUrl);
  await logIn(connection).catch((error: unknown) => {
    throw loginError(error, {
      host: new URL(accessUrl).host,
      user: config.user,
      proxy: proxyOf(accessUrl),
    });
  });
  try {
    await prepareSession(connection, config);
  } catch (error) {
    await disconnect(connection);
    throw error;
  }
  return connection;
}
