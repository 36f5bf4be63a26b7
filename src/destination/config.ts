import { z } from 'zod';
import { configError } from '../errors/connector-error.ts';
import { parseConfig } from '../errors/schema-issue.ts';
import { isJsonObject } from '../json/json-object.ts';
import type { FormGroup } from '../protocol/connection-form.ts';
import { removals } from './mapping/gone/removals-config.ts';
import { checkObjectStorage, objectStorageConfig } from './settlement/rejects/object-storage-config.ts';

const column = (title: string, fallback: string) =>
  z
    .string()
    .optional()
    .meta({
      title,
      description: `The column to use as ${fallback}. By default, the column named ${fallback}.`,
    });

const mapping = z
  .looseObject({
    stream: z.string().meta({ title: 'Stream', description: 'The name of the stream, as in the catalog.' }),
    namespace: z.string().optional().meta({
      title: 'Namespace',
      description:
        'The namespace of the stream. Needed only if several streams in the catalog have this name.',
    }),
    as: z.enum(['persons', 'events', 'objects', 'relationships']).meta({
      title: 'What it is',
      description: 'What the records of the stream become in Customer.io.',
    }),
    user_id: column('User id', 'userId'),
    anonymous_id: column('Anonymous id', 'anonymousId'),
    timestamp: column('Timestamp', 'timestamp'),
    event: column('Event name', 'event'),
    event_name: z.string().optional().meta({
      title: 'Fixed event name',
      description: 'The event name of every record of the stream. Use it if no column contains the name.',
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
        description: 'The object type of every record of the stream. Use it if no column contains the type.',
        pattern_descriptor: 'a whole number',
        examples: ['1'],
      }),
    relationship_attributes: column('Relationship attributes', 'relationshipAttributes'),
    merged_into: column('Merged into', 'mergedInto'),
    unset_attributes: column('Unset attributes', 'unsetAttributes'),
  })
  .meta({ title: 'Stream', description: 'What a stream is and which of its columns are used.' });

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
      'track reports the result of each record and needs a site ID and an API key. pipelines is the API that Customer.io uses for its own reverse ETL and needs a write key.',
    group: 'account',
  }),
  site_id: z.string().min(1).optional().meta({
    title: 'Site ID',
    description:
      'For the Track API: the site ID of a Track API key (Settings, Account Settings, API Credentials).',
    always_show: true,
    group: 'account',
  }),
  api_key: z.string().min(1).optional().meta({
    title: 'API key',
    description: 'For the Track API: the API key that belongs to the site ID.',
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
    description: 'The region of the workspace. Data for an EU workspace must not be sent to the US.',
    group: 'account',
  }),
  identifier: z.enum(['auto', 'id', 'email', 'cio_id']).default('auto').meta({
    title: 'Identifier',
    description:
      'Which identifier of a person userId is in Customer.io. auto: an email address if it contains an @, otherwise an id. The Pipelines API supports only auto.',
    group: 'mapping',
  }),
  streams: z.array(mapping).default([]).meta({
    title: 'Streams of other sources',
    description: 'Maps the streams that are not named persons, events, objects or relationships.',
    group: 'mapping',
  }),
  trim_identifiers: z.boolean().default(true).meta({
    title: 'Trim identifiers',
    description:
      'Remove white space around userId, anonymousId, groupId, objectTypeId and messageId, and around the email and id of persons, and count the values that had some. If this is off, such values are sent as they are.',
    group: 'mapping',
  }),
  removals,
  null_attributes: z.enum(['omit', 'unset']).default('omit').meta({
    title: 'Null attributes',
    description:
      'What to do with attributes that are null: omit keeps the value that Customer.io has, unset removes the attribute.',
    group: 'mapping',
  }),
  too_long: z.enum(['reject', 'truncate']).default('reject').meta({
    title: 'Values that are too long',
    description:
      'What to do with values over the limit of Customer.io (1,000 bytes): reject the record, or truncate the value at the end of a character.',
    group: 'mapping',
  }),
  relationship_timestamps: z.enum(['unix', 'text']).default('unix').meta({
    title: 'Timestamps of relationships',
    description:
      'How timestamps in relationshipAttributes are sent: as unix seconds, which segments can compare, or as text, unchanged.',
    group: 'mapping',
  }),
  rejects: z
    .string()
    .min(1)
    .optional()
    .meta({
      title: 'Rejects',
      description:
        'Where records that could not be delivered go, complete and each with the reason: a folder, or log for one log line each. By default, the folder rejects, and in the image log. Log lines contain personal data. Not used if object storage is set up.',
      examples: ['/mnt/rejects', 'log'],
      group: 'rejects',
    }),
  rejects_keep: z
    .string()
    .regex(/^[1-9]\d{0,3}d$/, 'it must be a number of days, such as 30d')
    .optional()
    .meta({
      title: 'How long rejects are kept',
      description:
        'The age at which a run removes files of rejects from their folder, replayed ones among them: 30d. By default they are kept.',
      pattern: '^[1-9]\\d{0,3}d$',
      pattern_descriptor: '30d',
      examples: ['30d'],
      group: 'rejects',
    }),
  object_storage_config: objectStorageConfig.optional().meta({
    title: 'Object storage for rejects',
    description: 'A bucket for records that could not be delivered, in files of JSON lines.',
    group: 'rejects',
  }),
  max_rejects: z
    .string()
    .regex(/^\d+%?$/, 'it must be a number of records, such as 100, or a share, such as 5%')
    .default('10%')
    .meta({
      title: 'Maximum rejects',
      description:
        'How many rejected records a run may have (100), or what share of each stream (5%), before it stops and fails. A share applies from the 20th row of a stream. A stream whose rows are all rejected fails in any case.',
      pattern_descriptor: '100 or 5%',
      examples: ['100', '5%'],
      group: 'rejects',
    }),
  requests_in_flight: z.int().min(1).max(100).default(10).meta({
    title: 'Requests in flight',
    description: 'How many requests may be in flight at the same time.',
    group: 'delivery',
  }),
  max_requests_per_second: z.int().min(1).max(1000).default(100).meta({
    title: 'Maximum requests per second',
    description:
      'An upper limit. The connector slows down when Customer.io asks it to. Both APIs allow at most 1,000.',
    group: 'delivery',
  }),
  retry_seconds: z.int().min(0).max(86_400).default(600).meta({
    title: 'Retry time',
    description:
      'How many seconds to retry a request that fails for a temporary reason before the run stops.',
    group: 'delivery',
  }),
  max_line_bytes: z.int().min(1_000).max(500_000_000).default(64_000_000).meta({
    title: 'Longest line',
    description:
      'The maximum length of an input line in bytes. A longer line is skipped without being held in memory, and its record is rejected.',
    group: 'delivery',
  }),
  endpoint: z
    .string()
    .regex(/^https?:\/\/[^\s/]+\/?$/, 'it must look like http://127.0.0.1:8040, with no path')
    .optional()
    .meta({
      title: 'Endpoint',
      description: 'A server to use instead of Customer.io, such as the local simulator.',
      pattern_descriptor: 'http://127.0.0.1:8040',
      examples: ['http://127.0.0.1:8040'],
      group: 'delivery',
    }),
});

