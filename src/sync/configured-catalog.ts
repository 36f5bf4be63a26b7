import { ConnectorError, configError } from '../errors/connector-error.ts';
import { isJsonObject } from '../json/json-object.ts';
import type { SourceSession } from '../protocol/connector.ts';
import type {
  AirbyteCatalog,
  AirbyteMessage,
  AirbyteStateMessage,
  AirbyteStream,
  ConfiguredAirbyteCatalog,
  ConfiguredAirbyteStream,
} from '../protocol/messages.ts';
import { isStreamName, streamNames } from '../streams/contract.ts';

export interface CatalogRequest {
  readonly source: SourceSession;
  /** The source's, as the user gave it. */
  readonly config: unknown;
  /** Of the runs before. */
  readonly states: readonly AirbyteStateMessage[];
  readonly onMessage: (message: AirbyteMessage) => void;
}

/**
 * Every stream that the source has, in the order in which Customer.io needs them; and those that a run before has
 * read, since the source alone can say what has become of them.
 */
export async function configureCatalog(request: CatalogRequest): Promise<ConfiguredAirbyteCatalog> {
  const { streams } = await catalogOf(request);
  if (streams.length === 0) throw configError('The source has no stream to sync.');
  const all = [...streams, ...missedStreams(request, streams)];
  return { streams: all.toSorted(byDependency).map(configure) };
}

/** A stream with an empty list in the config is switched off, and not missed. */
function missedStreams({ config, states }: CatalogRequest, found: readonly AirbyteStream[]): AirbyteStream[] {
  const names = new Set(found.map(({ name }) => name));
  const isOff = (name: string): boolean => {
    const definitions = isJsonObject(config) ? config[name] : undefined;
    return Array.isArray(definitions) && definitions.length === 0;
  };
  return states.flatMap(({ stream }) => {
    const { name } = stream?.stream_descriptor ?? {};
    if (name === undefined || names.has(name) || !isStreamName(name) || isOff(name)) return [];
    names.add(name);
    return [missed(name)];
  });
}

const missed = (name: string): AirbyteStream => ({
  name,
  json_schema: {},
  supported_sync_modes: ['full_refresh', 'incremental'],
});

async function catalogOf({ source, onMessage }: CatalogRequest): Promise<AirbyteCatalog> {
  let found: AirbyteCatalog | undefined;
  for await (const message of source.catalog()) {
    if (message.type === 'CATALOG') found = message.catalog;
    else onMessage(message);
  }
  if (found !== undefined) return found;
  throw new ConnectorError('The source printed no catalog.', { failureType: 'system_error' });
}

/** Relationships need both of their ends; events need their persons. Streams of other names come last. */
function byDependency(a: AirbyteStream, b: AirbyteStream): number {
  return rank(a) - rank(b);
}

function rank(stream: AirbyteStream): number {
  return isStreamName(stream.name) ? streamNames.indexOf(stream.name) : streamNames.length;
}

function configure(stream: AirbyteStream): ConfiguredAirbyteStream {
  const incremental = stream.supported_sync_modes?.includes('incremental') ?? false;
  const key = stream.source_defined_primary_key;
  return {
    stream,
    sync_mode: incremental ? 'incremental' : 'full_refresh',
    destination_sync_mode: 'append_dedup',
    ...(stream.default_cursor_field === undefined ? {} : { cursor_field: stream.default_cursor_field }),
    ...(key === undefined ? {} : { primary_key: key }),
  };
}
