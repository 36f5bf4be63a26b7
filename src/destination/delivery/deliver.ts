import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectorError, configError } from '../../errors/connector-error.ts';
import type { Refusal } from '../mapping/limits.ts';
import type { Operation } from '../mapping/operation.ts';
import type { RecordLine, Ticket } from '../settlement/ledger.ts';
import { type Batch, batchPool, bodyOf, lineOf, type OperationBytes, type Packer, packer } from './batch.ts';
import { keyOfText, laneOf } from './lane-key.ts';
import { longestTimerMs, type Pace } from './rate-limiter.ts';
import { backoffMs, type Decision, type ItemError } from './retry-action.ts';
import type { Transport } from './transport.ts';
import type { Answer } from './wire/answer.ts';

/** What becomes of records. */
export interface Outcomes {
  accept(ticket: Ticket): void;
  reject(ticket: Ticket, line: RecordLine, refusal: Refusal): void;
}

export interface DeliveryOptions {
  readonly lanes: number;
  readonly transport: Transport;
  /** What an answer to so many operations means. */
  readonly decide: (answer: Answer, operations: number) => Decision;
  readonly pace: Pace;
  readonly outcomes: Outcomes;
  /** How long one request is tried again. */
  readonly retryMs: number;
  /** By which that is measured, in milliseconds: it never goes back. */
  readonly now: () => number;
  /** Told why a request is tried again, now and then: a person who waits wants to know for what. */
  readonly warn: (text: string) => void;
  /** Told once why the run cannot go on: its input may be silent, and nothing else would end the wait for it. */
  readonly failed: (failure: ConnectorError) => void;
  /** Aborted: what is in flight is settled, nothing else is sent. */
  readonly signal: AbortSignal;
}

export interface Delivery {
  /** Waits while the operation's lane is full. @throws ConnectorError once the run has failed. */
  add(operation: Operation | OperationBytes, line: RecordLine, ticket: Ticket): Promise<void> | void;
  /** Sends everything and waits for the answers. @throws ConnectorError once the run has failed. */
  drain(): Promise<void>;
  /** Sends part-filled batches that have waited: records must not lie here while the source is slow. */
  nudge(): void;
  /** For the log. */
  readonly stats: {
    readonly requests: number;
    readonly retries: number;
    readonly inFlight: number;
    readonly bytes: number;
  };
}

/** Full batches that wait in a lane behind the one in flight: more gain nothing, and hold a megabyte each. */
const queueLength = 1;

const warnEveryMs = 15_000;

interface Lane {
  readonly packer: Packer;
  readonly queue: Batch[];
  running: Promise<void> | undefined;
  /** Wakes who waits for room: a batch was sent, or the lane stands still. */
  wake: () => void;
}

/** Operations `from` up to `to` of a batch: all of it, or what is left of one that was refused as a whole. */
interface Part {
  readonly batch: Batch;
  readonly from: number;
  readonly to: number;
}

const whole = (batch: Batch): Part => ({ batch, from: 0, to: batch.count });

/**
 * Lanes: each packs its own batches and has one request in flight, which it holds while it is tried again.
 * Two operations on one person or object are in one lane and keep their order; others never wait for them.
 */
