import type { DestinationInput } from '../../protocol/connector.ts';

/** The lines of an item of the input; undefined where it has none. */
export function linesOf(item: DestinationInput): Uint8Array | undefined {
  if (item.type === 'LINES' || item.type === 'RECORD_LINES') return item.lines;
  return item.type === 'RECORD' ? Buffer.from(`${JSON.stringify(item)}\n`) : undefined;
}

/** Ends when the signal comes, though the input may wait for more for ever. */
export async function* untilAborted<T>(input: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const iterator = input[Symbol.asyncIterator]();
  // One listener for all of the run. Not Promise.race with one promise for the signal: that would hold every value
  // until the end.
  let stop = (): void => undefined;
  const onAbort = (): void => stop();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    while (!signal.aborted) {
      const next = await new Promise<IteratorResult<T> | undefined>((resolve, reject) => {
        stop = () => resolve(undefined);
        iterator.next().then(resolve, reject);
      });
      stop = () => undefined;
      if (next === undefined || next.done === true) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    // Not waited for: a source that is itself waiting would hold up the end.
    void iterator.return?.().then(undefined, () => undefined);
  }
}
