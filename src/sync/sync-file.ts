import { dirname, resolve } from 'node:path';
import { configError } from '../errors/connector-error.ts';
import { didYouMean } from '../errors/did-you-mean.ts';
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

export function parseSyncFile(text: string, path: string, env: NodeJS.ProcessEnv): SyncFile {
  const root = substituteEnvironment(parseYamlFile(text, path, ['source', 'vars']), env);
  if (!isJsonObject(root)) throw configError(`${path} must hold source:, destination: and state:.`);
  refuseUnknownKeys(root, path);
  const folder = dirname(resolve(path));
  if (typeof root.state !== 'string' || root.state === '') {
    throw configError(`${path}: state: must be the path of the file that the sync keeps its place in.`);
  }
  return {
    source: section(root, 'source', path, folder),
    // Rejects lie beside the sync file, wherever cron happens to start the sync.
    destination: section(
      { ...root, destination: withRejects(root.destination) },
      'destination',
      path,
      folder,
    ),
    statePath: resolve(folder, root.state),
  };
}

function refuseUnknownKeys(root: Mapping, path: string): void {
  const unknown = Object.keys(root).find((key) => !topLevelKeys.includes(key));
  if (unknown === undefined) return;
  throw configError(
    `${path}: there is no setting ${shownKey(unknown, topLevelKeys)}; it takes ${topLevelKeys.join(', ')}.${didYouMean(unknown, topLevelKeys)}`,
  );
}

function section(root: Mapping, key: 'source' | 'destination', path: string, folder: string): Mapping {
  const value = root[key];
  if (!isJsonObject(value))
    throw configError(`${path}: ${key}: is missing; it holds the ${key}'s configuration.`);
  return pathKeys[key].reduce<Mapping>((config, keys) => resolvePath(config, keys, folder), value);
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
