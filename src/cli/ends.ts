import { readNamedFile } from '../files/named-file.ts';
import { parseSyncFile, type SyncFile } from '../sync/sync-file.ts';
import { type ConfigOptions, readConfig, withProjectDir } from './files.ts';

/** The configurations of both ends, or of the source alone. */
export interface Ends {
  readonly source: unknown;
  readonly destination?: unknown;
}

export const isYaml = (path: string): boolean => /\.ya?ml$/i.test(path);

export async function readSyncFile({ config: path, projectDir }: ConfigOptions): Promise<SyncFile> {
  const file = parseSyncFile(await readNamedFile('--config', path), path, process.env);
  return { ...file, source: withProjectDir(file.source, projectDir) };
}

/** Of a sync file (YAML), or of a source configuration (JSON). */
export async function readEnds(options: ConfigOptions): Promise<Ends> {
  if (isYaml(options.config)) return readSyncFile(options);
  return { source: withProjectDir(await readConfig(options.config), options.projectDir) };
}

export async function readSourceConfig(options: ConfigOptions): Promise<unknown> {
  return (await readEnds(options)).source;
}
