import { expect, test } from 'vitest';
import { markUsedVariable } from '../../files/used-variables.ts';
import { refuseSecret } from './secret-variables.ts';

const refuse =
  (name: string, allowed: readonly string[] = []) =>
  () =>
    refuseSecret(name, { allowed });

test.each([
  'CUSTOMER_IO_API_KEY',
  'API_KEY',
  'apiKey',
  'SNOWFLAKE_PASSWORD',
  'DB_PASS',
  'PGPASSWORD',
  'GITHUB_TOKEN',
  'TOKEN2',
  'MY_SECRET',
  'AWS_SECRET_ACCESS_KEY',
  'PRIVATE_KEY_PASSPHRASE',
  'SENTRY_DSN',
  'SESSION_COOKIE',
  'authToken',
  'CREDENTIALS',
  'write-key',
  'SITESECRET',
])('%s is refused, unless it is allowed by name', (name) => {
  expect(refuse(name)).toThrow(`env_var: ${name} looks like a secret by its name`);
  expect(refuse(name)).toThrow('list it in source.env_vars');
  expect(refuse(name, [name])).not.toThrow();
});

test.each([
  'TARGET_SCHEMA',
  'START_DATE',
  'MONKEY',
  'KEYBOARD',
  'PASSENGERS',
  'TOKENIZER',
  'COMPASS',
  'AUTHOR',
  'CI',
])('%s is given', (name) => expect(refuse(name)).not.toThrow());

test('what the sync file uses is refused whatever its name; dbt’s own secrets always', () => {
  expect(refuse('TEST_SITE')).not.toThrow();
  markUsedVariable('TEST_SITE');
  expect(refuse('TEST_SITE')).toThrow('TEST_SITE is used by the sync file');
  expect(refuse('TEST_SITE', ['TEST_SITE'])).not.toThrow();
  expect(refuse('DBT_ENV_SECRET_X', ['DBT_ENV_SECRET_X'])).toThrow('looks like a secret by its name');
});
