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

/** A token bucket of one second whose rate is halved by each throttling and recovers by a twentieth. */
export function pace(ceiling: number, signal: AbortSignal): Pace {
  let rate = ceiling;
  let tokens = ceiling;
  let filledAt = Date.now();
  let closedUntil = 0;
  let lastSlowdown = 0;
  const refill = (): void => {
    const now = Date.now();
    tokens = Math.min(Math.max(1, rate), tokens + ((now - filledAt) / 1000) * rate);
    filledAt = now;
  };
  const waitMs = (): number => {
    refill();
    const closed = closedUntil - Date.now();
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
      const now = Date.now();
      if (afterMs !== undefined) closedUntil = Math.max(closedUntil, now + afterMs);
      // Ten lanes that hit one wall are one event, not ten halvings.
      if (now - lastSlowdown < 1000) return;
      lastSlowdown = now;
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
