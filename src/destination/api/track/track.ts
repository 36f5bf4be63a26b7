import { retryActions } from '../../delivery/retry-action.ts';
import { serverWords } from '../../delivery/server-words.ts';
import { toOperationBytes } from '../../mapping/bytes/operation-bytes.ts';
import { toOperation } from '../../mapping/operation.ts';
import type { Api } from '../api.ts';
import { verdictOnTrack } from './check-track.ts';
import { trackTransport } from './track-transport.ts';

/** The Track API v2: answers for each operation of a batch. */
export const trackApi: Api = {
  toOperation: (plan, config) => toOperation(plan, config),
  toOperationBytes,
  transport: (config) => trackTransport(config),
  retryAction: (config) => retryActions(serverWords(config, 'site_id, api_key')),
  check: (config) => verdictOnTrack(config),
};
