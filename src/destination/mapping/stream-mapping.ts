import { configError } from '../../errors/connector-error.ts';
import { didYouMean } from '../../errors/did-you-mean.ts';
import { isJsonObject } from '../../json/json-object.ts';
import type {
  ConfiguredAirbyteCatalog,
  ConfiguredAirbyteStream,
  DestinationSyncMode,
} from '../../protocol/messages.ts';
import { isStreamName, type StreamName, streamNames } from '../../streams/contract.ts';
import { type ColumnName, columnOfRole } from '../../streams/stream.ts';
import type { DestinationConfig, MappingSettings } from '../config.ts';

/** What a stream's records are in Customer.io, and the names of the columns that have a meaning. */
export interface StreamMapping {
  readonly stream: string;
  readonly namespace: string | undefined;
  /** The stream's name; with its namespace where two streams of the catalog have one name. */
  readonly key: string;
  readonly kind: StreamName;
  readonly mode: WriteMode;
  readonly columns: ContractColumns;
  readonly fixed: { readonly event?: string | undefined; readonly objectType?: string | undefined };
  /** The columns of the catalog's schema. */
  readonly properties: Readonly<Record<string, unknown>>;
  /** Columns that the catalog's schema knows to be timestamps. */
  readonly timestamps: ReadonlySet<string>;
  /** Attributes of relationships likewise, where the schema describes the column that holds them. */
  readonly relationTimestamps: ReadonlySet<string>;
}

/** What a stream's sync mode does: create or update, update only who exists, or remove. */
export type WriteMode = 'upsert' | 'update' | 'remove';

/** The mode that the protocol has for each. */
export const syncModeOf: Readonly<Record<WriteMode, DestinationSyncMode>> = {
  upsert: 'append',
  update: 'update',
  remove: 'soft_delete',
};

export const isWriteMode = (value: unknown): value is WriteMode =>
  typeof value === 'string' && Object.hasOwn(syncModeOf, value);

const writeModeOf = (mode: DestinationSyncMode): WriteMode =>
  (['update', 'remove'] as const).find((known) => syncModeOf[known] === mode) ?? 'upsert';

/** The stream's columns by the names that the contract has for them. */
export type ContractColumns = Readonly<Record<ColumnName, string>>;

/** The operations that `discover` offers, by the names of Customer.io's API. */
export const operationKinds: Readonly<Record<string, StreamName>> = {
  identify: 'persons',
  track: 'events',
  object: 'objects',
  relationship: 'relationships',
};

