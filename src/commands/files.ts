import { readFile } from 'node:fs/promises';
import { configError, messageOf } from '../protocol/connector-error.ts';
import { isJsonObject } from '../protocol/json-object.ts';
import type { AirbyteStateMessage, ConfiguredAirbyteCatalog } from '../protocol/messages.ts';
import { parseConfigFile, parseConfiguredCatalog, parseStateFile } from '../protocol/parse-catalog.ts';

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder, not a file',
  ENOTDIR: 'a part of its path is not a folder',
  EACCES: 'this user may not read it',
};

/** The text of a file that the user named by an option. */
export async function readNamedFile(option: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    const reason = reasons[code] ?? messageOf(error);
    throw configError(`${option}: cannot read ${path}: ${reason}.`, { cause: error });
  }
}

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
  return path === undefined ? [] : parseStateFile(await readNamedFile('--state', path), path);
}
