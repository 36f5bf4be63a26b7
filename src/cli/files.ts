import { configError } from '../errors/connector-error.ts';
import { readNamedFile } from '../files/named-file.ts';
import { isJsonObject } from '../json/json-object.ts';
import type { AirbyteStateMessage, ConfiguredAirbyteCatalog } from '../protocol/messages.ts';
import { parseConfigFile, parseConfiguredCatalog, parseStateFile } from '../protocol/parse-catalog.ts';

export async function readConfig(path: string): Promise<unknown> {
  return parseConfigFile(await readNamedFile('--config', path), path);
}

/** `config` is the path of a file. */
export interface ConfigOptions {
  readonly config: string;
  /** Of the source: the dbt project to use instead of the configured one. */
  readonly projectDir?: string;
}

export async function readConnectorConfig({ config, projectDir }: ConfigOptions): Promise<unknown> {
  return withProjectDir(await readConfig(config), projectDir);
}

export function withProjectDir<T>(config: T, projectDir: string | undefined): T {
  return projectDir === undefined || !isJsonObject(config) ? config : { ...config, project_dir: projectDir };
}

export async function readCatalog(path: string): Promise<ConfiguredAirbyteCatalog> {
  return parseConfiguredCatalog(await readNamedFile('--catalog', path), path);
}

export async function readState(path: string | undefined): Promise<AirbyteStateMessage[]> {
  if (path === undefined) return [];
  const text = await readNamedFile('--state', path);
  if (text.trim() === '') {
    throw configError(
      `--state: ${path} is empty, which is not a state: it may have been cut off. If there is no state yet, leave --state out, or give [].`,
    );
  }
  return parseStateFile(text, path);
}
