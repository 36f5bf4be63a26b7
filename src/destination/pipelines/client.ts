import { PipelinesClient, RegionEU, RegionUS } from 'customerio-node';
import { type DestinationConfig, hostOf, writeKey } from '../config.ts';
import { longestSilenceMs } from '../transport.ts';

/**
 * customerio-node's client, in strict mode: else what is wrong or too large is answered with 200 and dropped. Its own
 * retries are off: it gives up a 429 after seconds, and knows nothing of the other lanes.
 */
export function pipelinesClient(
  config: DestinationConfig,
  timeout: number = longestSilenceMs,
): PipelinesClient {
  return new PipelinesClient(writeKey(config), {
    region: config.region === 'eu' ? RegionEU : RegionUS,
    ...(config.endpoint === undefined ? {} : { url: `${hostOf(config)}/v1` }),
    strictMode: true,
    retry: { maxRetries: 0 },
    timeout,
  });
}
