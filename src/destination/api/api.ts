import type { AirbyteMessage } from '../../protocol/messages.ts';
import type { DestinationConfig } from '../config.ts';
import type { RetryAction } from '../delivery/retry-action.ts';
import type { Transport } from '../delivery/transport.ts';
import type { Answer } from '../delivery/wire/answer.ts';
import type { ToOperationBytes } from '../mapping/bytes/operation-bytes.ts';
import type { Workbench } from '../mapping/bytes/values/workbench.ts';
import type { ToOperation } from '../mapping/operation.ts';
import type { StreamMapping } from '../mapping/stream-mapping.ts';

/**
 * A way into Customer.io: all that its two APIs do not share. Packing, lanes, rate, retries, halving, settlement and
 * rejects are the same for both: each takes `{"batch": […]}` of up to 500 KB with up to 32 KB an operation.
 */
export interface Api {
  /** How the records of a stream are worded. */
  toOperation(plan: StreamMapping, config: DestinationConfig): ToOperation;
  /** The fast path for most of them. */
  toOperationBytes(
    plan: StreamMapping,
    config: DestinationConfig,
    bench: Workbench,
  ): ToOperationBytes | undefined;
  transport(config: DestinationConfig): Transport;
  /** What to do about an answer to a batch of so many operations. */
  retryAction(config: DestinationConfig): (answer: Answer, operations: number) => RetryAction;
  /** Whether the key works, found out without leaving anything in the workspace. */
  check(config: DestinationConfig): Promise<AirbyteMessage>;
}
