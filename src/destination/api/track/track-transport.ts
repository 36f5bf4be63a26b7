import { type DestinationConfig, hostOf, trackKey } from '../../config.ts';
import { basic, batchTransport, type Transport } from '../../delivery/transport.ts';

/** "Basic authentication with your Site ID as the user name and your secret key as the password." */
export function trackHeaders(config: DestinationConfig) {
  const { siteId, apiKey } = trackKey(config);
  return { authorization: basic(siteId, apiKey) };
}

/** POST /api/v2/batch. */
export const trackTransport = (config: DestinationConfig, answerTimeoutMs?: number): Transport =>
  batchTransport({
    url: hostOf(config),
    path: '/api/v2/batch',
    headers: trackHeaders(config),
    answerTimeoutMs,
  });
