import { setTimeout as sleep } from 'node:timers/promises';

/** Decides when a request may go: one for all lanes. */
export interface Pace {
  /** Resolves when the next request may be sent. */
  turn(): Promise<void>;
  /** Customer.io said that it is too much: nobody sends before the time it names, and all send slower. */
  slowDown(afterMs: number | undefined): void;
  /** A request went well: back towards the ceiling, a little each time. */
  recover(): void;
  readonly rate: number;
}

const slowest = 0.5;

/** A longer timer fires at once in Node, and a server may name any time. */
export const longestTimerMs = 2 ** 31 - 1;

/**
 * A token bucket of one second whose rate is halved by each throttling and recovers by a twentieth. `now` never goes
 * back: by a clock that is set back an hour, nothing would be sent for an hour.
 */
export function pace(
  ceiling: number,
  signal: AbortSignal,
  now: () => number = () => performance.now(),
): Pace {
  let rate = ceiling;
  let tokens = ceiling;
  let filledAt = now();
  let closedUntil = Number.NEGATIVE_INFINITY;
  let lastSlowdown = Number.NEGATIVE_INFINITY;
  const refill = (): void => {
    const at = now();
    tokens = Math.min(Math.max(1, rate), tokens + ((at - filledAt) / 1000) * rate);
    filledAt = at;
  };
  const waitMs = (): number => {
    refill();
    const closed = closedUntil - now();
    return Math.max(closed, tokens >= 1 ? 0 : ((1 - tokens) / rate) * 1000);
  };
  return {
    async turn() {
      for (let wait = waitMs(); wait > 0 && !signal.aborted; wait = waitMs()) {
        await sleep(Math.min(Math.ceil(wait), longestTimerMs), undefined, { signal }).catch(() => undefined);
      }
      tokens -= 1;
    },
    slowDown(afterMs) {
      const at = now();
      if (afterMs !== undefined) closedUntil = Math.max(closedUntil, at + afterMs);
      // Ten lanes that hit one wall are one event, not ten halvings.
      if (at - lastSlowdown < 1000) return;
      lastSlowdown = at;
      rate = Math.max(slowest, rate / 2);
      tokens = Math.min(tokens, 0);
    },
    recover() {
      rate = Math.min(ceiling, rate + ceiling / 20);
    },
    get rate() {
      return rate;
    },
  };
}
