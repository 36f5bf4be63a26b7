import { retryActions } from '../../delivery/retry-action.ts';
import { serverWords } from '../../delivery/server-words.ts';
import type { Api } from '../api.ts';
import { toCallBytes } from './bytes/call-bytes.ts';
import { toCall } from './call.ts';
import { verdictOnPipelines } from './check.ts';
import { pipelinesTransport } from './transport.ts';

/**
 * The Pipelines API, which Customer.io's own reverse ETL calls. Its strict mode answers for a batch as a whole, so
 * that a refused one is halved until the guilty call is alone.
 */
export const pipelinesApi: Api = {
  toOperation: toCall,
  toOperationBytes: toCallBytes,
  transport: (config) => pipelinesTransport(config),
  retryAction: (config) => retryActions(serverWords(config, 'write_key')),
  check: (config) => verdictOnPipelines(config),
};
