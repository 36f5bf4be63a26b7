import type { AirbyteMessage } from '../protocol/messages.ts';
import { answer } from './answer.ts';
import { Mask } from './mask.ts';
import { loadConnector, type Role } from './role.ts';

async function* spec(role: Role): AsyncGenerator<AirbyteMessage> {
  const connector = await loadConnector(role);
  yield { type: 'SPEC', spec: await connector.spec() };
}

export function runSpec(role: Role): Promise<number> {
  return answer(spec(role), new Mask());
}
