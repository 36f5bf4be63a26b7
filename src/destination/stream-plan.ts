import { configError } from '../protocol/connector-error.ts';
import type { ConfiguredAirbyteCatalog, ConfiguredAirbyteStream } from '../protocol/messages.ts';
import { isStreamName, type StreamName, streamNames } from '../streams/contract.ts';
import { didYouMean } from '../streams/near-match.ts';
import type { DestinationConfig, StreamMapping } from './config.ts';

/** What a stream's records are in Customer.io, and the names of the columns that have a meaning. */
export interface StreamPlan {
  readonly stream: string;
  readonly kind: StreamName;
  readonly columns: ContractColumns;
  readonly fixed: { readonly event?: string | undefined; readonly objectType?: string | undefined };
  /** The columns of the catalog's schema. */
  readonly properties: Readonly<Record<string, unknown>>;
  /** Columns that the catalog's schema knows to be timestamps. */
  readonly timestamps: ReadonlySet<string>;
}

export interface ContractColumns {
  readonly userId: string;
  readonly anonymousId: string;
  readonly timestamp: string;
  readonly event: string;
  readonly messageId: string;
  readonly groupId: string;
  readonly objectTypeId: string;
  readonly relationshipAttributes: string;
}

/** The operations that `discover` offers, by the names of Customer.io's API. */
export const operationKinds: Readonly<Record<string, StreamName>> = {
  identify: 'persons',
  track: 'events',
  object: 'objects',
  relationship: 'relationships',
};

function kindOf(configured: ConfiguredAirbyteStream, mapping: StreamMapping | undefined): StreamName {
  if (mapping !== undefined) return mapping.as;
  const object = configured.destination_object_name;
  for (const name of object === undefined ? [configured.stream.name] : [object]) {
    const kind = operationKinds[name] ?? (isStreamName(name) ? name : undefined);
    if (kind !== undefined) return kind;
  }
  throw unknownStream(configured);
}

function unknownStream({ stream, destination_object_name: object }: ConfiguredAirbyteStream) {
  const known = [...Object.keys(operationKinds), ...streamNames];
  if (object !== undefined) {
    return configError(
      `The stream "${stream.name}" is to become "${object}", which this destination does not have.${didYouMean(object, known)} It has ${Object.keys(operationKinds).join(', ')}.`,
      { stream: stream.name },
    );
  }
  return configError(
    `The catalog has a stream "${stream.name}", and nothing says what its records are in Customer.io.${didYouMean(stream.name, streamNames)} Map it in the config: streams: [{"stream": "${stream.name}", "as": "persons", "user_id": …}].`,
    { stream: stream.name },
  );
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function isTimestamp(schema: unknown): boolean {
  if (!isObject(schema)) return false;
  if (schema.format === 'date-time') return true;
  if (typeof schema.airbyte_type === 'string' && schema.airbyte_type.startsWith('timestamp_')) return true;
  const branches = [schema.oneOf, schema.anyOf].flatMap((list) => (Array.isArray(list) ? list : []));
  return branches.some(isTimestamp);
}

const propertiesOf = (schema: Record<string, unknown>): Record<string, unknown> =>
  isObject(schema.properties) ? schema.properties : {};

function timestampsOf(properties: Readonly<Record<string, unknown>>): ReadonlySet<string> {
  return new Set(Object.keys(properties).filter((name) => isTimestamp(properties[name])));
}

function columnsOf(mapping: StreamMapping | undefined): ContractColumns {
  return {
    userId: mapping?.user_id ?? 'userId',
    anonymousId: mapping?.anonymous_id ?? 'anonymousId',
    timestamp: mapping?.timestamp ?? 'timestamp',
    event: mapping?.event ?? 'event',
    messageId: mapping?.message_id ?? 'messageId',
    groupId: mapping?.group_id ?? 'groupId',
    objectTypeId: mapping?.object_type_id ?? 'objectTypeId',
    relationshipAttributes: mapping?.relationship_attributes ?? 'relationshipAttributes',
  };
}

/**
 * The streams of a catalog by name.
 *
 * @throws ConnectorError for a stream of which nothing says what it is.
 */
export function planStreams(
  catalog: ConfiguredAirbyteCatalog,
  config: DestinationConfig,
): ReadonlyMap<string, StreamPlan> {
  const plans = catalog.streams.map((configured): [string, StreamPlan] => {
    const stream = configured.stream.name;
    const mapping = config.streams.find((candidate) => candidate.stream === stream);
    const properties = propertiesOf(configured.stream.json_schema);
    return [
      stream,
      {
        stream,
        kind: kindOf(configured, mapping),
        columns: columnsOf(mapping),
        fixed: { event: mapping?.event_name, objectType: mapping?.object_type },
        properties,
        timestamps: timestampsOf(properties),
      },
    ];
  });
  return new Map(plans);
}
