import { verify } from 'node:crypto';
import { Refusal } from './refusal.ts';

/** Who may log in, and with what; a field that is left out admits nobody. */
export interface Account {
  readonly user: string;
  readonly password?: string;
  readonly token?: string;
  readonly oauthToken?: string;
  /** PEM. */
  readonly publicKey?: string;
  readonly roles: readonly string[];
}

export interface LoginData {
  readonly LOGIN_NAME?: string | undefined;
  readonly PASSWORD?: string | undefined;
  readonly AUTHENTICATOR?: string | undefined;
  readonly TOKEN?: string | undefined;
}

function isSigned(token: string, publicKey: string | undefined): boolean {
  const [header = '', payload = '', signature = ''] = token.split('.');
  if (publicKey === undefined) return false;
  return verify(
    'RSA-SHA256',
    Buffer.from(`${header}.${payload}`),
    publicKey,
    Buffer.from(signature, 'base64url'),
  );
}

function requireCredentials(data: LoginData, account: Account): void {
  const token = data.TOKEN ?? '';
  switch (data.AUTHENTICATOR) {
    case 'SNOWFLAKE_JWT':
      if (isSigned(token, account.publicKey)) return;
      throw new Refusal('390144', 'JWT token is invalid. [7e1a8a8e-0000-4000-8000-000000000000]');
    case 'OAUTH':
      if (token === account.oauthToken) return;
      throw new Refusal('390303', 'Invalid OAuth access token. ');
    case 'PROGRAMMATIC_ACCESS_TOKEN':
      if (token === account.token) return;
      throw new Refusal('394400', 'Programmatic access token is invalid.');
    default:
      if (data.PASSWORD !== undefined && data.PASSWORD === account.password) return;
      throw new Refusal('390100', 'Incorrect username or password was specified.');
  }
}

/** @throws Refusal as Snowflake words it. */
export function logIn(data: LoginData, role: string | null, account: Account): void {
  // OAuth and programmatic tokens name their user themselves, so the driver need not.
  if (data.LOGIN_NAME !== undefined && data.LOGIN_NAME.toUpperCase() !== account.user.toUpperCase()) {
    throw new Refusal('390100', 'Incorrect username or password was specified.');
  }
  requireCredentials(data, account);
  // What is no plain name is none here, even where there is such a role.
  if (role !== null && !(account.roles.includes(role) && /^[A-Z_][A-Z0-9_$]*$/.test(role))) {
    throw new Refusal(
      '390189',
      `Role '${role}' specified in the connect string does not exist or not authorized. Contact your local system administrator, or attempt to login with another role, e.g. PUBLIC.`,
    );
  }
}
