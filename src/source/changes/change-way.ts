import type { RecordLines, SourceNews } from '../../protocol/connector.ts';
import type { AirbyteMessage } from '../../protocol/messages.ts';
import type { StreamContract } from '../../streams/contract.ts';
import type { WarehouseIdentity } from '../../warehouse/identity.ts';
import type { SourceConfig } from '../config.ts';
import type { ModelPlan, Plan } from '../plan/plan.ts';

/** What one way of change keeps in a stream's state, as JSON. */
export type StateContent = Readonly<Record<string, unknown>>;

/** A stream that is read, over all of its models. */
export interface StreamRead {
  readonly plan: Plan;
  readonly config: SourceConfig;
  readonly contract: StreamContract;
  /** Undefined where there is no state, or another way of change has written it. */
  readonly content: StateContent | undefined;
  /** What a cursor has left, where the stream goes on by another way. */
  readonly former?: StateContent | undefined;
  /** The warehouse that the state names; undefined without a state, or where an early version wrote it. */
  readonly writtenFor: WarehouseIdentity | undefined;
  readonly signal: AbortSignal;
}

/** A place where a run may stop and a later one go on: all that the way keeps of the stream from here. */
export interface Checkpoint {
  readonly type: 'CHECKPOINT';
  readonly content: StateContent;
}

/** What the read of a stream gives: records in bulk, messages, and the checkpoints between them. */
export type ChangeOutput = RecordLines | SourceNews | Checkpoint | AirbyteMessage;

/** What a state says of a model. */
export interface ModelPast {
  /** Whether a row of it was ever read. */
  readonly wasFilled: boolean;
}

/** What is to be sent of a stream this time. */
export interface StreamChanges {
  /** The models that the state knows, by label. */
  readonly past: ReadonlyMap<string, ModelPast>;
  /** What `{{ last_sync_time }}` is in a model: whole unix seconds, 0 on the first run. */
  lastSyncTime(label: string): number;
  /** Ends with a checkpoint, also where the stream has no model. */
  read(models: readonly ModelPlan[]): AsyncGenerator<ChangeOutput>;
}

/** A way of finding what has changed since a state. It works on a stream: a row may leave one model for another. */
export interface ChangeWay {
  /** As states have it in `way`. */
  readonly name: string;
  /** What a state holds that says as much as none; undefined where there is no such content. */
  readonly before?: StateContent;
  /** @throws ConnectorError where the state's content is not of this way */
  since(read: StreamRead): StreamChanges;
}
