import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseSourceConfig } from '../../src/source/config.ts';
import { openWarehouse } from '../../src/warehouse/open.ts';
import type { Warehouse } from '../../src/warehouse/warehouse.ts';
import { defaultAccount, type SnowflakeServer, startSnowflakeServer } from '../snowflake-server/server.ts';
import { checkOf } from '../support/reading.ts';
import { snowflakeConfig } from '../support/warehouses.ts';

const passphrase = 'a passphrase';
const keys = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase },
});
const plainKeys = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

let server: SnowflakeServer;

const open = (rest: Readonly<Record<string, unknown>> = {}): Promise<Warehouse> =>
  openWarehouse(parseSourceConfig({ warehouse: snowflakeConfig(server.url, rest) }).warehouse);

beforeAll(async () => {
  server = await startSnowflakeServer({ account: { ...defaultAccount, publicKey: keys.publicKey } });
});

afterAll(() => server.close());

describe('logging in', () => {
  const literal = plainKeys.privateKey.replaceAll('\n', '\\n');
  const encrypted = { auth_type: 'key_pair', private_key: keys.privateKey };

  it.each([
    ['a password', { auth_type: 'password', password: defaultAccount.password }],
    ['a programmatic access token', { auth_type: 'token', token: defaultAccount.token }],
    ['an OAuth token', { auth_type: 'oauth', oauth_token: defaultAccount.oauthToken }],
    ['an encrypted key', { ...encrypted, private_key_passphrase: passphrase }],
    [
      'an encrypted key whose line breaks are blanks',
      {
        ...encrypted,
        private_key: keys.privateKey.replaceAll('\n', ' '),
        private_key_passphrase: passphrase,
      },
    ],
    [
      'an encrypted key without line breaks, in quotes',
      {
        ...encrypted,
        private_key: `"${keys.privateKey.replaceAll('\n', '')}"`,
        private_key_passphrase: passphrase,
      },
    ],
    [
      'an encrypted key on one line',
      {
        ...encrypted,
        private_key: keys.privateKey.replaceAll('\n', '\\n'),
        private_key_passphrase: passphrase,
      },
    ],
  ])('works with %s', async (_, credentials) => {
    const opened = await open({ credentials });
    expect(await opened.rows('SELECT 1 AS "n"')).toEqual([{ n: '1' }]);
    await opened.close();
  });

  it.each([
    [
      'a wrong password',
      { credentials: { auth_type: 'password', password: 'pass-hunter2' } },
      /as READER failed: the user name or the password is wrong/,
    ],
    ['another user', { user: 'stranger' }, /as stranger failed: the user name or the password is wrong/],
    ['a wrong token', { credentials: { auth_type: 'token', token: 'hunter2' } }, /access token is not valid/],
    [
      'a wrong OAuth token',
      { credentials: { auth_type: 'oauth', oauth_token: 'hunter2' } },
      /OAuth token is not valid/,
    ],
    [
      'a key that Snowflake does not know',
      { credentials: { auth_type: 'key_pair', private_key: literal } },
      /RSA_PUBLIC_KEY/,
    ],
    ['no passphrase', { credentials: encrypted }, /is encrypted: give its private_key_passphrase/],
    [
      'a wrong passphrase',
      { credentials: { ...encrypted, private_key_passphrase: 'hunter2' } },
      /private_key_passphrase is wrong/,
    ],
    [
      'no key at all',
      { credentials: { auth_type: 'key_pair', private_key: 'hunter2' } },
      /not a private key in PEM form/,
    ],
    [
      'the public half of a key',
      { credentials: { auth_type: 'key_pair', private_key: keys.publicKey } },
      /public half of the key: give the private one/,
    ],
    ['half a key', { credentials: { auth_type: 'key_pair', private_key: literal.slice(0, 400) } }, /cut off/],
    ['an unknown role', { role: 'nope' }, /the role does not exist.*warehouse\.role/],
    ['an unknown warehouse', { warehouse: 'nope' }, /Using the warehouse "nope" failed.*role nexus_reader/],
    ['an unknown database', { database: 'nope' }, /Using the database "nope" failed/],
    ['a schema of another case', { schema: '"nexus"' }, /Using the schema ""nexus"" failed/],
    [
      'a host that is not there',
      { access_url: 'http://no-such-host.invalid' },
      /Reaching Snowflake failed: there is no host no-such-host.invalid/,
    ],
    [
      'a private host that is not there',
      { access_url: undefined, host: 'no-such-private.invalid' },
      /there is no host no-such-private.invalid. Check warehouse\.host\.$/,
    ],
  ])('with %s fails the check and says how to mend it', async (_, rest, message) => {
    const result = await checkOf({ warehouse: snowflakeConfig(server.url, rest) });
    expect(result).toMatchObject({ status: 'FAILED', message: expect.stringMatching(message) });
    expect(JSON.stringify(result)).not.toMatch(/hunter2|PRIVATE KEY-----\\n[A-Za-z0-9]|correct horse/);
  });

  it.each(['rsa_key.p8', '/run/secrets/rsa_key.p8', '~/.ssh/snowflake.pem', 'C:\\keys\\rsa_key.p8'])(
    'knows the path %s from a key',
    async (path) => {
      const credentials = { auth_type: 'key_pair', private_key: path };
      const { message } = await checkOf({ warehouse: snowflakeConfig(server.url, { credentials }) });
      expect(message).toMatch(/private_key is the path of a file: give the text of the key/);
    },
  );

  it('tries again when the first answer is 503', async () => {
    server.faults.add({ at: 'login', kind: 'status', status: 503 });
    const opened = await open();
    expect(server.faults.left).toBe(0);
    await opened.close();
  });

  it('tells an account that Snowflake does not know from a wrong password', async () => {
    const forbidden = Array.from(
      { length: 8 },
      () => ({ at: 'login', kind: 'status', status: 403 }) as const,
    );
    server.faults.add(...forbidden);
    const { message } = await checkOf({ warehouse: snowflakeConfig(server.url) });
    server.faults.clear();
    expect(message).toMatch(/knows no such account \(HTTP 403\).*warehouse\.account/);
  });

  it.each([
    [{ account: undefined }, /warehouse\.account/],
    [{ credentials: { auth_type: 'sso' } }, /warehouse\.credentials/],
    [{ credentials: { auth_type: 'key_pair' } }, /private_key/],
  ])('%j does not fit the form', async (rest, message) => {
    const result = await checkOf({ warehouse: snowflakeConfig(server.url, rest) });
    expect(result).toMatchObject({ status: 'FAILED', message: expect.stringMatching(message) });
  });
});
