import type { SourceConnector } from '../protocol/connector.ts';
import { ConnectorError, configError } from '../protocol/connector-error.ts';
import type {
  AirbyteCatalog,
  AirbyteMessage,
  AirbyteStream,
  ConfiguredAirbyteCatalog,
  ConfiguredAirbyteStream,
} from '../protocol/messages.ts';
import { isStreamName, streamNames } from '../streams/contract.ts';

/** Every stream that the source has, in the order in which Customer.io needs them. */
export async function configureCatalog(
  source: SourceConnector,
  config: unknown,
  onMessage: (message: AirbyteMessage) => void,
): Promise<ConfiguredAirbyteCatalog> {
  const catalog = await discover(source, config, onMessage);
  if (catalog.streams.length === 0) throw configError('The source has no stream to sync.');
  return { streams: catalog.streams.toSorted(byDependency).map(configure) };
}

async function discover(
  source: SourceConnector,
  config: unknown,
  onMessage: (message: AirbyteMessage) => void,
): Promise<AirbyteCatalog> {
  let found: AirbyteCatalog | undefined;
  for await (const message of source.discover(config)) {
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
