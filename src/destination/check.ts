import { ConnectorError } from '../errors/connector-error.ts';
import { checkFailed } from '../protocol/make-message.ts';
import type { AirbyteMessage } from '../protocol/messages.ts';
import { apiOf } from './api/choose-api.ts';
import { parseDestinationConfig } from './config.ts';
import { checkRejects } from './settlement/rejects/open-rejects.ts';

export async function* check(config: unknown): AsyncGenerator<AirbyteMessage> {
  try {
    const parsed = parseDestinationConfig(config);
    await checkRejects(parsed);
    yield await (await apiOf(parsed)).check(parsed);
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    yield checkFailed(error.message);
  }
}
