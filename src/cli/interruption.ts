import { constants } from 'node:os';

type Interrupt = 'SIGTERM' | 'SIGINT';
const interrupts: readonly Interrupt[] = ['SIGTERM', 'SIGINT'];

/** Longer than settling a request takes, shorter than the 10 s after which Airbyte and Docker kill. */
const patienceMs = 5_000;

/**
 * Runs work that SIGTERM and SIGINT abort: it settles, emits its last state and returns, then the signal is
 * raised again with no handler, since callers tell "stopped" from "failed" by it. A second signal ends at
 * once; so does the watchdog, where stdout's reader has stopped and nothing can settle any more.
 */
export async function untilInterrupted(work: (signal: AbortSignal) => Promise<number>): Promise<number> {
  const controller = new AbortController();
  let received: Interrupt | undefined;
  let watchdog: NodeJS.Timeout | undefined;
  const onInterrupt = (name: Interrupt): void => {
    if (received !== undefined) {
      raise(name);
      return;
    }
    received = name;
    watchdog = setTimeout(() => raise(name), patienceMs);
    controller.abort();
  };
  for (const name of interrupts) process.on(name, onInterrupt);
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(watchdog);
    for (const name of interrupts) process.off(name, onInterrupt);
    if (received !== undefined) await raisedForGood(received);
  }
}

function raise(name: Interrupt): void {
  for (const each of interrupts) process.removeAllListeners(each);
  process.kill(process.pid, name);
  // PID 1 of a container has no default action: the signal does nothing there.
  setTimeout(() => process.exit(128 + constants.signals[name]), 250);
}

function raisedForGood(name: Interrupt): Promise<never> {
  raise(name);
  return new Promise(() => {});
}
