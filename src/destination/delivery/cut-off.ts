import type { Transport } from './transport.ts';

/** Less than what an interrupted command waits for (5 s), so that a last state and the account still get out. */
const patienceMs = 3_500;

/**
 * Closes the transport some time after the signal: a server that does not answer must not keep the run from telling
 * what became of the rest. What was in flight then counts as not sent.
 *
 * @returns to be called at the end of the run
 */
export function cutOffLate(signal: AbortSignal, transport: Transport, ms = patienceMs): () => void {
  let timer: NodeJS.Timeout | undefined;
  const start = (): void => {
    timer = setTimeout(() => transport.close(), ms);
  };
  if (signal.aborted) start();
  else signal.addEventListener('abort', start, { once: true });
  return () => {
    clearTimeout(timer);
    signal.removeEventListener('abort', start);
  };
}
