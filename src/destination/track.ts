import type { Api } from './api.ts';
import { toOperationBytes } from './bytes/operation-bytes.ts';
import { verdictOnTrack } from './check-track.ts';
import { decide } from './decision.ts';
import { toOperation } from './operation.ts';
import { serverWords } from './server-words.ts';
import { trackTransport } from './track-transport.ts';

/** The Track API v2: answers for each operation of a batch. */
export const trackApi: Api = {
  toOperation: (plan, config) => toOperation(plan, config),
  toOperationBytes,
  transport: (config) => trackTransport(config),
  decide: (config) => {
    const words = serverWords(config, 'site_id, api_key');
    return (answer, operations) => decide(answer, operations, words);
  },
  check: (config) => verdictOnTrack(config),
};
