import { z } from 'zod';
import { configError } from '../errors/connector-error.ts';
import { parseConfig } from '../errors/schema-issue.ts';
import type { FormGroup } from '../protocol/connection-form.ts';

/** A relationship that is removed comes back with its next row; a person's history does not. */
const removal = (what: string, fallback: 'ignore' | 'remove') =>
  z
    .enum(['ignore', 'remove'])
    .default(fallback)
    .meta({
      title: `Removed ${what}`,
      description: `What a removed row (_ab_cdc_deleted_at is set) does to ${what} in Customer.io.`,
    });

const column = (title: string, fallback: string) =>
  z
    .string()
    .optional()
    .meta({ title, description: `The column that is ${fallback}; ${fallback} unless told.` });

const mapping = z
  .looseObject({
    stream: z.string().meta({ title: 'Stream', description: 'The name of the stream in the catalog.' }),
    namespace: z.string().optional().meta({
      title: 'Namespace',
      description: 'Only the stream of this namespace, where the catalog has several of the name.',
    }),
    as: z.enum(['persons', 'events', 'objects', 'relationships']).meta({
      title: 'What it is',
      description: 'What its records are in Customer.io.',
    }),
    user_id: column('User id', 'userId'),
    anonymous_id: column('Anonymous id', 'anonymousId'),
    timestamp: column('Timestamp', 'timestamp'),
    event: column('Event name', 'event'),
    event_name: z.string().optional().meta({
      title: 'Fixed event name',
      description: 'The name of every event of the stream, where no column holds it.',
    }),
    message_id: column('Message id', 'messageId'),
    group_id: column('Object id', 'groupId'),
    object_type_id: column('Object type id', 'objectTypeId'),
    object_type: z
      .string()
      .regex(/^\d+$/, 'it must be the number of an object type')
      .optional()
      .meta({
        title: 'Fixed object type id',
        description: 'The object type of every record of the stream, where no column holds it.',
        pattern_descriptor: 'a whole number',
        examples: ['1'],
      }),
    relationship_attributes: column('Relationship attributes', 'relationshipAttributes'),
  })
  .meta({ title: 'Stream', description: 'How the columns of a stream of any source are read.' });

export const destinationGroups: readonly FormGroup[] = [
  { id: 'account', title: 'Customer.io account' },
  { id: 'mapping', title: 'What the records become' },
  { id: 'rejects', title: 'Records that cannot be delivered' },
  { id: 'delivery', title: 'Delivery' },
];

// Flat, and no oneOf by API: a config that names no API must stay as simple as it was.
export const destinationConfig = z.looseObject({
  api: z.enum(['track', 'pipelines']).default('track').meta({
    title: 'API',
    description:
      'track answers for each record and takes a Site ID and an API key; pipelines is what the reverse ETL of Customer.io itself calls and takes a write key.',
    group: 'account',
  }),
  site_id: z.string().min(1).optional().meta({
    title: 'Site ID',
    description:
      'For the Track API: the Site ID of a Track API key (Settings, Account settings, API credentials).',
    always_show: true,
    group: 'account',
  }),
  api_key: z.string().min(1).optional().meta({
    title: 'API key',
    description: 'For the Track API: the API key that belongs to the Site ID.',
    airbyte_secret: true,
    always_show: true,
    group: 'account',
  }),
  write_key: z.string().min(1).optional().meta({
    title: 'Write key',
    description:
      'For the Pipelines API: the API key of a Customer.io API integration (Data & Integrations, Integrations).',
    airbyte_secret: true,
    always_show: true,
    group: 'account',
  }),
  region: z.enum(['us', 'eu']).default('us').meta({
    title: 'Region',
    description: 'Where the workspace is. Data for an EU workspace must not go to the US host.',
    group: 'account',
  }),
  identifier: z.enum(['auto', 'id', 'email', 'cio_id']).default('auto').meta({
    title: 'Identifier',
    description:
      'What userId is in Customer.io. auto: an e-mail address where it holds an @, else an id. The Pipelines API knows auto only.',
    group: 'mapping',
  }),
  streams: z.array(mapping).default([]).meta({
    title: 'Streams of other sources',
    description: 'A stream that is not named persons, events, objects or relationships is mapped here.',
    group: 'mapping',
  }),
  trim_identifiers: z.boolean().default(true).meta({
    title: 'Trim identifiers',
    description:
      'White space around a userId, anonymousId, groupId, objectTypeId or messageId, and around the email and id of persons, is left out and counted. Off: such values are sent as they are.',
    group: 'mapping',
  }),
  removals: z
    .looseObject({
      persons: removal('persons', 'ignore'),
      objects: removal('objects', 'ignore'),
      relationships: removal('relationships', 'remove'),
    })
    .prefault({})
    .meta({ title: 'Removals', description: 'What removed rows do.', group: 'mapping' }),
  null_attributes: z.enum(['omit', 'unset']).default('omit').meta({
    title: 'Null attributes',
    description: 'omit leaves what Customer.io holds; unset removes the attribute there.',
    group: 'mapping',
  }),
  too_long: z.enum(['reject', 'truncate']).default('reject').meta({
    title: 'Values that are too long',
    description: 'Customer.io takes 1,000 bytes a value: reject the record, or cut the value at a character.',
    group: 'mapping',
  }),
  relationship_timestamps: z.enum(['unix', 'text']).default('unix').meta({
    title: 'Timestamps of relationships',
    description:
      'Segments compare unix seconds; text leaves timestamps in relationshipAttributes as they are.',
    group: 'mapping',
  }),
  rejects: z.string().default('rejects').meta({
    title: 'Rejects folder',
    description: 'Where a run writes the records that could not be delivered, whole and with the reason.',
    group: 'rejects',
  }),
  max_rejects: z
    .string()
    .regex(/^\d+%?$/, 'it must be a number of records, such as 100, or a share, such as 5%')
    .default('10%')
    .meta({
      title: 'Most rejects',
      description:
        'A count of the run, or a share of each stream, beyond which a run stops and fails. A share counts from the 20th row of a stream on; a stream whose rows are all rejected fails in any case.',
      pattern_descriptor: '100 or 5%',
      examples: ['100', '5%'],
      group: 'rejects',
    }),
  requests_in_flight: z.int().min(1).max(100).default(10).meta({
    title: 'Requests in flight',
    description: 'How many requests are under way at once.',
    group: 'delivery',
  }),
  max_requests_per_second: z.int().min(1).max(1000).default(100).meta({
    title: 'Most requests a second',
    description:
      'A ceiling; the connector slows down by itself where Customer.io asks for it. Both APIs ask for at most 1,000.',
    group: 'delivery',
  }),
  retry_seconds: z.int().min(0).max(86_400).default(600).meta({
    title: 'Seconds of retrying',
    description: 'How long a request that fails for a passing reason is tried again before the run stops.',
    group: 'delivery',
  }),
  max_line_bytes: z.int().min(1_000).max(500_000_000).default(64_000_000).meta({
    title: 'Longest line',
    description:
      'In bytes. A longer line of the input is skipped without being held in memory, and its record is rejected.',
    group: 'delivery',
  }),
  endpoint: z
    .string()
    .regex(/^https?:\/\/[^\s/]+\/?$/, 'it must look like http://127.0.0.1:8040, with no path')
    .optional()
    .meta({
      title: 'Endpoint',
      description: 'A server to use instead of Customer.io: a local simulator, a proxy.',
      pattern_descriptor: 'http://127.0.0.1:8040',
      examples: ['http://127.0.0.1:8040'],
      group: 'delivery',
    }),
});

