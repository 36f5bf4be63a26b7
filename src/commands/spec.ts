import { answer } from '../cli/answer.ts';
import { Mask } from '../cli/mask.ts';
import { loadConnector, type Role } from '../cli/role.ts';
import type { AirbyteMessage } from '../protocol/messages.ts';

async function* spec(role: Role): AsyncGenerator<AirbyteMessage> {
  const connector = await loadConnector(role);
  yield { type: 'SPEC', spec: await connector.spec() };
}

export function runSpec(role: Role): Promise<number> {
  return answer(spec(role), new Mask());
}
