import { answer } from '../cli/answer.ts';
import { type ConfigOptions, readCatalog, readConnectorConfig, readState } from '../cli/files.ts';
import { untilInterrupted } from '../cli/interruption.ts';
import { Mask } from '../cli/mask.ts';
import { loadSource } from '../cli/role.ts';
import type { SourceOutput } from '../protocol/connector.ts';

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
