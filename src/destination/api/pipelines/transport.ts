import { type DestinationConfig, hostOf, writeKey } from '../../config.ts';
import { basic, batchTransport, type Transport } from '../../delivery/transport.ts';

/** "Your API key is your username and your password is blank." Without strict mode, what is wrong or too large is
 * answered with 200 and dropped. */
export const pipelinesHeaders = (config: DestinationConfig) => ({
  authorization: basic(writeKey(config), ''),
  'x-strict-mode': '1',
});

/** POST /v1/batch. */
export const pipelinesTransport = (config: DestinationConfig, answerTimeoutMs?: number): Transport =>
  batchTransport({
    url: hostOf(config),
    path: '/v1/batch',
    headers: pipelinesHeaders(config),
    answerTimeoutMs,
  });
