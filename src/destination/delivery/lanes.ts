import { ConnectorError } from '../../errors/connector-error.ts';
import type { OperationBytes } from '../mapping/bytes/operation-bytes.ts';
import { keyOfText, laneOf } from '../mapping/keys/lane-key.ts';
import type { Operation } from '../mapping/operation.ts';
import type { Acknowledgement } from '../settlement/ledger.ts';
import type { RecordLine } from '../settlement/record-line.ts';
import type { Attempts } from './attempts.ts';
import { type Batch, BatchPool, Packer } from './batch.ts';

export interface LaneOptions {
  /** How many requests may be in flight. */
  readonly lanes: number;
  readonly attempts: Pick<Attempts, 'send'>;
  /**
   * Told once why the run cannot go on: its input may be silent, and nothing else would end the wait for it. Has to
   * abort the signal.
   */
  readonly failed: (failure: ConnectorError) => void;
  /** Aborted: nothing else is sent. */
  readonly signal: AbortSignal;
}

/** Full batches that wait in a lane behind the one in flight: more gain nothing, and hold a megabyte each. */
const queueLength = 1;

interface Lane {
  readonly packer: Packer;
  readonly queue: Batch[];
  running: Promise<void> | undefined;
  /** Wakes who waits for room: a batch was sent, or the lane stands still. */
  wake: () => void;
}

/**
 * Lanes: each packs its own batches and has one request in flight, which it holds while it is tried again.
 * Two operations on one person or object are in one lane and keep their order; others never wait for them.
 */
export class Lanes {
  readonly #lanes: readonly Lane[];
  readonly #options: LaneOptions;
  readonly #pool = new BatchPool();
  #failure: ConnectorError | undefined;

  constructor(options: LaneOptions) {
    this.#options = options;
    this.#lanes = Array.from({ length: options.lanes }, () => ({
      packer: new Packer(this.#pool),
      queue: [],
      running: undefined,
      wake: () => undefined,
    }));
  }

  /** Waits while the operation's lane is full. @throws ConnectorError once the run has failed. */
  add(
    operation: Operation | OperationBytes,
    line: RecordLine,
    acknowledgement: Acknowledgement,
  ): Promise<void> | void {
    this.#throwFailure();
    const lane = this.#laneOf(operation.key);
    const full = lane.packer.add(operation, line, acknowledgement);
    if (full === undefined) return;
    this.#enqueue(lane, full);
    return lane.queue.length > queueLength ? this.#room(lane) : undefined;
  }

  /** Sends everything and waits for the answers. @throws ConnectorError once the run has failed. */
  async drain(): Promise<void> {
    for (const lane of this.#lanes) this.#enqueue(lane, lane.packer.seal());
    await Promise.all(this.#lanes.map((lane) => lane.running));
    this.#throwFailure();
  }

  /** Sends part-filled batches that have waited: records must not lie here while the source is slow. */
  nudge(): void {
    for (const lane of this.#lanes) {
      if (lane.running === undefined) this.#enqueue(lane, lane.packer.seal());
    }
  }

  #laneOf(key: string | number): Lane {
    const number = typeof key === 'string' ? keyOfText(key) : key;
    const lane = this.#lanes[laneOf(number, this.#lanes.length)];
    if (lane === undefined) throw new RangeError('a delivery has at least one lane');
    return lane;
  }

  #enqueue(lane: Lane, batch: Batch | undefined): void {
    if (batch === undefined) return;
    lane.queue.push(batch);
    lane.running ??= this.#run(lane);
  }

  async #run(lane: Lane): Promise<void> {
    const { attempts, signal } = this.#options;
    try {
      for (let next = lane.queue[0]; next !== undefined; next = lane.queue[0]) {
        if (signal.aborted) return;
        await attempts.send(next);
        lane.queue.shift();
        if (!signal.aborted) this.#pool.giveBack(next);
        lane.wake();
      }
    } catch (error) {
      this.#failure ??= asConnectorError(error);
      this.#options.failed(this.#failure);
    } finally {
      lane.running = undefined;
      lane.wake();
    }
  }

  async #room(lane: Lane): Promise<void> {
    while (lane.queue.length > queueLength && lane.running !== undefined) {
      await new Promise<void>((resolve) => {
        lane.wake = resolve;
      });
    }
    this.#throwFailure();
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }
}

const asConnectorError = (error: unknown): ConnectorError =>
  error instanceof ConnectorError
    ? error
    : new ConnectorError(`Delivery failed: ${String(error)}`, { failureType: 'system_error', cause: error });
