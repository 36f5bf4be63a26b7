import { createPrivateKey } from 'node:crypto';
import type { ConnectionOptions } from 'snowflake-sdk';
import { type ConnectorError, configError } from '../../../errors/connector-error.ts';
import type { SnowflakeConfig } from '../config.ts';

type Credentials = SnowflakeConfig['credentials'];
type KeyPair = Extract<Credentials, { readonly auth_type: 'key_pair' }>;

const pemParts = /^(-----BEGIN [A-Z ]+-----)(.*?)(-----END [A-Z ]+-----)/s;

/**
 * Forms, environment variables and secret stores turn a key's line breaks into a backslash and an n, into blanks, or
 * into nothing: what stands between its marks is base64, which can be broken anew. Older keys have headers there.
 */
function withLineBreaks(text: string): string {
  const pem = text
    .trim()
    .replace(/^(["'])(.*)\1$/s, '$2')
    .replaceAll('\\r', '')
    .replaceAll('\\n', '\n')
    .trim();
  const [, begin, body = '', end] = pemParts.exec(pem) ?? [];
  if (begin === undefined || body.includes(':')) return `${pem}\n`;
  const lines = body.replaceAll(/\s+/g, '').match(/.{1,64}/g) ?? [];
  return `${[begin, ...lines, end].join('\n')}\n`;
}

/** A key is long and ends in its mark; a path is short and has none. */
const looksLikePath = (text: string): boolean =>
  text.length < 500 && /^(~|\.{0,2}[/\\]|[A-Za-z]:[/\\]|[\w.-]+\.(p8|pem|key|der|pub)$)/i.test(text.trim());

function keyError(pem: string, { private_key_passphrase }: KeyPair, cause: unknown): ConnectorError {
  const place = 'warehouse.credentials.private_key';
  if (looksLikePath(pem)) {
    return configError(
      `${place} is the path of a file: give the text of the key instead, from -----BEGIN to -----END. In sync.yaml it can come from the environment: private_key: \${SNOWFLAKE_PRIVATE_KEY}.`,
      { cause },
    );
  }
  if (/BEGIN (RSA )?PUBLIC KEY/.test(pem)) {
    return configError(`${place} is the public half of the key: give the private one.`, { cause });
  }
  if (!pem.includes('PRIVATE KEY')) {
    return configError(
      `${place} is not a private key in PEM form: it must begin with -----BEGIN PRIVATE KEY----- or -----BEGIN ENCRYPTED PRIVATE KEY-----.`,
      { cause },
    );
  }
  if (!pem.includes('ENCRYPTED')) {
    return configError(`${place} could not be read: the text seems to be cut off or changed.`, { cause });
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
