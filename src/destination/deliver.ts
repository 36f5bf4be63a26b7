import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectorError, configError } from '../protocol/connector-error.ts';
import { bodyOf, type Packer, type Parcel, packer } from './batch.ts';
import { backoffMs, type Decision, decide, type ItemError } from './decision.ts';
import type { Refusal } from './limits.ts';
import { longestTimerMs, type Pace } from './pace.ts';
import type { Transport } from './transport.ts';

/** What becomes of parcels. */
export interface Outcomes {
  accept(parcel: Parcel): void;
  reject(parcel: Parcel, refusal: Refusal): void;
}

export interface DeliveryOptions {
  readonly lanes: number;
  readonly transport: Transport;
  readonly pace: Pace;
  readonly outcomes: Outcomes;
  /** How long one request is tried again. */
  readonly retryMs: number;
  /** Told why a request is tried again, now and then: a person who waits wants to know for what. */
  readonly warn: (text: string) => void;
  /** Told once why the run cannot go on: its input may be silent, and nothing else would end the wait for it. */
  readonly failed: (failure: ConnectorError) => void;
  /** Aborted: what is in flight is settled, nothing else is sent. */
  readonly signal: AbortSignal;
}

export interface Delivery {
  /** Waits while the parcel's lane is full. @throws ConnectorError once the run has failed. */
  add(parcel: Parcel): Promise<void> | void;
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

/** Full batches that may wait in a lane: two take back what lanes cost in throughput. */
const queueLength = 2;

const warnEveryMs = 15_000;

interface Lane {
  readonly packer: Packer;
  readonly queue: (readonly Parcel[])[];
  running: Promise<void> | undefined;
  /** Wakes who waits for room: a batch was sent, or the lane stands still. */
  wake: () => void;
}

/** FNV-1a: the same key always takes the same lane, so that its operations keep their order. */
function laneOf(key: string, lanes: number): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index += 1) {
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0) % lanes;
}

/**
 * Lanes: each packs its own batches and has one request in flight, which it holds while it is tried again.
 * Two operations on one person or object are in one lane and keep their order; others never wait for them.
 */
export function delivery(options: DeliveryOptions): Delivery {
  const { outcomes, pace, signal, transport } = options;
  const stats = { requests: 0, retries: 0, inFlight: 0, bytes: 0 };
  let failure: ConnectorError | undefined;
  const lanes: Lane[] = Array.from({ length: options.lanes }, () => ({
    packer: packer(),
    queue: [],
    running: undefined,
    wake: () => undefined,
  }));

  let warnedAt = 0;
  const warnRetry = (why: string): void => {
    if (Date.now() - warnedAt < warnEveryMs) return;
    warnedAt = Date.now();
    const seconds = Math.round(options.retryMs / 1000);
    options.warn(`Customer.io does not take a request (${why}); it is tried again for up to ${seconds} s.`);
  };

  const request = async (parcels: readonly Parcel[], body: Buffer): Promise<Decision> => {
    await pace.turn();
    if (signal.aborted || failure !== undefined) return { action: 'stop', why: 'interrupted' };
    stats.requests += 1;
    stats.inFlight += 1;
    stats.bytes += body.length;
    const answer = await transport.send(body);
    stats.inFlight -= 1;
    return decide(answer, parcels.length);
  };

  /** Asks until there is an answer that settles something, or time is up. */
  const ask = async (parcels: readonly Parcel[]): Promise<Decision> => {
    const body = bodyOf(parcels);
    const deadline = Date.now() + options.retryMs;
    for (let attempt = 0; ; attempt += 1) {
      const decision = await request(parcels, body);
      if (decision.action !== 'retry') return decision;
      if (decision.why === 'HTTP 429' || decision.afterMs !== undefined) pace.slowDown(decision.afterMs);
      const waitMs = Math.max(backoffMs(attempt), decision.afterMs ?? 0);
      if (isTooLate(decision, waitMs, deadline)) throw gaveUp(decision.why, options.retryMs);
      stats.retries += 1;
      warnRetry(decision.why);
      await sleep(Math.min(waitMs, longestTimerMs), undefined, { signal }).catch(() => undefined);
    }
  };

  const send = async (parcels: readonly Parcel[]): Promise<void> => {
    const decision = await ask(parcels);
    switch (decision.action) {
      case 'accept':
        pace.recover();
        return settle(parcels, decision.errors, outcomes);
      case 'split':
        return split(parcels, decision.error);
      case 'stop':
        if (!signal.aborted) throw failure ?? configError(decision.why);
    }
  };

  const split = async (parcels: readonly Parcel[], error: Omit<ItemError, 'batch_index'>): Promise<void> => {
    const [only] = parcels;
    if (only !== undefined && parcels.length === 1) return outcomes.reject(only, error);
    const middle = Math.ceil(parcels.length / 2);
    await send(parcels.slice(0, middle));
    await send(parcels.slice(middle));
  };

  const run = async (lane: Lane): Promise<void> => {
    try {
      for (let next = lane.queue[0]; next !== undefined; next = lane.queue[0]) {
        if (signal.aborted || failure !== undefined) return;
        await send(next);
        lane.queue.shift();
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

  const enqueue = (lane: Lane, parcels: readonly Parcel[]): void => {
    if (parcels.length === 0) return;
    lane.queue.push(parcels);
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

  return {
    add(parcel) {
      throwFailure();
      const lane = lanes[laneOf(parcel.operation.key, lanes.length)];
      if (lane === undefined) return;
      const full = lane.packer.add(parcel);
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

/** A time that the server itself names is waited for beyond the deadline, but only once. */
const isTooLate = ({ afterMs }: { readonly afterMs: number | undefined }, waitMs: number, deadline: number) =>
  (afterMs === undefined ? Date.now() + waitMs : Date.now()) > deadline;

function settle(parcels: readonly Parcel[], errors: readonly ItemError[], outcomes: Outcomes): void {
  const byIndex = new Map(errors.map((error) => [error.batch_index, error]));
  for (const [index, parcel] of parcels.entries()) {
    const error = byIndex.get(index);
    if (error === undefined) outcomes.accept(parcel);
    else outcomes.reject(parcel, error);
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
