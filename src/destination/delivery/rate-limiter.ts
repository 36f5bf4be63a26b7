import { setTimeout as sleep } from 'node:timers/promises';

const slowest = 0.5;

/** A longer timer fires at once in Node, and a server may name any time. */
export const longestTimerMs = 2 ** 31 - 1;

/**
 * Decides when a request may go, for all lanes together: a token bucket of one second whose rate is halved by each
 * throttling and recovers by a twentieth. `now` never goes back: by a clock that is set back an hour, nothing would
 * be sent for an hour.
 */
export class RateLimiter {
  readonly #ceiling: number;
  readonly #signal: AbortSignal;
  readonly #now: () => number;
  #rate: number;
  #tokens: number;
  #filledAt: number;
  #closedUntil = Number.NEGATIVE_INFINITY;
  #throttledAt = Number.NEGATIVE_INFINITY;

  /**
   * @param ceiling requests a second
   * @param signal once aborted, nobody waits
   * @param now milliseconds
   */
  constructor(ceiling: number, signal: AbortSignal, now: () => number = () => performance.now()) {
    this.#ceiling = ceiling;
    this.#signal = signal;
    this.#now = now;
    this.#rate = ceiling;
    this.#tokens = ceiling;
    this.#filledAt = now();
  }

  /** Resolves when the next request may be sent. */
  async acquire(): Promise<void> {
    for (let wait = this.#waitMs(); wait > 0 && !this.#signal.aborted; wait = this.#waitMs()) {
      const signal = this.#signal;
      await sleep(Math.min(Math.ceil(wait), longestTimerMs), undefined, { signal }).catch(() => undefined);
    }
    this.#tokens -= 1;
  }

  /** Customer.io said that it is too much: nobody sends before the time it names, and all send slower. */
  throttle(afterMs: number | undefined): void {
    const at = this.#now();
    if (afterMs !== undefined) this.#closedUntil = Math.max(this.#closedUntil, at + afterMs);
    // Ten lanes that hit one wall are one event, not ten halvings.
    if (at - this.#throttledAt < 1000) return;
    this.#throttledAt = at;
    this.#rate = Math.max(slowest, this.#rate / 2);
    this.#tokens = Math.min(this.#tokens, 0);
  }

  /** A request went well: back towards the ceiling, a little each time. */
  recover(): void {
    this.#rate = Math.min(this.#ceiling, this.#rate + this.#ceiling / 20);
  }

  /** Requests a second. */
  get rate(): number {
    return this.#rate;
  }

  #waitMs(): number {
    this.#refill();
    const closed = this.#closedUntil - this.#now();
    return Math.max(closed, this.#tokens >= 1 ? 0 : ((1 - this.#tokens) / this.#rate) * 1000);
  }

  #refill(): void {
    const at = this.#now();
    this.#tokens = Math.min(
      Math.max(1, this.#rate),
      this.#tokens + ((at - this.#filledAt) / 1000) * this.#rate,
    );
    this.#filledAt = at;
  }
}
