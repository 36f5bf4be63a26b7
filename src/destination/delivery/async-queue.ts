/** A queue between those who produce at any time and one who takes in order. */
export interface Outbox<T> {
  put(item: T): void;
  /** No more will come; a failure is thrown to the taker once all is taken. */
  close(failure?: unknown): void;
  take(): AsyncGenerator<T>;
}

export function outbox<T>(): Outbox<T> {
  const items: T[] = [];
  let ended: { readonly failure: unknown } | undefined;
  let wake: () => void = () => undefined;
  return {
    put(item) {
      items.push(item);
      wake();
    },
    close(failure) {
      ended = { failure };
      wake();
    },
    async *take() {
      for (;;) {
        for (let item = items.shift(); item !== undefined; item = items.shift()) yield item;
        if (ended !== undefined) break;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      if (ended.failure !== undefined) throw ended.failure;
    },
  };
}
