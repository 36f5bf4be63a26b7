import { openConnector, runVerb } from '../cli/command.ts';
import type { ConfigOptions } from '../cli/files.ts';
import type { Mask } from '../cli/mask.ts';
import { loadConnector, type Role } from '../cli/role.ts';
import type { AirbyteMessage } from '../protocol/messages.ts';

async function* discover(role: Role, options: ConfigOptions, mask: Mask): AsyncGenerator<AirbyteMessage> {
  const { connector, config } = await openConnector(() => loadConnector(role), options, mask);
  yield* connector.discover(config);
}

export function runDiscover(role: Role, options: ConfigOptions): Promise<number> {
  return runVerb((mask) => discover(role, options, mask));
}
