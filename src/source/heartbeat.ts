/** Airbyte ends a source that was silent for an hour or more, as its deployment says. */
export const heartbeatMs = 3 * 60 * 1000;

export interface Heartbeat {
  readonly type: 'HEARTBEAT';
}

/** The outputs, and a heartbeat each time that none has come for as long as that. */
export async function* withHeartbeat<T>(
  outputs: AsyncIterable<T>,
  everyMs: number,
): AsyncGenerator<T | Heartbeat> {
  const iterator = outputs[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = iterator.next();
      for (;;) {
        const come = await within(next, everyMs);
        if (come === undefined) yield { type: 'HEARTBEAT' };
        else if (come.done === true) return;
        else {
          yield come.value;
          break;
        }
      }
    }
  } finally {
    await iterator.return?.();
  }
}

/** What a promise gives; undefined where that takes longer. */
async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
