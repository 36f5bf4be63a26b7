import type { Api } from './api.ts';
import { toOperationBytes } from './bytes/operation-bytes.ts';
import { verdictOnTrack } from './check-track.ts';
import { hostOf, trackKey } from './config.ts';
import { decide } from './decision.ts';
import { toOperation } from './operation.ts';
import { batchTransport } from './transport.ts';

/** The Track API v2: answers for each operation of a batch. */
export const trackApi: Api = {
  toOperation: (plan, config) => toOperation(plan, config),
  toOperationBytes,
  transport: (config) =>
    batchTransport({
      url: hostOf(config),
      ...trackKey(config),
      connections: config.requests_in_flight,
    }),
  decide: (answer, operations) => decide(answer, operations),
  check: verdictOnTrack,
};
