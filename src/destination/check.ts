import { ConnectorError, messageOf } from '../protocol/connector-error.ts';
import { checkFailed, checkSucceeded } from '../protocol/make-message.ts';
import type { AirbyteMessage } from '../protocol/messages.ts';
import { type DestinationConfig, parseDestinationConfig, trackUrl } from './config.ts';

/** What GET /api/v1/accounts/region answers; it changes nothing. */
interface AccountRegion {
  readonly region?: unknown;
  readonly environment_id?: unknown;
}

async function accountRegion(config: DestinationConfig): Promise<AccountRegion> {
  const { RegionEU, RegionUS, TrackClient } = await import('customerio-node');
  const client = new TrackClient(config.site_id, config.api_key, {
    region: config.region === 'eu' ? RegionEU : RegionUS,
    ...(config.endpoint === undefined ? {} : { url: `${trackUrl(config)}/api/v1` }),
    retry: { maxRetries: 1 },
    timeout: 15_000,
  });
  const answer: unknown = await client.getAccountRegion();
  return typeof answer === 'object' && answer !== null ? answer : {};
}

function explain(error: unknown, config: DestinationConfig): string {
  const status =
    typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : undefined;
  if (status === 401 || status === 403) {
    return 'Customer.io refuses the key: check site_id and api_key (a Track API key of this workspace), and the region.';
  }
  const host = trackUrl(config);
  if (typeof status === 'number') return `${host} answered ${status}: is it Customer.io's Track API?`;
  return `${host} could not be reached: ${reasonOf(error)}. Check the network and, if set, endpoint.`;
}

/** fetch hides the reason ("fetch failed") in the cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof AggregateError) return cause.errors.map(messageOf).join(', ');
  return cause instanceof Error ? cause.message : messageOf(error);
}

async function verdict(config: DestinationConfig): Promise<AirbyteMessage> {
  try {
    const { region } = await accountRegion(config);
    if (region !== undefined && region !== config.region) {
      return checkFailed(
        `The workspace is in region ${String(region)}, the config says ${config.region}. Set region to "${String(region)}".`,
      );
    }
    return checkSucceeded(`Customer.io accepts the key; the workspace is in region ${config.region}.`);
  } catch (error) {
    return checkFailed(explain(error, config));
  }
}

export async function* check(config: unknown): AsyncGenerator<AirbyteMessage> {
  try {
    yield await verdict(parseDestinationConfig(config));
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    yield checkFailed(error.message);
  }
}
