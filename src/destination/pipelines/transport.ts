import { type BatchItem, CustomerIORequestError } from 'customerio-node';
import { parseExactJson } from '../../protocol/exact-json.ts';
import { reasonOf } from '../check-failure.ts';
import type { DestinationConfig } from '../config.ts';
import { type Answer, retryAfter, type Transport } from '../transport.ts';
import { pipelinesClient } from './client.ts';

const isItem = (value: unknown): value is BatchItem =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

/** The calls of a prepared body. The client makes the same bytes of them again: nothing is left for it to fill in. */
function itemsOf(body: Buffer): BatchItem[] {
  const parsed = parseExactJson(body.toString('utf8'));
  const batch = typeof parsed === 'object' && parsed !== null && 'batch' in parsed ? parsed.batch : [];
  return Array.isArray(batch) ? batch.filter(isItem) : [];
}

/** What the client throws: an answer, or the reason why there is none. */
function answerOf(error: unknown): Answer {
  if (error instanceof CustomerIORequestError) {
    const { statusCode: status, body, response } = error;
    return { status, body, retryAfterMs: retryAfter(response.headers['retry-after']) };
  }
  // A proxy's page, under any status: the client does not say which, and its message holds the page.
  if (error instanceof Error && error.message.startsWith('Unable to parse JSON')) {
    return { failure: 'an answer that is not JSON' };
  }
  const timeout = error instanceof DOMException && error.name === 'TimeoutError';
  return { failure: timeout ? 'no answer in time' : reasonOf(error) };
}

/** POST /v1/batch by customerio-node's PipelinesClient. */
export function pipelinesTransport(config: DestinationConfig, answerTimeoutMs?: number): Transport {
  const client = pipelinesClient(config, answerTimeoutMs);
  return {
    async send(body) {
      try {
        const answer = await client.batch(itemsOf(body));
        return { status: 200, body: JSON.stringify(answer), retryAfterMs: undefined };
      } catch (error) {
        return answerOf(error);
      }
    },
    close: () => undefined,
  };
}
