import { readFileSync } from 'node:fs';

type Environment = Readonly<Record<string, string | undefined>>;
type Fields = Readonly<Record<string, unknown>>;

/** The connection to a real account, from the environment; docs/snowflake.md describes the names. */
const required = {
  SNOWFLAKE_ACCOUNT: 'account',
  SNOWFLAKE_USER: 'user',
  SNOWFLAKE_WAREHOUSE: 'warehouse',
  SNOWFLAKE_DATABASE: 'database',
} as const;

const optional = {
  SNOWFLAKE_ROLE: 'role',
  SNOWFLAKE_HOST: 'host',
  SNOWFLAKE_ACCESS_URL: 'access_url',
} as const;

const secrets =
  'SNOWFLAKE_PRIVATE_KEY or SNOWFLAKE_PRIVATE_KEY_PATH (with SNOWFLAKE_PRIVATE_KEY_PASSPHRASE where it is encrypted), SNOWFLAKE_TOKEN, SNOWFLAKE_OAUTH_TOKEN or SNOWFLAKE_PASSWORD';

function fieldsOf(names: Readonly<Record<string, string>>, env: Environment): Fields {
  return Object.fromEntries(
    Object.entries(names).flatMap(([name, field]) => (env[name] ? [[field, env[name]]] : [])),
  );
}

function credentialsOf(env: Environment): Fields | undefined {
  const path = env.SNOWFLAKE_PRIVATE_KEY_PATH;
  const key = env.SNOWFLAKE_PRIVATE_KEY || (path ? readFileSync(path, 'utf8') : undefined);
  const passphrase = env.SNOWFLAKE_PRIVATE_KEY_PASSPHRASE;
  if (key) {
    const rest = passphrase ? { private_key_passphrase: passphrase } : {};
    return { auth_type: 'key_pair', private_key: key, ...rest };
  }
  if (env.SNOWFLAKE_TOKEN) return { auth_type: 'token', token: env.SNOWFLAKE_TOKEN };
  if (env.SNOWFLAKE_OAUTH_TOKEN) return { auth_type: 'oauth', oauth_token: env.SNOWFLAKE_OAUTH_TOKEN };
  if (env.SNOWFLAKE_PASSWORD) return { auth_type: 'password', password: env.SNOWFLAKE_PASSWORD };
  return undefined;
}

/** What the environment lacks, each as a text to show; empty where it has everything. */
export function missingIn(env: Environment): string[] {
  const names = Object.keys(required).filter((name) => !env[name]);
  return credentialsOf(env) === undefined ? [...names, secrets] : names;
}

/** The `warehouse` of a source config; its schema is only where the session starts. */
export function warehouseOf(env: Environment): Fields {
  return {
    type: 'snowflake',
    ...fieldsOf(required, env),
    ...fieldsOf(optional, env),
    schema: env.SNOWFLAKE_SCHEMA || 'PUBLIC',
    credentials: credentialsOf(env),
  };
}