export type DestinationConfig = z.infer<typeof destinationConfig>;
export type MappingSettings = z.infer<typeof mapping>;

/** @throws ConnectorError that names the field and what is wrong with it, never a value. */
export function parseDestinationConfig(config: unknown): DestinationConfig {
  const parsed = parseConfig(
    'Destination config',
    destinationConfig,
    isJsonObject(config) ? asMeant(config) : config,
  );
  refuseCredentials(parsed);
  checkObjectStorage(parsed.object_storage_config);
  if (parsed.api === 'pipelines') writeKey(parsed);
  else trackKey(parsed);
  return parsed;
}

/** Keys have no white space, but secret stores put a line end behind them; a number of rejects may be a number. */
function asMeant(config: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const keys = ['site_id', 'api_key', 'write_key'] as const;
  const trimmed = keys.flatMap((key) => {
    const value = config[key];
    return typeof value === 'string' ? [[key, value.trim()] as const] : [];
  });
  const { max_rejects: most } = config;
  const rejects = Number.isSafeInteger(most) ? [['max_rejects', String(most)] as const] : [];
  return { ...config, ...Object.fromEntries([...trimmed, ...rejects]) };
}

/** An address is told in errors and logs: a password in it would be too. No request can be made of one either. */
function refuseCredentials({ endpoint }: DestinationConfig): void {
  if (endpoint?.includes('@') !== true) return;
  throw configError(
    'Destination config, endpoint: it must not contain a user name and password. The keys have their own settings.',
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
    throw configError(
      'Destination config, write_key: it is missing. The Pipelines API accepts no other key.',
    );
  }
  if (identifier !== 'auto') {
    throw configError(
      `Destination config, identifier: the Pipelines API itself distinguishes email addresses from ids. Use "auto", or the Track API for "${identifier}".`,
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
