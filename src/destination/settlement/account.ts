import { createHash } from 'node:crypto';
import type { DestinationAccount } from '../../protocol/connector.ts';
import { hostOf, parseDestinationConfig, trackKey, writeKey } from '../config.ts';

/**
 * Which Customer.io a config sends to. The Track API's site ID stays when its key is replaced; the Pipelines API has
 * the write key alone. Either is told by a piece of its hash, which says whether two are the same and no more.
 */
export function accountOf(config: unknown): DestinationAccount {
  const parsed = parseDestinationConfig(config);
  const { api } = parsed;
  const name = api === 'pipelines' ? writeKey(parsed) : trackKey(parsed).siteId;
  const account = createHash('sha256').update(`nexus-customer-io ${api} ${name}`).digest('hex').slice(0, 12);
  return { api, host: new URL(hostOf(parsed)).host, account };
}
