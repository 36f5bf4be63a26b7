import { openConnector, runVerb } from '../cli/command.ts';
import { type ConfigOptions, readCatalog, readState } from '../cli/files.ts';
import type { Mask } from '../cli/mask.ts';
import { loadSource } from '../cli/role.ts';
import type { SourceOutput } from '../protocol/connector.ts';
import { newsLog } from '../protocol/make-message.ts';

export interface ReadPaths extends ConfigOptions {
  readonly catalog: string;
  readonly state?: string;
}

async function* read(paths: ReadPaths, mask: Mask, signal: AbortSignal): AsyncGenerator<SourceOutput> {
  const { connector, config } = await openConnector(loadSource, paths, mask);
  const catalog = await readCatalog(paths.catalog);
  const state = await readState(paths.state);
  for await (const output of connector.read({ config, catalog, state, signal })) {
    yield output.type === 'CHANGES' || output.type === 'FINDING' ? newsLog(output) : output;
  }
}

export function runRead(paths: ReadPaths): Promise<number> {
  return runVerb((mask, signal) => read(paths, mask, signal));
}