function kindOf(configured: ConfiguredAirbyteStream, mapping: MappingSettings | undefined): StreamName {
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

function isTimestamp(schema: unknown): boolean {
  if (!isJsonObject(schema)) return false;
  if (schema.format === 'date-time') return true;
  if (typeof schema.airbyte_type === 'string' && schema.airbyte_type.startsWith('timestamp_')) return true;
  // Airbyte's types of protocol 1: WellKnownTypes.json#/definitions/TimestampWithTimezone.
  if (typeof schema.$ref === 'string' && /\/Timestamp(?:With|Without)Timezone$/.test(schema.$ref))
    return true;
  const branches = [schema.oneOf, schema.anyOf, schema.allOf].flatMap((list) =>
    Array.isArray(list) ? list : [],
  );
  return branches.some(isTimestamp);
}

const propertiesOf = (schema: Record<string, unknown>): Record<string, unknown> =>
  isJsonObject(schema.properties) ? schema.properties : {};

function timestampsOf(properties: Readonly<Record<string, unknown>>): ReadonlySet<string> {
  return new Set(Object.keys(properties).filter((name) => isTimestamp(properties[name])));
}

const columnsOf = (mapping: MappingSettings | undefined): ContractColumns => ({
  userId: mapping?.user_id ?? columnOfRole.user,
  anonymousId: mapping?.anonymous_id ?? columnOfRole.anonymous,
  timestamp: mapping?.timestamp ?? columnOfRole.timestamp,
  event: mapping?.event ?? columnOfRole.eventName,
  messageId: mapping?.message_id ?? columnOfRole.messageId,
  groupId: mapping?.group_id ?? columnOfRole.object,
  objectTypeId: mapping?.object_type_id ?? columnOfRole.objectType,
  relationshipAttributes: mapping?.relationship_attributes ?? columnOfRole.relation,
  mergedInto: mapping?.merged_into ?? columnOfRole.merged,
  unsetAttributes: mapping?.unset_attributes ?? columnOfRole.unset,
});

/** No namespace, as Airbyte writes it: left out, null or empty. */
const namespaceOf = ({ namespace }: { readonly namespace?: string | undefined }): string | undefined =>
  namespace === '' ? undefined : namespace;

/** Streams are told apart by name and namespace: a warehouse may have a `users` in each of its schemas. */
function keysOf(streams: readonly ConfiguredAirbyteStream[]): string[] {
  const names = streams.map(({ stream }) => stream.name);
  return streams.map(({ stream }, index) => {
    const alone = names.indexOf(stream.name) === index && names.lastIndexOf(stream.name) === index;
    const namespace = namespaceOf(stream);
    return alone || namespace === undefined ? stream.name : `${namespace}.${stream.name}`;
  });
}

/** Finds a stream by the name and the namespace of a record or a state. */
export type FindStream<T> = (name: string, namespace: string | undefined) => T | undefined;

/**
 * By both. Where one name stands for one stream, a namespace that only one side gives is not missed: PyAirbyte
 * leaves it out.
 */
export function findStream<T extends { readonly plan: StreamMapping }>(streams: Iterable<T>): FindStream<T> {
  const byName = Map.groupBy(streams, ({ plan }) => plan.stream);
  return (name, given) => {
    const found = byName.get(name);
    if (found === undefined) return undefined;
    const namespace = given === '' ? undefined : given;
    const exact = found.find(({ plan }) => plan.namespace === namespace);
    if (exact !== undefined || found.length > 1) return exact;
    const [only] = found;
    return namespace === undefined || only?.plan.namespace === undefined ? only : undefined;
  };
}

/** One that names the namespace goes before one that does not. */
export function mappingOf(
  { stream }: ConfiguredAirbyteStream,
  config: DestinationConfig,
): MappingSettings | undefined {
  const mappings = config.streams.filter((mapping) => mapping.stream === stream.name);
  const namespace = namespaceOf(stream);
  return (
    mappings.find((mapping) => mapping.namespace !== undefined && mapping.namespace === namespace) ??
    mappings.find((mapping) => mapping.namespace === undefined)
  );
}

/**
 * The streams of a catalog by their keys.
 *
 * @throws ConnectorError for a stream of which nothing says what it is.
 */
export function mapStreams(
  catalog: ConfiguredAirbyteCatalog,
  config: DestinationConfig,
): ReadonlyMap<string, StreamMapping> {
  const keys = keysOf(catalog.streams);
  const plans = catalog.streams.map((configured, index): [string, StreamMapping] => {
    const key = keys[index] ?? configured.stream.name;
    const stream = configured.stream.name;
    const mapping = mappingOf(configured, config);
    const properties = propertiesOf(configured.stream.json_schema);
    const columns = columnsOf(mapping);
    const relation = properties[columns.relationshipAttributes];
    return [
      key,
      {
        stream,
        namespace: namespaceOf(configured.stream),
        key,
        kind: kindOf(configured, mapping),
        mode: writeModeOf(configured.destination_sync_mode),
        columns,
        fixed: { event: mapping?.event_name, objectType: mapping?.object_type },
        properties,
        timestamps: timestampsOf(properties),
        relationTimestamps: timestampsOf(isJsonObject(relation) ? propertiesOf(relation) : {}),
      },
    ];
  });
  return new Map(plans);
}
