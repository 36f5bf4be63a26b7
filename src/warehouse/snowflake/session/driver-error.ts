import { ConnectorError, configError, messageOf } from '../../../errors/connector-error.ts';
import { errorMarker } from '../json-field.ts';
import type { proxyOf } from './proxy.ts';

/** What the driver puts on its errors: Snowflake's own code, or one of the driver's for the network. */
function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}

/** The system's own codes too, EAI_AGAIN among them; Node's begin with ERR_ and are mostly none of the network's. */
const networkCodes = /^(40100[1-9]|4020\d\d|4120\d\d|(?!ERR_)E[A-Z_]+|CERT_.*|.*SELF_SIGNED.*)$/;

export const isNetworkError = (error: unknown): boolean => networkCodes.test(codeOf(error));

/** The HTTP status behind a driver's network error, where there was an answer at all. */
function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('response' in error)) return undefined;
  const { response } = error;
  if (typeof response !== 'object' || response === null || !('statusCode' in response)) return undefined;
  return Number(response.statusCode);
}

const oneLine = (text: string): string => text.replace(/\s*\n\s*/g, ' ').trim();

function mendOf(code: string): string {
  switch (code) {
    case '002003':
    case '002043':
      return ' Is the name right, and does the role have USAGE on the database and schema and SELECT on the table?';
    case '003001':
      return ' The role lacks a privilege: docs/snowflake.md has the grants.';
    case '000630':
    case '000604':
      return ' The query was stopped: raise warehouse.statement_timeout_seconds, or use a larger Snowflake warehouse.';
    case '100144':
      return ' A key of type BINARY holds bytes that are not text: convert it in the model, such as HEX_ENCODE(…).';
    case '000606':
      return ' Set warehouse.warehouse to a Snowflake warehouse that the role may use.';
    default:
      return '';
  }
}

/** Our own text that a row raised (see json-field.ts), less what Snowflake says around it. */
function markedText(text: string): string | undefined {
  const start = text.indexOf(errorMarker);
  if (start < 0) return undefined;
  return text
    .slice(start + errorMarker.length)
    .replace(/' is not recognized\s*$/, '')
    .split('\n')[0];
}

/** Any error of a statement, worded for a person. */
export function statementError(error: unknown): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const text = messageOf(error);
  const marked = markedText(text);
  if (marked !== undefined) return configError(marked);
  if (isNetworkError(error)) {
    return new ConnectorError(
      'The connection to Snowflake was lost and did not come back. Run it again: it continues from the last state.',
      { failureType: 'transient_error', internal: oneLine(text), cause: error },
    );
  }
  const code = codeOf(error);
  if (code === '') {
    // An error of the driver itself, such as the one after chunk addresses that ran out (docs/snowflake.md).
    return new ConnectorError(
      `The Snowflake driver gave up: ${oneLine(text)}. Run it again: it continues from the last state.`,
      {
        failureType: 'transient_error',
        cause: error,
      },
    );
  }
  return configError(`Snowflake: ${oneLine(text)}${mendOf(code)}`, {
    internal: `Snowflake error ${code}`,
    cause: error,
  });
}

export async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw statementError(error);
  }
}

const refusals: Readonly<Record<string, string>> = {
  '390100': 'the user name or the password is wrong (warehouse.user, warehouse.credentials)',
  '390144':
    "the key does not belong to the user. Give Snowflake its public half: ALTER USER … SET RSA_PUBLIC_KEY = '…' (warehouse.user, warehouse.credentials.private_key)",
  '390303': 'the OAuth token is not valid (warehouse.credentials.oauth_token)',
  '390318': 'the OAuth token has expired: get a new one (warehouse.credentials.oauth_token)',
  '390189': 'the role does not exist, or the user may not use it: GRANT ROLE … TO USER … (warehouse.role)',
  '390422': "this machine's address is not among those that the account's network policy allows",
  '394400':
    'the programmatic access token is not valid, has expired, or the user has no network policy (warehouse.credentials.token)',
};

/**
 * Why the name of the host could not be looked up. ENOTFOUND alone says that there is none; all others, such as
 * EAI_AGAIN, say that no DNS server answered, which passes.
 */
export function lookupError(
  error: unknown,
  hostname: string,
  place: 'account' | 'host' | 'access_url' = 'account',
): ConnectorError {
  const options = { internal: messageOf(error), cause: error };
  const code = codeOf(error);
  if (code === 'ENOTFOUND') {
    return configError(
      `Reaching Snowflake failed: there is no host ${hostname}. Check warehouse.${place}${place === 'account' ? ': it is <organisation>-<account>, as in the address of Snowsight' : ''}.`,
      options,
    );
  }
  return new ConnectorError(
    `Reaching Snowflake failed: the address of ${hostname} could not be looked up${code === '' ? '' : ` (${code})`}. Check this machine's network and DNS, and run it again.`,
    { ...options, failureType: 'transient_error' },
  );
}

interface Login {
  readonly host: string;
  readonly user: string;
  /** What the way to the host leads through, if anything. */
  readonly proxy?: ReturnType<typeof proxyOf>;
}

/** The driver's codes of certificates whose state it could not learn. */
const isUncheckedCertificate = (error: unknown): boolean => /^4120\d\d$/.test(codeOf(error));

function unreached(error: unknown, host: string, proxy: Login['proxy']): string {
  if (isUncheckedCertificate(error)) {
    return `whether the certificate of ${host} has been revoked could not be checked (OCSP). Let this machine reach ocsp.snowflakecomputing.com and the certificate authority's responder on port 80.`;
  }
  const status = statusOf(error);
  const answer = `does not answer${status === undefined ? '' : ` as it should (HTTP ${status})`}`;
  if (proxy !== undefined) {
    return `${host} ${answer} through the proxy ${proxy.proxy}. Check that the proxy runs and lets this machine through (${proxy.variable}); a host that needs none belongs in NO_PROXY.`;
  }
  return `${host} ${answer}. Check warehouse.account and warehouse.host, and that this machine may connect to it on port 443.`;
}

/** An error while logging in: names the step and the mend. */
export function loginError(error: unknown, { host, user, proxy }: Login): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const options = { internal: oneLine(messageOf(error)), cause: error };
  const status = statusOf(error);
  if (status === 403 || status === 404) {
    return configError(
      `Reaching Snowflake failed: ${host} knows no such account (HTTP ${status}). Check warehouse.account: it is <organisation>-<account>, as in the address of Snowsight.`,
      options,
    );
  }
  if (isNetworkError(error)) {
    return new ConnectorError(`Reaching Snowflake failed: ${unreached(error, host, proxy)}`, {
      ...options,
      failureType: 'transient_error',
    });
  }
  const reason = refusals[codeOf(error)] ?? oneLine(messageOf(error));
  return configError(`Logging in to Snowflake as ${user} failed: ${reason}.`, options);
}
