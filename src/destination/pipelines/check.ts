import { checkFailed, checkSucceeded } from '../../protocol/make-message.ts';
import type { AirbyteMessage } from '../../protocol/messages.ts';
import { explain, statusOf } from '../check-failure.ts';
import type { DestinationConfig } from '../config.ts';
import { pipelinesClient } from './client.ts';

const words = { keys: 'write_key (the API key of a Customer.io API integration)', api: 'Pipelines API' };

/**
 * This API has nothing to ask, only calls. An identify of nobody is the one that can leave nothing behind: strict mode
 * answers 401 to a wrong key, and 400 to the call once the key is right.
 */
export async function verdictOnPipelines(config: DestinationConfig): Promise<AirbyteMessage> {
  const client = pipelinesClient(config, 15_000);
  try {
    await client.request.post(`${client.pipelinesRoot}/identify`, {});
  } catch (error) {
    if (statusOf(error) !== 400) return checkFailed(explain(error, config, words));
  }
  return checkSucceeded(
    `Customer.io accepts the key in region ${config.region}. Its Pipelines API does not tell which workspace it is.`,
  );
}
