import type { ScannedRecord } from '../../protocol/lines/scan-record.ts';
import type { Api } from '../api/api.ts';
import type { DestinationConfig } from '../config.ts';
import type { ToOperationBytes } from '../mapping/bytes/operation-bytes.ts';
import type { Workbench } from '../mapping/bytes/values/workbench.ts';
import type { ToOperation } from '../mapping/operation.ts';
import { type FindStream, findStream, type StreamMapping } from '../mapping/stream-mapping.ts';
import { scannedStream } from './scanned-stream.ts';

/** A stream of the catalog, with the ways of its records. */
export interface MappedStream {
  readonly plan: StreamMapping;
  /** The slow path: a parsed record is mapped or refused. */
  readonly toOperation: ToOperation;
  /** The fast path, for records that were only scanned. */
  readonly toOperationBytes: ToOperationBytes | undefined;
}

/** The streams of the catalog, found by what a message names. */
export interface MappedStreams {
  readonly find: FindStream<MappedStream>;
  readonly ofScanned: (record: ScannedRecord) => MappedStream | undefined;
}

export function mappedStreams(
  plans: Iterable<StreamMapping>,
  api: Pick<Api, 'toOperation' | 'toOperationBytes'>,
  config: DestinationConfig,
  bench: Workbench,
): MappedStreams {
  const streams = Array.from(plans, (plan) => ({
    plan,
    toOperation: api.toOperation(plan, config),
    toOperationBytes: api.toOperationBytes(plan, config, bench),
  }));
  const find = findStream(streams);
  return { find, ofScanned: scannedStream(find) };
}