export function delivery(options: DeliveryOptions): Delivery {
  const { now, outcomes, pace, signal, transport } = options;
  const stats = { requests: 0, retries: 0, inFlight: 0, bytes: 0 };
  let failure: ConnectorError | undefined;
  const pool = batchPool();
  const lanes: Lane[] = Array.from({ length: options.lanes }, () => ({
    packer: packer(pool),
    queue: [],
    running: undefined,
    wake: () => undefined,
  }));

  let warnedAt = Number.NEGATIVE_INFINITY;
  const warnRetry = (why: string): void => {
    if (now() - warnedAt < warnEveryMs) return;
    warnedAt = now();
    const seconds = Math.round(options.retryMs / 1000);
    options.warn(`Customer.io does not take a request (${why}); it is tried again for up to ${seconds} s.`);
  };

  const request = async (operations: number, body: Buffer): Promise<Decision> => {
    await pace.turn();
    if (signal.aborted || failure !== undefined) return { action: 'stop', why: 'interrupted' };
    stats.requests += 1;
    stats.inFlight += 1;
    stats.bytes += body.length;
    const answer = await transport.send(body);
    stats.inFlight -= 1;
    return options.decide(answer, operations);
  };

  /** Asks until there is an answer that settles something, or time is up. */
  const ask = async ({ batch, from, to }: Part): Promise<Decision> => {
    const body = bodyOf(batch, from, to);
    const deadline = now() + options.retryMs;
    for (let attempt = 0; ; attempt += 1) {
      const decision = await request(to - from, body);
      if (decision.action !== 'retry') return decision;
      if (decision.why === 'HTTP 429' || decision.afterMs !== undefined) pace.slowDown(decision.afterMs);
      const leftMs = deadline - now();
      if (leftMs <= 0) throw gaveUp(decision.why, options.retryMs);
      // The last try is at the deadline itself; a time that the server names is waited for beyond it, but only once.
      const waitMs = Math.max(Math.min(backoffMs(attempt), leftMs), decision.afterMs ?? 0);
      stats.retries += 1;
      warnRetry(decision.why);
      await sleep(Math.min(waitMs, longestTimerMs), undefined, { signal }).catch(() => undefined);
    }
  };

  const send = async (part: Part): Promise<void> => {
    const decision = await ask(part);
    switch (decision.action) {
      case 'accept':
        pace.recover();
        return settle(part, decision.errors, outcomes);
      case 'split':
        return split(part, decision.error);
      case 'stop':
        if (!signal.aborted) throw failure ?? configError(decision.why);
    }
  };

  const split = async (part: Part, error: Omit<ItemError, 'batch_index'>): Promise<void> => {
    const { batch, from, to } = part;
    const only = batch.tickets[from];
    if (only !== undefined && to - from === 1) return outcomes.reject(only, lineOf(batch, from), error);
    const middle = Math.ceil((from + to) / 2);
    await send({ batch, from, to: middle });
    await send({ batch, from: middle, to });
  };

  const run = async (lane: Lane): Promise<void> => {
    try {
      for (let next = lane.queue[0]; next !== undefined; next = lane.queue[0]) {
        if (signal.aborted || failure !== undefined) return;
        await send(whole(next));
        lane.queue.shift();
        if (!signal.aborted) pool.giveBack(next);
        lane.wake();
      }
    } catch (error) {
      failure ??= asConnectorError(error);
      options.failed(failure);
    } finally {
      lane.running = undefined;
      lane.wake();
    }
  };

  const enqueue = (lane: Lane, batch: Batch | undefined): void => {
    if (batch === undefined) return;
    lane.queue.push(batch);
    lane.running ??= run(lane);
  };

  const throwFailure = (): void => {
    if (failure !== undefined) throw failure;
  };

  const room = async (lane: Lane): Promise<void> => {
    while (lane.queue.length > queueLength && lane.running !== undefined) {
      await new Promise<void>((resolve) => {
        lane.wake = resolve;
      });
    }
    throwFailure();
  };

  const laneOfKey = (key: number): Lane => {
    const lane = lanes[laneOf(key, lanes.length)];
    if (lane === undefined) throw new RangeError('a delivery has at least one lane');
    return lane;
  };

  return {
    add(operation, line, ticket) {
      throwFailure();
      const { key } = operation;
      const lane = laneOfKey(typeof key === 'string' ? keyOfText(key) : key);
      const full = lane.packer.add(operation, line, ticket);
      if (full === undefined) return;
      enqueue(lane, full);
      return lane.queue.length > queueLength ? room(lane) : undefined;
    },
    async drain() {
      for (const lane of lanes) enqueue(lane, lane.packer.seal());
      await Promise.all(lanes.map((lane) => lane.running));
      throwFailure();
    },
    nudge() {
      for (const lane of lanes) if (lane.running === undefined) enqueue(lane, lane.packer.seal());
    },
    stats,
  };
}

function settle({ batch, from, to }: Part, errors: readonly ItemError[], outcomes: Outcomes): void {
  const byIndex = new Map(errors.map((error) => [from + error.batch_index, error]));
  for (let index = from; index < to; index += 1) {
    const ticket = batch.tickets[index];
    if (ticket === undefined) continue;
    const error = byIndex.get(index);
    if (error === undefined) outcomes.accept(ticket);
    else outcomes.reject(ticket, lineOf(batch, index), error);
  }
}

function gaveUp(why: string, retryMs: number): ConnectorError {
  return new ConnectorError(
    `Customer.io could not be reached for ${Math.round(retryMs / 1000)} s: ${why}. What was not delivered is sent by the next run.`,
    { failureType: 'transient_error' },
  );
}

const asConnectorError = (error: unknown): ConnectorError =>
  error instanceof ConnectorError
    ? error
    : new ConnectorError(`Delivery failed: ${String(error)}`, { failureType: 'system_error', cause: error });
