import { isJsonObject } from '../../../json/json-object.ts';
import { checkFailed, checkSucceeded } from '../../../protocol/make-message.ts';
import type { AirbyteMessage } from '../../../protocol/messages.ts';
import { type DestinationConfig, hostOf } from '../../config.ts';
import { serverWords } from '../../delivery/server-words.ts';
import type { Answer } from '../../delivery/wire/answer.ts';
import { ask, explain, objectOf } from '../check-failure.ts';
import { pipelinesHeaders } from './transport.ts';

/** 400 with its sentences: `{"meta": {"errors": ["…"]}}`. */
function isRefusalOfNobody(answer: Answer): boolean {
  const body = 'status' in answer && answer.status === 400 ? objectOf(answer.body) : undefined;
  const { meta, errors } = body ?? {};
  const said = isJsonObject(meta) && 'errors' in meta ? meta.errors : errors;
  return Array.isArray(said);
}

/**
 * This API has nothing to ask, only calls. An identify of nobody is the one that can leave nothing behind: strict mode
 * answers 401 to a wrong key, and 400 to the call once the key is right.
 */
export async function verdictOnPipelines(
  config: DestinationConfig,
  answerTimeoutMs?: number,
): Promise<AirbyteMessage> {
  const words = serverWords(config, 'write_key (the API key of a Customer.io API integration)');
  const call = {
    method: 'POST',
    path: '/v1/identify',
    headers: pipelinesHeaders(config),
    body: Buffer.from('{}'),
  } as const;
  const answer = await ask(hostOf(config), call, answerTimeoutMs);
  if (!isRefusalOfNobody(answer)) return checkFailed(explain(answer, words, 'Pipelines API'));
  return checkSucceeded(
    `Customer.io accepts the key in region ${config.region}. The Pipelines API does not say which workspace it belongs to.`,
  );
}
