/**
 * Airbyte's protocol (package airbyte-protocol 0.18.0) as zod schemas, and the types inferred from them.
 * Unknown fields pass, since later versions add some; an explicit null means unset, since pydantic clients
 * write one for every field they leave out.
 */
import { z } from 'zod';
import { isJsonObject } from '../json/json-object.ts';

/** A field that may be missing or null; both read as undefined. */
export function unset<T extends z.ZodType>(schema: T) {
  return schema
    .nullish()
    .transform((value) => value ?? undefined)
    .optional();
}

/** Passed on as it is: z.record would copy it and lose a key named `__proto__`. */
const jsonObject = z.custom<Record<string, unknown>>(isJsonObject, 'expected an object');

const syncMode = z.enum(['full_refresh', 'incremental']);
const destinationSyncMode = z.enum(['append', 'overwrite', 'append_dedup', 'update', 'soft_delete']);

const streamDescriptor = z.looseObject({ name: z.string(), namespace: unset(z.string()) });

export const recordChange = z.looseObject({ field: z.string(), change: z.string(), reason: z.string() });

const recordMessage = z.looseObject({
  namespace: unset(z.string()),
  stream: z.string(),
  data: jsonObject,
  emitted_at: z.int(),
  meta: unset(z.looseObject({ changes: unset(z.array(recordChange)) })),
});

const stateStats = z.looseObject({
  recordCount: unset(z.number()),
  rejectedRecordCount: unset(z.number()),
});

const streamState = z.looseObject({
  stream_descriptor: streamDescriptor,
  stream_state: unset(jsonObject),
});

export const stateMessage = z.looseObject({
  type: unset(z.enum(['GLOBAL', 'STREAM', 'LEGACY'])),
  stream: unset(streamState),
  global: unset(z.looseObject({ shared_state: unset(jsonObject), stream_states: z.array(streamState) })),
  data: unset(jsonObject),
  sourceStats: unset(stateStats),
  destinationStats: unset(stateStats),
});

const logLevel = z.enum(['FATAL', 'ERROR', 'WARN', 'INFO', 'DEBUG', 'TRACE']);
const logMessage = z.looseObject({
  level: logLevel,
  message: z.string(),
  stack_trace: unset(z.string()),
});

const failureType = z.enum(['system_error', 'config_error', 'transient_error']);
const streamStatus = z.enum(['STARTED', 'RUNNING', 'COMPLETE', 'INCOMPLETE']);

const traceMessage = z.looseObject({
  type: z.enum(['ERROR', 'ESTIMATE', 'STREAM_STATUS', 'ANALYTICS']),
  emitted_at: z.number(),
  error: unset(
    z.looseObject({
      message: z.string(),
      internal_message: unset(z.string()),
      stack_trace: unset(z.string()),
      failure_type: unset(failureType),
      stream_descriptor: unset(streamDescriptor),
    }),
  ),
  estimate: unset(
    z.looseObject({
      name: z.string(),
      type: z.enum(['STREAM', 'SYNC']),
      namespace: unset(z.string()),
      row_estimate: unset(z.number()),
      byte_estimate: unset(z.number()),
    }),
  ),
  stream_status: unset(
    z.looseObject({
      stream_descriptor: streamDescriptor,
      status: streamStatus,
      reasons: unset(z.array(z.looseObject({ type: z.string() }))),
    }),
  ),
  analytics: unset(z.looseObject({ type: z.string(), value: unset(z.string()) })),
});

const controlMessage = z.looseObject({
  type: z.enum(['CONNECTOR_CONFIG']),
  emitted_at: z.number(),
  connectorConfig: unset(z.looseObject({ config: jsonObject })),
});

const connectionStatus = z.looseObject({
  status: z.enum(['SUCCEEDED', 'FAILED']),
  message: unset(z.string()),
});

const connectorSpecification = z.looseObject({
  documentationUrl: unset(z.string()),
  changelogUrl: unset(z.string()),
  connectionSpecification: jsonObject,
  supportsIncremental: unset(z.boolean()),
  supportsNormalization: unset(z.boolean()),
  supportsDBT: unset(z.boolean()),
  supported_destination_sync_modes: unset(z.array(destinationSyncMode)),
  protocol_version: unset(z.string()),
  advanced_auth: unset(jsonObject),
});

const airbyteStream = z.looseObject({
  name: z.string(),
  json_schema: jsonObject,
  supported_sync_modes: unset(z.array(syncMode)),
  source_defined_cursor: unset(z.boolean()),
  default_cursor_field: unset(z.array(z.string())),
  source_defined_primary_key: unset(z.array(z.array(z.string()))),
  namespace: unset(z.string()),
  is_resumable: unset(z.boolean()),
});

const airbyteCatalog = z.looseObject({ streams: z.array(airbyteStream) });

const configuredAirbyteStream = z.looseObject({
  stream: airbyteStream,
  sync_mode: syncMode,
  cursor_field: unset(z.array(z.string())),
  destination_sync_mode: destinationSyncMode,
  destination_object_name: unset(z.string()),
  primary_key: unset(z.array(z.array(z.string()))),
  generation_id: unset(z.number()),
  minimum_generation_id: unset(z.number()),
  sync_id: unset(z.number()),
});

export const configuredAirbyteCatalog = z.looseObject({ streams: z.array(configuredAirbyteStream) });

const destinationOperation = z.looseObject({
  object_name: z.string(),
  sync_mode: destinationSyncMode,
  json_schema: jsonObject,
  matching_keys: unset(z.array(z.array(z.string()))),
});

const destinationCatalog = z.looseObject({ operations: z.array(destinationOperation) });

const record = z.looseObject({ type: z.literal('RECORD'), record: recordMessage });
const state = z.looseObject({ type: z.literal('STATE'), state: stateMessage });
const log = z.looseObject({ type: z.literal('LOG'), log: logMessage });
const trace = z.looseObject({ type: z.literal('TRACE'), trace: traceMessage });
const spec = z.looseObject({ type: z.literal('SPEC'), spec: connectorSpecification });
const status = z.looseObject({ type: z.literal('CONNECTION_STATUS'), connectionStatus });
const catalog = z.looseObject({ type: z.literal('CATALOG'), catalog: airbyteCatalog });
const control = z.looseObject({ type: z.literal('CONTROL'), control: controlMessage });
const destination = z.looseObject({
  type: z.literal('DESTINATION_CATALOG'),
  destination_catalog: destinationCatalog,
});

export const airbyteMessage = z.discriminatedUnion('type', [
  record,
  state,
  log,
  trace,
  spec,
  status,
  catalog,
  control,
  destination,
]);

export type DestinationSyncMode = z.infer<typeof destinationSyncMode>;
export type AirbyteRecordMessage = z.infer<typeof recordMessage>;
export type AirbyteStateMessage = z.infer<typeof stateMessage>;
export type LogLevel = z.infer<typeof logLevel>;
export type StreamStatus = z.infer<typeof streamStatus>;
export type ConnectorSpecification = z.infer<typeof connectorSpecification>;
export type AirbyteStream = z.infer<typeof airbyteStream>;
export type AirbyteCatalog = z.infer<typeof airbyteCatalog>;
export type ConfiguredAirbyteStream = z.infer<typeof configuredAirbyteStream>;
export type ConfiguredAirbyteCatalog = z.infer<typeof configuredAirbyteCatalog>;
export type DestinationCatalog = z.infer<typeof destinationCatalog>;
export type AirbyteMessage = z.infer<typeof airbyteMessage>;
