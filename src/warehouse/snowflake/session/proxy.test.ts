import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loginError } from './driver-error.ts';
import { proxyOf } from './proxy.ts';

const names = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'NO_PROXY', 'no_proxy'];

beforeEach(() => {
  for (const name of names) vi.stubEnv(name, '');
});

afterEach(() => vi.unstubAllEnvs());

const https = 'https://acme-test.snowflakecomputing.com';

describe('a proxy', () => {
  it.each([
    [
      { HTTPS_PROXY: 'http://ann:hunter2@proxy.acme.example:3128' },
      https,
      'proxy.acme.example:3128 by HTTPS_PROXY',
    ],
    [{ https_proxy: 'proxy:3128' }, https, 'proxy:3128 by HTTPS_PROXY'],
    [{ HTTP_PROXY: 'http://proxy:3128' }, https, undefined],
    [{ HTTP_PROXY: 'http://proxy:3128' }, 'http://127.0.0.1:8080', 'proxy:3128 by HTTP_PROXY'],
    [{ HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: 'localhost,.snowflakecomputing.com' }, https, undefined],
    [{ HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: 'snowflakecomputing.com:443' }, https, undefined],
    [{ HTTPS_PROXY: 'http://proxy:3128', no_proxy: '*' }, https, undefined],
    [{ HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: 'computing.com' }, https, 'proxy:3128 by HTTPS_PROXY'],
  ])('of %j on the way to %s', (environment, address, expected) => {
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    const found = proxyOf(address);
    expect(found && `${found.proxy} by ${found.variable}`).toBe(expected);
  });

  it('that does not answer is named, not Snowflake, without its password', () => {
    vi.stubEnv('HTTPS_PROXY', 'http://ann:hunter2@proxy.acme.example:3128');
    const error = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    const { message, failureType } = loginError(error, {
      host: 'acme-test.snowflakecomputing.com',
      user: 'READER',
      proxy: proxyOf(https),
    });
    expect(message).toBe(
      'Reaching Snowflake failed: acme-test.snowflakecomputing.com does not answer through the proxy proxy.acme.example:3128. Check that the proxy runs and lets this machine through (HTTPS_PROXY); a host that needs none belongs in NO_PROXY.',
    );
    expect(failureType).toBe('transient_error');
  });
});

it('says in plain words that a firewall keeps the state of a certificate from being learned', () => {
  const error = Object.assign(new Error('Timeout OCSP responder.'), { code: 412012 });
  const { message } = loginError(error, { host: 'acme-test.snowflakecomputing.com', user: 'READER' });
  expect(message).toMatch(/^Reaching Snowflake failed: whether the certificate of acme-test.* port 80\.$/);
});
