import { checkFailed, checkSucceeded } from '../protocol/make-message.ts';
import type { AirbyteMessage } from '../protocol/messages.ts';
import { explain } from './check-failure.ts';
import { type DestinationConfig, hostOf, trackKey } from './config.ts';

/** What GET /api/v1/accounts/region answers; it changes nothing. */
interface AccountRegion {
  readonly region?: unknown;
  readonly environment_id?: unknown;
}

async function accountRegion(config: DestinationConfig): Promise<AccountRegion> {
  const { RegionEU, RegionUS, TrackClient } = await import('customerio-node');
  const { siteId, apiKey } = trackKey(config);
  const client = new TrackClient(siteId, apiKey, {
    region: config.region === 'eu' ? RegionEU : RegionUS,
    ...(config.endpoint === undefined ? {} : { url: `${hostOf(config)}/api/v1` }),
    retry: { maxRetries: 1 },
    timeout: 15_000,
  });
  const answer: unknown = await client.getAccountRegion();
  return typeof answer === 'object' && answer !== null ? answer : {};
}

const words = { keys: 'site_id and api_key (a Track API key of this workspace)', api: 'Track API' };

export async function verdictOnTrack(config: DestinationConfig): Promise<AirbyteMessage> {
  try {
    const { region } = await accountRegion(config);
    if (region !== undefined && region !== config.region) {
      return checkFailed(
        `The workspace is in region ${String(region)}, the config says ${config.region}. Set region to "${String(region)}".`,
      );
    }
    return checkSucceeded(`Customer.io accepts the key; the workspace is in region ${config.region}.`);
  } catch (error) {
    return checkFailed(explain(error, config, words));
  }
}
