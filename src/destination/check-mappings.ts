import { configError } from '../errors/connector-error.ts';
import { didYouMean } from '../errors/did-you-mean.ts';
import { isJsonObject } from '../json/json-object.ts';
import type { ConfiguredAirbyteCatalog, ConfiguredAirbyteStream } from '../protocol/messages.ts';
import { columnOfRole, columnRoles } from '../streams/stream.ts';
import type { DestinationConfig, MappingSettings } from './config.ts';
import { neededSettings, settingOfRole } from './mapping/column-settings.ts';
import { mappingOf } from './mapping/stream-mapping.ts';

/** The settings of a mapping that name a column, with the column that is taken where they are left out. */
const columnSettings: ReadonlyMap<keyof MappingSettings, string> = new Map(
  columnRoles.map((role) => [settingOfRole[role], columnOfRole[role]]),
);

/**
 * The columns of a stream; undefined where its schema names none, or says by a pattern that there are more: then no
 * name can be judged.
 */
function columnsOf({ stream }: ConfiguredAirbyteStream): readonly string[] | undefined {
  const { properties, patternProperties } = stream.json_schema;
  if (!isJsonObject(properties) || patternProperties !== undefined) return undefined;
  const names = Object.keys(properties);
  return names.length === 0 ? undefined : names;
}

function unknownColumns(mapping: MappingSettings, columns: readonly string[]): string[] {
  return Object.values(settingOfRole).flatMap((setting) => {
    const name = mapping[setting];
    if (name === undefined || columns.includes(name)) return [];
    return [
      `${setting}: the stream "${mapping.stream}" has no column "${name}".${didYouMean(name, columns)}`,
    ];
  });
}

/** Left out, a setting means the column of the contract: without that, every record would be rejected. */
function missingColumns(mapping: MappingSettings, columns: readonly string[]): string[] {
  const isGiven = (setting: keyof MappingSettings): boolean =>
    mapping[setting] !== undefined || columns.includes(columnSettings.get(setting) ?? '');
  return neededSettings(mapping.as)
    .filter((settings) => !settings.some(isGiven))
    .map(
      (settings) => `${settings.join(' or ')} is missing: the ${mapping.as} of "${mapping.stream}" need it.`,
    );
}

function problemsOf(configured: ConfiguredAirbyteStream, mapping: MappingSettings): string[] {
  const columns = columnsOf(configured);
  if (columns === undefined) return [];
  const problems = [...unknownColumns(mapping, columns), ...missingColumns(mapping, columns)];
  return problems.length === 0 ? [] : [...problems, `"${mapping.stream}" has ${listed(columns)}.`];
}

const listed = (names: readonly string[]): string =>
  names.length <= 30 ? names.join(', ') : `${names.slice(0, 30).join(', ')} and ${names.length - 30} more`;

/** A mapping whose stream is spelled wrong: a stream of nearly its name is there, and no mapping is meant for that. */
function misspelled(catalog: ConfiguredAirbyteCatalog, config: DestinationConfig): string[] {
  const names = catalog.streams.map(({ stream }) => stream.name);
  const free = names.filter((name) => !config.streams.some(({ stream }) => stream === name));
  return config.streams.flatMap(({ stream }) => {
    const near = names.includes(stream) ? '' : didYouMean(stream, free);
    return near === '' ? [] : [`the catalog has no stream "${stream}".${near} It has ${listed(names)}.`];
  });
}

/** A mapping for one namespace where the stream of that name is in others only. */
function misplaced(catalog: ConfiguredAirbyteCatalog, config: DestinationConfig): string[] {
  return config.streams.flatMap((mapping) => {
    const { stream: name, namespace } = mapping;
    const streams = catalog.streams.filter(({ stream }) => stream.name === name);
    const isUsed = streams.some((configured) => mappingOf(configured, config) === mapping);
    const isLeft = streams.some((configured) => mappingOf(configured, config) === undefined);
    if (namespace === undefined || isUsed || !isLeft) return [];
    const found = streams.map(({ stream }) => stream.namespace ?? 'none');
    return [
      `the stream "${name}" is not in the namespace "${namespace}".${didYouMean(namespace, found)} Its namespaces: ${listed(found)}.`,
    ];
  });
}

/**
 * Every name that `streams` takes, held against the catalog. A name that is not there would be a column that every
 * record lacks: events would be dated now, and start campaigns.
 *
 * @throws ConnectorError with all that is wrong, each with near names.
 */
export function checkMappings(catalog: ConfiguredAirbyteCatalog, config: DestinationConfig): void {
  const problems = [
    ...misspelled(catalog, config),
    ...misplaced(catalog, config),
    ...catalog.streams.flatMap((configured) => {
      const mapping = mappingOf(configured, config);
      return mapping === undefined ? [] : problemsOf(configured, mapping);
    }),
  ];
  if (problems.length > 0) throw configError(`Destination config, streams: ${problems.join(' ')}`);
}

/** Mappings that no stream of the catalog uses: a config may be shared by several connections. */
export function unusedMappings(catalog: ConfiguredAirbyteCatalog, config: DestinationConfig): string[] {
  const names = catalog.streams.map(({ stream }) => stream.name);
  return config.streams.flatMap(({ stream }) =>
    names.includes(stream)
      ? []
      : [
          `Destination config, streams: the mapping of "${stream}" is not used: the catalog has no such stream.`,
        ],
  );
}
