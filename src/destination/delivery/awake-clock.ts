/** Milliseconds that only grow, whatever the system's clock is set to. */
export interface AwakeClock {
  now(): number;
  stop(): void;
}

const beatMs = 1_000;

/** A beat that is so late was none: the machine slept, or the process was stopped. */
const asleepMs = 10_000;

/**
 * Time in which this process could do something. A laptop that slept for an hour has not tried to reach anything for
 * an hour, so that hour is left out. Stop it when it is no longer asked.
 */
export function awakeClock(time: () => number = () => performance.now()): AwakeClock {
  let last = time();
  let asleep = 0;
  const now = (): number => {
    const at = time();
    if (at - last > asleepMs) asleep += at - last;
    last = at;
    return at - asleep;
  };
  const timer = setInterval(now, beatMs).unref();
  return { now, stop: () => clearInterval(timer) };
}
