import type { SourceOutput } from '../protocol/connector.ts';
import { answer } from './answer.ts';
import { type ConfigOptions, readCatalog, readConnectorConfig, readState } from './files.ts';
import { untilInterrupted } from './interruption.ts';
import { Mask } from './mask.ts';
import { loadSource } from './role.ts';

export interface ReadPaths extends ConfigOptions {
  readonly catalog: string;
  readonly state?: string;
}

async function* read(paths: ReadPaths, mask: Mask, signal: AbortSignal): AsyncGenerator<SourceOutput> {
  const source = await loadSource();
  const config = await readConnectorConfig(paths);
  mask.learn(config, (await source.spec()).connectionSpecification);
  const catalog = await readCatalog(paths.catalog);
  const state = await readState(paths.state);
  yield* source.read({ config, catalog, state, signal });
}

export function runRead(paths: ReadPaths): Promise<number> {
  const mask = new Mask();
  return untilInterrupted((signal) => answer(read(paths, mask, signal), mask, signal));
}
