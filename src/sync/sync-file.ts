import { dirname, resolve } from 'node:path';
import { configError } from '../errors/connector-error.ts';
import { didYouMean, nearMatches } from '../errors/did-you-mean.ts';
import { shownKey } from '../errors/unknown-keys.ts';
import { parseYamlFile } from '../files/yaml-file.ts';
import { isJsonObject } from '../json/json-object.ts';
import { substituteEnvironment } from './environment.ts';

/** What a sync file says: the two connectors' own configurations, and where the state lives. */
export interface SyncFile {
  readonly source: Readonly<Record<string, unknown>>;
  readonly destination: Readonly<Record<string, unknown>>;
  readonly statePath: string;
  /** The state may be another destination's or warehouse's: it becomes this sync's. */
  readonly acceptState?: boolean;
  /** Streams whose state is passed over: all their rows are sent again. */
  readonly resend?: readonly string[];
}

type Mapping = Record<string, unknown>;

/** The settings of a sync file and what each means, for the reference in docs/. */
export const syncFileSettings = {
  source: 'The configuration of the source.',
  destination: 'The configuration of the destination.',
  state: 'The path of the state file. A state belongs to one source and one destination.',
} as const;

const topLevelKeys = Object.keys(syncFileSettings);

/** Values that are paths, which a person writes as seen from the sync file. */
const pathKeys = {
  source: [['warehouse', 'path'], ['models'], ['project_dir'], ['changes', 'file']],
  destination: [['rejects']],
} as const;

/** What a setting that is a path may be instead. */
const noPath: Readonly<Record<string, string>> = {
  // DuckDB's name for no file.
  path: ':memory:',
  rejects: 'log',
};

/** @throws ConnectorError that tells everything that is wrong with the file itself. */
export function parseSyncFile(text: string, path: string, env: NodeJS.ProcessEnv): SyncFile {
  const written = parseYamlFile(text, path, ['source', 'vars']);
  refuseOther(written, path);
  const root = substituteEnvironment(written, env);
  if (!isJsonObject(root)) throw configError(`${path} ${itHolds}`);
  const problems = [...unknownSettings(root, path), ...missingSettings(root, path)];
  if (problems.length > 0) throw configError(problems.join('\n'));
  const folder = dirname(resolve(path));
  return {
    source: section(root, 'source', folder),
    // Rejects lie beside the sync file, wherever cron happens to start the sync.
    destination: section({ ...root, destination: withRejects(root.destination) }, 'destination', folder),
    statePath: resolve(folder, String(root.state)),
  };
}

const itHolds = 'must hold source:, destination: and state:.';

/** A file that is no sync file at all: nothing, a list, or a configuration for Airbyte. */
function refuseOther(written: unknown, path: string): void {
  if (written === null || written === undefined) throw configError(`${path} is empty: it ${itHolds}`);
  if (!isJsonObject(written)) throw configError(`${path} ${itHolds}`);
  if (topLevelKeys.some((key) => Object.hasOwn(written, key))) return;
  const end =
    'warehouse' in written
      ? 'source'
      : ['api_key', 'write_key', 'site_id'].some((key) => key in written)
        ? 'destination'
        : undefined;
  if (end === undefined) return;
  throw configError(
    `${path} is the configuration of the ${end} alone, for Airbyte, not a sync file. Write it under ${end}: in a file that also has the other end and state:.`,
  );
}

function unknownSettings(root: Mapping, path: string): string[] {
  return Object.keys(root)
    .filter((key) => !topLevelKeys.includes(key))
    .map(
      (key) =>
        `${path}: there is no setting ${shownKey(key, topLevelKeys)}; it takes ${topLevelKeys.join(', ')}.${didYouMean(key, topLevelKeys)}`,
    );
}

function missingSettings(root: Mapping, path: string): string[] {
  const meant = Object.keys(root).flatMap((key) => nearMatches(key, topLevelKeys));
  return topLevelKeys.flatMap((key) => {
    if (meant.includes(key) && root[key] === undefined) return [];
    if (key === 'state') {
      const isPath = typeof root.state === 'string' && root.state !== '';
      return isPath ? [] : [`${path}: state: must be the path of the file that records how far the sync is.`];
    }
    if (isJsonObject(root[key])) return [];
    const what = root[key] === undefined ? 'is missing; it holds' : 'must hold';
    return [`${path}: ${key}: ${what} the ${key}'s configuration.`];
  });
}

function section(root: Mapping, key: 'source' | 'destination', folder: string): Mapping {
  const value = root[key];
  return pathKeys[key].reduce<Mapping>(
    (config, keys) => resolvePath(config, keys, folder),
    isJsonObject(value) ? value : {},
  );
}

function withRejects(destination: unknown): unknown {
  return isJsonObject(destination) ? { rejects: 'rejects', ...destination } : destination;
}

function resolvePath(config: Mapping, keys: readonly string[], folder: string): Mapping {
  const [key, ...rest] = keys;
  if (key === undefined) return config;
  const value = config[key];
  if (rest.length > 0)
    return isJsonObject(value) ? { ...config, [key]: resolvePath(value, rest, folder) } : config;
  if (typeof value !== 'string' || value === '' || noPath[key] === value) return config;
  return { ...config, [key]: resolve(folder, value) };
}