export type DestinationConfig = z.infer<typeof destinationConfig>;
export type StreamMapping = z.infer<typeof mapping>;

/** @throws ConnectorError that names the field and what is wrong with it, never a value. */
export function parseDestinationConfig(config: unknown): DestinationConfig {
  const parsed = parseConfig('Destination config', destinationConfig, config);
  refuseCredentials(parsed);
  if (parsed.api === 'pipelines') writeKey(parsed);
  else trackKey(parsed);
  return parsed;
}

/** An address is told in errors and logs: a password in it would be too. No request can be made of one either. */
function refuseCredentials({ endpoint }: DestinationConfig): void {
  if (endpoint?.includes('@') !== true) return;
  throw configError(
    'Destination config, endpoint: it must hold no user and password. The keys are settings of their own.',
  );
}

/** @throws ConnectorError where the Track API's credentials are not there. */
export function trackKey({ site_id, api_key, write_key }: DestinationConfig): {
  siteId: string;
  apiKey: string;
} {
  if (site_id !== undefined && api_key !== undefined) return { siteId: site_id, apiKey: api_key };
  const other =
    write_key === undefined ? '' : ' A write_key is for the Pipelines API: set "api" to "pipelines".';
  const name = site_id === undefined ? 'site_id' : 'api_key';
  throw configError(`Destination config, ${name}: it is missing.${other}`);
}

/** @throws ConnectorError where the Pipelines API's key is not there, or a choice that this API does not have. */
export function writeKey({ write_key, identifier }: DestinationConfig): string {
  if (write_key === undefined) {
    throw configError('Destination config, write_key: it is missing. The Pipelines API takes no other key.');
  }
  if (identifier !== 'auto') {
    throw configError(
      `Destination config, identifier: the Pipelines API itself tells e-mail addresses from ids. Take "auto", or the Track API for "${identifier}".`,
    );
  }
  return write_key;
}

const hosts = {
  /** https://docs.customer.io/api/track: one host a region. */
  track: { us: 'https://track.customer.io', eu: 'https://track-eu.customer.io' },
  /** https://docs.customer.io/integrations/api/cdp/: the same. */
  pipelines: { us: 'https://cdp.customer.io', eu: 'https://cdp-eu.customer.io' },
} as const;

/** Where requests go, without a path. */
export function hostOf({
  api,
  endpoint,
  region,
}: Pick<DestinationConfig, 'api' | 'endpoint' | 'region'>): string {
  return endpoint === undefined ? hosts[api][region] : endpoint.replace(/\/$/, '');
}
