import { z } from 'zod';

const secret = (title: string, description: string) =>
  z.string().min(1).meta({ title, description, airbyte_secret: true });

const keyPair = z
  .looseObject({
    auth_type: z.literal('key_pair'),
    private_key: secret(
      'Private key',
      'The private key in PEM format, from -----BEGIN to -----END. Line breaks can be written as \\n.',
    ).meta({ multiline: true }),
    private_key_passphrase: z.string().optional().meta({
      title: 'Passphrase',
      description: 'The passphrase of an encrypted private key.',
      airbyte_secret: true,
    }),
  })
  .meta({
    title: 'Key pair',
    description: "Log in with a key pair. The public key must be set as the user's RSA_PUBLIC_KEY.",
  });

const accessToken = z
  .looseObject({
    auth_type: z.literal('token'),
    token: secret('Token', 'A programmatic access token that belongs to the user.'),
  })
  .meta({
    title: 'Programmatic access token',
    description: 'Log in with a token created in Snowsight or with ALTER USER.',
  });

const oauth = z
  .looseObject({
    auth_type: z.literal('oauth'),
    oauth_token: secret(
      'OAuth token',
      "An access token of the account's OAuth integration. It must be valid until the login is done.",
    ),
  })
  .meta({ title: 'OAuth token', description: 'Log in with an access token that another program obtained.' });

const password = z
  .looseObject({
    auth_type: z.literal('password'),
    password: secret(
      'Password',
      "The user's password. Snowflake accepts a password alone for few kinds of users.",
    ),
  })
  .meta({ title: 'Password', description: 'For users who may still log in with only a password.' });

export const snowflakeConfig = z
  .looseObject({
    type: z.literal('snowflake'),
    account: z
      .string()
      .min(1)
      .meta({
        title: 'Account',
        description: 'The account identifier: organization name, hyphen, account name.',
        examples: ['myorg-myaccount'],
      }),
    host: z.string().optional().meta({
      title: 'Host',
      description: 'Needed only if the host is not <account>.snowflakecomputing.com, as with private links.',
    }),
    access_url: z.string().refine(URL.canParse, 'is not a complete address').optional().meta({
      title: 'Access address',
      description: 'A full URL with scheme and port, used instead of the host. For a local server.',
    }),
    user: z
      .string()
      .min(1)
      .meta({ title: 'User', description: 'The user to log in as.', examples: ['NEXUS_READER'] }),
    role: z.string().min(1).optional().meta({
      title: 'Role',
      description: "A role that can read the schema. By default, the user's default role.",
    }),
    warehouse: z
      .string()
      .min(1)
      .meta({
        title: 'Warehouse',
        description: 'The Snowflake warehouse that runs the queries.',
        examples: ['COMPUTE_WH'],
      }),
    database: z
      .string()
      .min(1)
      .meta({
        title: 'Database',
        description: 'The database that holds the nexus tables.',
        examples: ['ANALYTICS'],
      }),
    schema: z
      .string()
      .min(1)
      .meta({ title: 'Schema', description: 'The schema that holds the nexus tables.', examples: ['NEXUS'] }),
    credentials: z
      .discriminatedUnion('auth_type', [keyPair, accessToken, oauth, password])
      .meta({ title: 'Credentials', description: 'How to log in.' }),
    statement_timeout_seconds: z.number().int().min(1).max(604_800).default(3600).meta({
      title: 'Statement timeout',
      description: 'The number of seconds after which Snowflake cancels a query.',
    }),
  })
  .meta({ title: 'Snowflake', description: 'A schema in a Snowflake account.' });

export type SnowflakeConfig = z.infer<typeof snowflakeConfig>;
