import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseSourceConfig } from '../../src/source/config.ts';
import { openWarehouse } from '../../src/warehouse/open.ts';
import { defaultAccount, type SnowflakeServer, startSnowflakeServer } from '../snowflake-server/server.ts';
import { type Ended, ended } from '../support/processes.ts';
import { snowflakeConfig } from '../support/warehouses.ts';

/** `npm run test:snowflake` itself, on our server in the account's place. */
const main = fileURLToPath(new URL('../snowflake-account/main.ts', import.meta.url));

let server: SnowflakeServer;
let account: Readonly<Record<string, string>>;

beforeAll(async () => {
  server = await startSnowflakeServer();
  account = {
    SNOWFLAKE_ACCOUNT: 'acme-test',
    SNOWFLAKE_ACCESS_URL: server.url,
    SNOWFLAKE_USER: defaultAccount.user,
    SNOWFLAKE_PASSWORD: defaultAccount.password ?? '',
    SNOWFLAKE_ROLE: 'NEXUS_READER',
    SNOWFLAKE_WAREHOUSE: 'COMPUTE_WH',
    SNOWFLAKE_DATABASE: 'DEMO',
    SNOWFLAKE_SCHEMA: 'NEXUS',
  };
});

afterAll(() => server.close());

/** Nothing of this process's environment: it may hold a real account, and it holds vitest's own. */
function start(env: Readonly<Record<string, string>>, ...args: string[]): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [main, ...args], { env: { PATH: process.env.PATH, NO_COLOR: '1', ...env } });
}

const run = (env: Readonly<Record<string, string>>, ...args: string[]): Promise<Ended> =>
  ended(start(env, ...args));

async function schemas(): Promise<string[]> {
  const { warehouse } = parseSourceConfig({ warehouse: snowflakeConfig(server.url) });
  const opened = await openWarehouse(warehouse);
  const rows = await opened.rows(
    `SELECT schema_name AS "s" FROM information_schema.schemata WHERE schema_name LIKE 'NEXUS_TEST%'`,
  );
  await opened.close();
  return rows.map((row) => row.s ?? '');
}

it('says what the environment lacks, and does not pass', async () => {
  const { code, stdout, stderr } = await run({ SNOWFLAKE_USER: 'someone' });
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^No account was tested: the environment has no SNOWFLAKE_ACCOUNT;/);
  expect(stderr).toMatch(
    /no SNOWFLAKE_WAREHOUSE; no SNOWFLAKE_DATABASE; no SNOWFLAKE_PRIVATE_KEY or .*PASSWORD/,
  );
  expect(stderr).not.toContain('SNOWFLAKE_USER');
});

it('says what a login fails of, in one line', async () => {
  const { code, stderr } = await run({ ...account, SNOWFLAKE_PASSWORD: 'wr0ng' });
  expect(code).toBe(1);
  expect(stderr).toMatch(/^Logging in to Snowflake as READER failed: .*\n$/);
});

it('makes a schema, runs the cases in it and drops it', async () => {
  const { code, stdout, stderr } = await run(account, '-t', 'look-back');
  expect(code, stdout + stderr).toBe(0);
  expect(stdout).toMatch(/Tests.* 1 passed/);
  expect(stderr).toMatch(/The schema NEXUS_TEST_\w+ is there\.[\s\S]*The schema NEXUS_TEST_\w+ is dropped\./);
  expect(await schemas()).toEqual([]);
});

it('drops the schema where a case fails, and fails: here one that a list of gaps wrongly names', async () => {
  const env = { ...account, SNOWFLAKE_TEST_DOUBLE: 'fakesnow' };
  const { code, stdout } = await run(env, '-t', 'prints timestamps');
  expect(code).toBe(1);
  expect(stdout).toMatch(/cannot: it leaves them out[\s\S]*fail/i);
  expect(await schemas()).toEqual([]);
});

it('drops the schema where it is stopped', async () => {
  const child = start(account);
  const end = ended(child);
  await once(child.stderr, 'data');
  expect(await schemas()).toHaveLength(1);
  child.kill('SIGTERM');
  expect((await end).code).not.toBe(0);
  expect(await schemas()).toEqual([]);
});
