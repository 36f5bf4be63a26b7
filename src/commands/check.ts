import { answer, asConnectorError } from '../cli/answer.ts';
import { type ConfigOptions, readConnectorConfig } from '../cli/files.ts';
import { untilInterrupted } from '../cli/interruption.ts';
import { Mask } from '../cli/mask.ts';
import { loadConnector, type Role } from '../cli/role.ts';
import { checkFailed } from '../protocol/make-message.ts';
import type { AirbyteMessage } from '../protocol/messages.ts';

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
