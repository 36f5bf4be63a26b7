import { isJsonObject } from '../../json/json-object.ts';
import type { ConfiguredAirbyteStream } from '../../protocol/messages.ts';

/** The columns that a configured stream's schema has; undefined where it says nothing of columns, and all are meant. */
export function selectedColumns({
  stream,
}: Pick<ConfiguredAirbyteStream, 'stream'>): ReadonlySet<string> | undefined {
  const { properties } = stream.json_schema;
  if (!isJsonObject(properties)) return undefined;
  const names = Object.keys(properties);
  return names.length === 0 ? undefined : new Set(names);
}
