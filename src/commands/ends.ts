import { parseSyncFile } from '../sync/sync-file.ts';
import { type ConfigOptions, readConfig, readNamedFile, withProjectDir } from './files.ts';

/** The configurations of both ends, or of the source alone. */
export interface Ends {
  readonly source: unknown;
  readonly destination?: unknown;
}

/** Of a sync file (YAML), or of a source configuration (JSON). */
export async function readEnds({ config: path, projectDir }: ConfigOptions): Promise<Ends> {
  if (!/\.ya?ml$/i.test(path)) return { source: withProjectDir(await readConfig(path), projectDir) };
  const file = parseSyncFile(await readNamedFile('--config', path), path, process.env);
  return { ...file, source: withProjectDir(file.source, projectDir) };
}

export async function readSourceConfig(options: ConfigOptions): Promise<unknown> {
  return (await readEnds(options)).source;
}
