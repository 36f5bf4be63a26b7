import { setTimeout as pause } from 'node:timers/promises';
import { ConnectorError } from '../../../errors/connector-error.ts';

async function silence(milliseconds: number, signal: AbortSignal): Promise<never> {
  await pause(milliseconds, undefined, { signal });
  throw new ConnectorError(
    `Snowflake sent nothing for ${Math.round(milliseconds / 1000)} seconds in the middle of a result. Run it again: it continues from the last state.`,
    { failureType: 'transient_error' },
  );
}

async function nextOf<T>(iterator: AsyncIterator<T>, milliseconds: number): Promise<IteratorResult<T>> {
  const waiting = new AbortController();
  try {
    return await Promise.race([iterator.next(), silence(milliseconds, waiting.signal)]);
  } finally {
    waiting.abort();
  }
}

/**
 * The same parts; an error where none comes for so long. The driver swallows what goes wrong while it reads a
 * chunk that is broken and looks whole, and its stream then waits for ever.
 */
export async function* unlessSilent<T>(parts: AsyncIterable<T>, milliseconds: number): AsyncGenerator<T> {
  const iterator = parts[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await nextOf(iterator, milliseconds);
      if (next.done) return;
      yield next.value;
    }
  } finally {
    // Not waited for: the end of a stream that is stuck comes no more than its rows.
    void iterator.return?.();
  }
}
