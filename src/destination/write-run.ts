import type { ConnectorError } from '../errors/connector-error.ts';
import type { AirbyteMessage } from '../protocol/messages.ts';
import type { ScannedRecord } from '../protocol/scan-record.ts';
import type { Outbox } from './delivery/async-queue.ts';
import type { Delivery } from './delivery/deliver.ts';
import type { LineReader } from './input/line-reader.ts';
import type { StreamOrder } from './input/stream-order.ts';
import type { ToOperationBytes } from './mapping/bytes/operation-bytes.ts';
import type { Refusal } from './mapping/limits.ts';
import type { ToOperation } from './mapping/operation.ts';
import type { FindStream, StreamPlan } from './mapping/stream-mapping.ts';
import type { Ledger, RecordLine, Ticket } from './settlement/ledger.ts';
import type { Rejects } from './settlement/rejects.ts';
import type { Judge } from './settlement/verdict.ts';

/** A stream of the catalog, with the ways of its records. */
export interface Stream {
  readonly plan: StreamPlan;
  readonly toOperation: ToOperation;
  /** The quick way, for records that were only scanned. */
  readonly toOperationBytes: ToOperationBytes | undefined;
}

/** Everything that one run of `write` works with. */
export interface Run {
  readonly streams: FindStream<Stream>;
  readonly streamOf: (record: ScannedRecord) => Stream | undefined;
  readonly ledger: Ledger;
  readonly delivery: Delivery;
  readonly rejects: Rejects;
  readonly judge: Judge;
  readonly reject: (ticket: Ticket, line: RecordLine, refusal: Refusal) => void;
  readonly reader: LineReader;
  readonly out: Outbox<AirbyteMessage>;
  /** In bytes; who reads the input keeps no longer one. */
  readonly longestLine: number;
  /** Streams that the catalog does not have: their records are passed over. */
  readonly strangers: Map<string, number>;
  readonly cut: Map<string, number>;
  readonly trimmed: Map<string, number>;
  readonly order: StreamOrder;
  /** Ends the run for a reason of its own; what is in flight is settled. */
  readonly stop: (reason: ConnectorError) => void;
  /** @throws ConnectorError that `stop` was given. */
  readonly throwIfStopped: () => void;
  /** Aborted by the caller or by `stop`. */
  readonly signal: AbortSignal;
  /** The same for each record: the getter of a joined signal walks over what it is joined of. */
  readonly isOver: () => boolean;
}
