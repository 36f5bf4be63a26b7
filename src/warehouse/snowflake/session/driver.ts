import { createRequire } from 'node:module';
import type { SnowflakeLogger } from 'snowflake-sdk';

export type Driver = typeof import('snowflake-sdk');

const nothing = (): void => {};

/** The driver's own logger writes to the working directory or to stdout, which belongs to Airbyte. */
const silent: SnowflakeLogger = {
  error: nothing,
  warn: nothing,
  info: nothing,
  debug: nothing,
  trace: nothing,
};

let loaded: Driver | undefined;

/** Loads the driver on first use: it costs half a second, which `spec` must not pay. */
export function loadDriver(): Driver {
  if (loaded !== undefined) return loaded;
  // Else the driver asks the metadata addresses of three clouds, for its telemetry only.
  process.env.SNOWFLAKE_DISABLE_PLATFORM_DETECTION ??= 'true';
  const driver: Driver = createRequire(import.meta.url)('snowflake-sdk');
  driver.configure({ logLevel: 'OFF', additionalLogToConsole: false, customLogger: silent });
  loaded = driver;
  return driver;
}
