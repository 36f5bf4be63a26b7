import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectorError, configError } from '../../errors/connector-error.ts';
import { countName } from '../counts.ts';
import type { Refusal } from '../mapping/limits.ts';
import type { Acknowledgement } from '../settlement/ledger.ts';
import type { RecordLine } from '../settlement/record-line.ts';
import { type Batch, bodyOf, lineOf } from './batch.ts';
import { longestTimerMs, type RateLimiter } from './rate-limiter.ts';
import { backoffMs, type ItemError, type RetryAction } from './retry-action.ts';
import type { Transport } from './transport.ts';
import type { Answer } from './wire/answer.ts';

/** What becomes of records. */
export interface Outcomes {
  accept(acknowledgement: Acknowledgement): void;
  reject(acknowledgement: Acknowledgement, line: RecordLine, refusal: Refusal): void;
}

export interface AttemptOptions {
  readonly transport: Transport;
  /** What to do about an answer to so many operations. */
  readonly retryAction: (answer: Answer, operations: number) => RetryAction;
  readonly limiter: RateLimiter;
  readonly outcomes: Outcomes;
  /** How long one request is tried again. */
  readonly retryMs: number;
  /** By which that is measured, in milliseconds: it never goes back. */
  readonly now: () => number;
  /** Told why a request is tried again, now and then: a person who waits wants to know for what. */
  readonly warn: (text: string) => void;
  /** Aborted: what is in flight is settled, nothing else is sent. */
  readonly signal: AbortSignal;
}

/** For the log. */
export interface DeliveryStats {
  requests: number;
  /** By what made them necessary. */
  readonly retries: Map<string, number>;
  inFlight: number;
  bytes: number;
}

const warnEveryMs = 15_000;

/** Servers and proxies word reasons of their own. */
const mostReasons = 50;

/** Operations `from` up to `to` of a batch: all of it, or what is left of one that was refused as a whole. */
interface Part {
  readonly batch: Batch;
  readonly from: number;
  readonly to: number;
}

/** What settles a request. */
type Settling = Exclude<RetryAction, { readonly action: 'retry' }>;

/** Sends batches, and each again, whole or in halves, until it is settled. */
export class Attempts {
  readonly stats: DeliveryStats = { requests: 0, retries: new Map(), inFlight: 0, bytes: 0 };
  readonly #options: AttemptOptions;
  #warnedAt = Number.NEGATIVE_INFINITY;

  constructor(options: AttemptOptions) {
    this.#options = options;
  }

  /**
   * Resolves once every operation of the batch is accepted or rejected, or the signal was aborted before.
   *
   * @throws ConnectorError where the run cannot go on.
   */
  send(batch: Batch): Promise<void> {
    return this.#send({ batch, from: 0, to: batch.count });
  }

  async #send(part: Part): Promise<void> {
    const settling = await this.#ask(part);
    switch (settling?.action) {
      case 'accept':
        this.#options.limiter.recover();
        return settle(part, settling.errors, this.#options.outcomes);
      case 'split':
        return this.#split(part, settling.error);
      case 'stop':
        if (!this.#options.signal.aborted) throw configError(settling.why);
    }
  }

  async #split(part: Part, error: Omit<ItemError, 'batch_index'>): Promise<void> {
    const { batch, from, to } = part;
    const only = batch.acknowledgements[from];
    if (only !== undefined && to - from === 1) {
      return this.#options.outcomes.reject(only, lineOf(batch, from), error);
    }
    const middle = Math.ceil((from + to) / 2);
    await this.#send({ batch, from, to: middle });
    await this.#send({ batch, from: middle, to });
  }

  /** Asks until there is an answer that settles something; undefined where the signal came before. */
  async #ask({ batch, from, to }: Part): Promise<Settling | undefined> {
    const { now, retryMs } = this.#options;
    const body = bodyOf(batch, from, to);
    const deadline = now() + retryMs;
    for (let attempt = 0; ; attempt += 1) {
      const action = await this.#request(to - from, body);
      if (action?.action !== 'retry') return action;
      const leftMs = deadline - now();
      if (leftMs <= 0) throw gaveUp(action.why, retryMs);
      // The last try is at the deadline itself; a time that the server names is waited for beyond it, but only once.
      await this.#wait(Math.max(Math.min(backoffMs(attempt), leftMs), action.afterMs ?? 0), action.why);
    }
  }

  async #request(operations: number, body: Buffer): Promise<RetryAction | undefined> {
    const { limiter, retryAction, signal, transport } = this.#options;
    await limiter.acquire();
    if (signal.aborted) return undefined;
    this.stats.requests += 1;
    this.stats.inFlight += 1;
    this.stats.bytes += body.length;
    const answer = await transport.send(body);
    this.stats.inFlight -= 1;
    const action = retryAction(answer, operations);
    if (action.action === 'retry' && action.isThrottling) limiter.throttle(action.afterMs);
    return action;
  }

  async #wait(ms: number, why: string): Promise<void> {
    const { signal } = this.#options;
    countName(this.stats.retries, why, mostReasons, 'others');
    this.#warn(why);
    await sleep(Math.min(ms, longestTimerMs), undefined, { signal }).catch(() => undefined);
  }

  #warn(why: string): void {
    const { now, retryMs, warn } = this.#options;
    if (now() - this.#warnedAt < warnEveryMs) return;
    this.#warnedAt = now();
    const seconds = Math.round(retryMs / 1000);
    warn(`Customer.io does not accept a request (${why}); it is retried for up to ${seconds} s.`);
  }
}

function settle({ batch, from, to }: Part, errors: readonly ItemError[], outcomes: Outcomes): void {
  const byIndex = new Map(errors.map((error) => [from + error.batch_index, error]));
  for (let index = from; index < to; index += 1) {
    const acknowledgement = batch.acknowledgements[index];
    if (acknowledgement === undefined) continue;
    const error = byIndex.get(index);
    if (error === undefined) outcomes.accept(acknowledgement);
    else outcomes.reject(acknowledgement, lineOf(batch, index), error);
  }
}

function gaveUp(why: string, retryMs: number): ConnectorError {
  return new ConnectorError(
    `Customer.io could not be reached for ${Math.round(retryMs / 1000)} s: ${why.replace(/\.$/, '')}. The next run sends what was not delivered.`,
    { failureType: 'transient_error' },
  );
}
