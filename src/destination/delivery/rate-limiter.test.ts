import { describe, expect, it } from 'vitest';
import { awakeClock } from './awake-clock.ts';
import { RateLimiter } from './rate-limiter.ts';

const { signal } = new AbortController();

/** How many turns are to be had at once. */
async function burst(of: RateLimiter): Promise<number> {
  for (let count = 0; ; count += 1) {
    const turn = of.acquire().then(() => true);
    const now = new Promise<false>((resolve) => setImmediate(() => setImmediate(() => resolve(false))));
    if (!(await Promise.race([turn, now]))) return count;
  }
}

describe('the rate limiter', () => {
  it('gives a second’s worth at once, and no more after any gap', async () => {
    let time = 0;
    const limiter = new RateLimiter(10, signal, () => time);
    expect(await burst(limiter)).toBe(10);
    time += 3_600_000;
    // The turn that was waited for in the burst before comes first.
    expect(await burst(new RateLimiter(10, signal, () => time))).toBe(10);
  });

  it('takes a first throttling seriously, however young the process is', () => {
    const limiter = new RateLimiter(100, signal, () => 5);
    limiter.throttle(undefined);
    expect(limiter.rate).toBe(50);
  });

  it('is halved once by what comes within a second, and again after', () => {
    let time = 5;
    const limiter = new RateLimiter(100, signal, () => time);
    for (let n = 0; n < 10; n += 1) limiter.throttle(undefined);
    expect(limiter.rate).toBe(50);
    time += 1_001;
    limiter.throttle(undefined);
    expect(limiter.rate).toBe(25);
  });
});

describe('the awake clock', () => {
  it('leaves out what was slept, and nothing else', () => {
    let time = 7;
    const clock = awakeClock(() => time);
    const start = clock.now();
    for (const passed of [500, 9_000, 3_600_000, 1_000, 86_400_000, 9_999]) {
      time += passed;
      clock.now();
    }
    expect(clock.now() - start).toBe(500 + 9_000 + 1_000 + 9_999);
    clock.stop();
  });

  it('sees a sleep though nobody asks', async () => {
    let slept = 0;
    const clock = awakeClock(() => performance.now() + slept);
    const start = clock.now();
    slept = 3_600_000;
    await expect.poll(() => clock.now() - start, { timeout: 5_000 }).toBeGreaterThan(1_500);
    expect(clock.now() - start).toBeLessThan(3_600_000);
    clock.stop();
  });
});
