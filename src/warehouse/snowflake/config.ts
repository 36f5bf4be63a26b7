import { z } from 'zod';

const secret = (title: string, description: string) =>
  z.string().min(1).meta({ title, description, airbyte_secret: true });

const keyPair = z
  .looseObject({
    auth_type: z.literal('key_pair'),
    private_key: secret(
      'Private key',
      'The key in PEM form, from -----BEGIN to -----END; line breaks may be written as \\n.',
    ).meta({ multiline: true }),
    private_key_passphrase: z.string().optional().meta({
      title: 'Passphrase',
      description: 'What an encrypted key is encrypted with.',
      airbyte_secret: true,
    }),
  })
  .meta({ title: 'Key pair', description: "The public half is set as the user's RSA_PUBLIC_KEY." });

const accessToken = z
  .looseObject({
    auth_type: z.literal('token'),
    token: secret('Token', 'A programmatic access token of the user.'),
  })
  .meta({ title: 'Programmatic access token', description: 'Made in Snowsight or by ALTER USER.' });

const oauth = z
  .looseObject({
    auth_type: z.literal('oauth'),
    oauth_token: secret(
      'OAuth token',
      "An access token of the account's OAuth integration; it must outlive a login.",
    ),
  })
  .meta({ title: 'OAuth token', description: 'An access token that another program obtained.' });

const password = z
  .looseObject({
    auth_type: z.literal('password'),
    password: secret('Password', "The user's password; Snowflake takes it from few kinds of user today."),
  })
  .meta({ title: 'Password', description: 'For users that may still log in with a password alone.' });

export const snowflakeConfig = z
  .looseObject({
    type: z.literal('snowflake'),
    account: z
      .string()
      .min(1)
      .meta({
        title: 'Account',
        description: 'The account identifier: organisation and account name.',
        examples: ['myorg-myaccount'],
      }),
    host: z.string().optional().meta({
      title: 'Host',
      description: 'Only where it is not <account>.snowflakecomputing.com, as with private links.',
    }),
    access_url: z.string().refine(URL.canParse, 'is not a whole address').optional().meta({
      title: 'Access address',
      description: 'A whole address with scheme and port instead of the host, for a local server.',
    }),
    user: z
      .string()
      .min(1)
      .meta({ title: 'User', description: 'The user to log in as.', examples: ['NEXUS_READER'] }),
    role: z.string().min(1).optional().meta({
      title: 'Role',
      description: "The role that may read the schema; the user's default role unless told.",
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
      .meta({ title: 'Database', description: 'The database of the nexus tables.', examples: ['ANALYTICS'] }),
    schema: z
      .string()
      .min(1)
      .meta({ title: 'Schema', description: 'The schema of the nexus tables.', examples: ['NEXUS'] }),
    credentials: z
      .discriminatedUnion('auth_type', [keyPair, accessToken, oauth, password])
      .meta({ title: 'Credentials', description: 'How to log in.' }),
    statement_timeout_seconds: z
      .number()
      .int()
      .min(1)
      .max(604_800)
      .default(3600)
      .meta({ title: 'Statement timeout', description: 'Seconds after which Snowflake stops a query.' }),
  })
  .meta({ title: 'Snowflake', description: 'A schema of a Snowflake account.' });

export type SnowflakeConfig = z.infer<typeof snowflakeConfig>;
