import { checkFailed } from '../protocol/make-message.ts';
import type { AirbyteMessage } from '../protocol/messages.ts';
import { answer, asConnectorError } from './answer.ts';
import { type ConfigOptions, readConnectorConfig } from './files.ts';
import { untilInterrupted } from './interruption.ts';
import { Mask } from './mask.ts';
import { loadConnector, type Role } from './role.ts';

/** A check that cannot succeed is an answer, not a failure: FAILED with exit code 0, whatever the cause. */
async function* check(role: Role, options: ConfigOptions, mask: Mask): AsyncGenerator<AirbyteMessage> {
  try {
    const connector = await loadConnector(role);
    const config = await readConnectorConfig(options);
    mask.learn(config, (await connector.spec()).connectionSpecification);
    yield* connector.check(config);
  } catch (error) {
    yield checkFailed(asConnectorError(error).message);
  }
}

export function runCheck(role: Role, options: ConfigOptions): Promise<number> {
  const mask = new Mask();
  return untilInterrupted((signal) => answer(check(role, options, mask), mask, signal));
}
