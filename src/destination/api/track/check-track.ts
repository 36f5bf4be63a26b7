import { checkFailed, checkSucceeded } from '../../../protocol/make-message.ts';
import type { AirbyteMessage } from '../../../protocol/messages.ts';
import { type DestinationConfig, hostOf } from '../../config.ts';
import { serverWords } from '../../delivery/server-words.ts';
import type { Answer } from '../../delivery/wire/answer.ts';
import { ask, explain, objectOf } from '../check-failure.ts';
import { trackHeaders } from './track-transport.ts';

/** The region in an answer to GET /api/v1/accounts/region, undefined where it is none of Customer.io's. */
function regionIn(answer: Answer): 'us' | 'eu' | undefined {
  const region = 'status' in answer && answer.status === 200 ? objectOf(answer.body)?.region : undefined;
  return region === 'us' || region === 'eu' ? region : undefined;
}

/** GET /api/v1/accounts/region changes nothing. */
export async function verdictOnTrack(
  config: DestinationConfig,
  answerTimeoutMs?: number,
): Promise<AirbyteMessage> {
  const words = serverWords(config, 'site_id and api_key (a Track API key of this workspace)');
  const call = { method: 'GET', path: '/api/v1/accounts/region', headers: trackHeaders(config) } as const;
  const answer = await ask(hostOf(config), call, answerTimeoutMs);
  const region = regionIn(answer);
  if (region === undefined) return checkFailed(explain(answer, words, 'Track API'));
  if (region !== config.region) {
    return checkFailed(
      `The workspace is in region ${region}, but the config says ${config.region}. Set region to "${region}".`,
    );
  }
  return checkSucceeded(`Customer.io accepts the key; the workspace is in region ${config.region}.`);
}
