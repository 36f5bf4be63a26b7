import { describe, expect, it } from 'vitest';
import { loginError, lookupError, statementError } from './driver-error.ts';

const failure = (code: string): Error => Object.assign(new Error(`${code} acme`), { code });

const passing = [
  'EAI_AGAIN',
  'EAI_FAIL',
  'ETIMEOUT',
  'ETIMEDOUT',
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'ENETUNREACH',
  'ENETDOWN',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'EPIPE',
  'EADDRNOTAVAIL',
];

describe.each(passing)('%s passes', (code) => {
  it('while the address is looked up', () => {
    const error = lookupError(failure(code), 'acme.example');
    expect(error).toMatchObject({ failureType: 'transient_error', message: expect.stringContaining(code) });
    expect(error.message).not.toContain('there is no host');
  });

  it('while logging in', () => {
    expect(loginError(failure(code), { host: 'acme.example', user: 'U' })).toMatchObject({
      failureType: 'transient_error',
    });
  });

  it('while a statement runs', () => {
    expect(statementError(failure(code))).toMatchObject({ failureType: 'transient_error' });
  });
});

it('a name that DNS says is none is a mistake of the config', () => {
  expect(lookupError(failure('ENOTFOUND'), 'acme.example')).toMatchObject({
    failureType: 'config_error',
    message: expect.stringContaining('there is no host acme.example'),
  });
});

it("what Snowflake refuses, and Node's own errors of use, do not pass", () => {
  expect(statementError(failure('002003'))).toMatchObject({ failureType: 'config_error' });
  expect(statementError(failure('ERR_INVALID_ARG_TYPE'))).toMatchObject({ failureType: 'config_error' });
});
