import type { AirbyteMessage } from '../protocol/messages.ts';
import { answer } from './answer.ts';
import { readConfig } from './files.ts';
import { untilInterrupted } from './interruption.ts';
import { Mask } from './mask.ts';
import { loadConnector, type Role } from './role.ts';

async function* discover(role: Role, path: string, mask: Mask): AsyncGenerator<AirbyteMessage> {
  const connector = await loadConnector(role);
  const config = await readConfig(path);
  mask.learn(config, (await connector.spec()).connectionSpecification);
  yield* connector.discover(config);
}

export function runDiscover(role: Role, path: string): Promise<number> {
  const mask = new Mask();
  return untilInterrupted((signal) => answer(discover(role, path, mask), mask, signal));
}
