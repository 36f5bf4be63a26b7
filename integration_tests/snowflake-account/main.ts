import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { messageOf } from '../../src/errors/connector-error.ts';
import { parseSourceConfig } from '../../src/source/config.ts';
import { openWarehouse } from '../../src/warehouse/open.ts';
import { missingIn, warehouseOf } from './environment.ts';

/**
 * `npm run test:snowflake`: the warehouse cases on a real account, in a schema of their own that is dropped
 * whatever happens. More arguments go to vitest.
 */

const vitest = fileURLToPath(import.meta.resolve('../../node_modules/vitest/vitest.mjs'));
const config = fileURLToPath(new URL('../vitest.config.ts', import.meta.url));

const say = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

async function execute(sql: string): Promise<void> {
  const warehouse = await openWarehouse(parseSourceConfig({ warehouse: warehouseOf(process.env) }).warehouse);
  try {
    await warehouse.execute(sql);
  } finally {
    await warehouse.close();
  }
}

/** Ends with the suite: a Ctrl-C reaches it too, and the schema is dropped after it. */
async function runSuite(schema: string, args: readonly string[]): Promise<number> {
  const env = { ...process.env, SNOWFLAKE_TEST_SCHEMA: schema };
  const child = spawn(process.execPath, [vitest, 'run', '--config', config, 'account.suite', ...args], {
    env,
    stdio: 'inherit',
  });
  const ignore = (): void => {};
  process.on('SIGINT', ignore);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  const [code] = await once(child, 'exit');
  return typeof code === 'number' ? code : 1;
}

async function main(args: readonly string[]): Promise<number> {
  const missing = missingIn(process.env);
  if (missing.length > 0) {
    say(`No account was tested: the environment has no ${missing.join('; no ')}. See docs/snowflake.md.`);
    return 1;
  }
  const schema = `NEXUS_TEST_${Date.now()}_${randomBytes(3).toString('hex').toUpperCase()}`;
  await execute(`CREATE SCHEMA "${schema}"`);
  say(`The schema ${schema} is there.`);
  try {
    return await runSuite(schema, args);
  } finally {
    await execute(`DROP SCHEMA IF EXISTS "${schema}" CASCADE`);
    say(`The schema ${schema} is dropped.`);
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  say(messageOf(error));
  process.exitCode = 1;
}
