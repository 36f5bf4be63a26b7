import type { AirbyteMessage } from '../protocol/messages.ts';
import { answer } from './answer.ts';
import { type ConfigOptions, readConnectorConfig } from './files.ts';
import { untilInterrupted } from './interruption.ts';
import { Mask } from './mask.ts';
import { loadConnector, type Role } from './role.ts';

async function* discover(role: Role, options: ConfigOptions, mask: Mask): AsyncGenerator<AirbyteMessage> {
  const connector = await loadConnector(role);
  const config = await readConnectorConfig(options);
  mask.learn(config, (await connector.spec()).connectionSpecification);
  yield* connector.discover(config);
}

export function runDiscover(role: Role, options: ConfigOptions): Promise<number> {
  const mask = new Mask();
  return untilInterrupted((signal) => answer(discover(role, options, mask), mask, signal));
}
