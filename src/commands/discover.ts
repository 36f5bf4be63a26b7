import { answer } from '../cli/answer.ts';
import { type ConfigOptions, readConnectorConfig } from '../cli/files.ts';
import { untilInterrupted } from '../cli/interruption.ts';
import { Mask } from '../cli/mask.ts';
import { loadConnector, type Role } from '../cli/role.ts';
import type { AirbyteMessage } from '../protocol/messages.ts';

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
