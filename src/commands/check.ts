import { asConnectorError } from '../cli/answer.ts';
import { openConnector, runVerb } from '../cli/command.ts';
import type { ConfigOptions } from '../cli/files.ts';
import type { Mask } from '../cli/mask.ts';
import { loadConnector, type Role } from '../cli/role.ts';
import { checkFailed } from '../protocol/make-message.ts';
import type { AirbyteMessage } from '../protocol/messages.ts';

/** A check that cannot succeed is an answer, not a failure: FAILED with exit code 0, whatever the cause. */
async function* check(role: Role, options: ConfigOptions, mask: Mask): AsyncGenerator<AirbyteMessage> {
  try {
    const { connector, config } = await openConnector(() => loadConnector(role), options, mask);
    yield* connector.check(config);
  } catch (error) {
    yield checkFailed(asConnectorError(error).message);
  }
}

export function runCheck(role: Role, options: ConfigOptions): Promise<number> {
  return runVerb((mask) => check(role, options, mask));
}
