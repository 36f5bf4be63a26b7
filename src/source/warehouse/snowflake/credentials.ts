import { createPrivateKey } from 'node:crypto';
import type { ConnectionOptions } from 'snowflake-sdk';
import { type ConnectorError, configError } from '../../../protocol/connector-error.ts';
import type { SnowflakeConfig } from './snowflake-config.ts';

type Credentials = SnowflakeConfig['credentials'];
type KeyPair = Extract<Credentials, { readonly auth_type: 'key_pair' }>;

/** Forms and environment variables turn a key's line breaks into a backslash and an n. */
const withLineBreaks = (pem: string): string => `${pem.replaceAll('\\n', '\n').trim()}\n`;

function keyError(pem: string, { private_key_passphrase }: KeyPair, cause: unknown): ConnectorError {
  const place = 'warehouse.credentials.private_key';
  if (!pem.includes('PRIVATE KEY')) {
    return configError(
      `${place} is not a private key in PEM form: it must begin with -----BEGIN PRIVATE KEY----- or -----BEGIN ENCRYPTED PRIVATE KEY-----.`,
      { cause },
    );
  }
  if (!pem.includes('ENCRYPTED')) {
    return configError(`${place} could not be read: the text looks cut off or changed.`, { cause });
  }
  return configError(
    private_key_passphrase
      ? `${place} could not be decrypted: private_key_passphrase is wrong, or the text of the key is cut off.`
      : `${place} is encrypted: give its private_key_passphrase.`,
    { cause },
  );
}

/** The key as the driver wants it: PKCS#8 without a passphrase. */
function plainKey(credentials: KeyPair): string {
  const key = withLineBreaks(credentials.private_key);
  const passphrase = credentials.private_key_passphrase;
  try {
    return createPrivateKey({ key, ...(passphrase ? { passphrase } : {}) })
      .export({ type: 'pkcs8', format: 'pem' })
      .toString();
  } catch (error) {
    throw keyError(key, credentials, error);
  }
}

/** @throws ConnectorError about a key that cannot be read; its message holds nothing of the key. */
export function driverCredentials(credentials: Credentials): ConnectionOptions {
  switch (credentials.auth_type) {
    case 'key_pair':
      return { authenticator: 'SNOWFLAKE_JWT', privateKey: plainKey(credentials) };
    case 'token':
      return { authenticator: 'PROGRAMMATIC_ACCESS_TOKEN', token: credentials.token.trim() };
    case 'oauth':
      return { authenticator: 'OAUTH', token: credentials.oauth_token.trim() };
    case 'password':
      return { password: credentials.password };
  }
}
