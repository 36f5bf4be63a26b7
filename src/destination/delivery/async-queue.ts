/** Stands between those who produce at any time and one who takes in order. */
export class AsyncQueue<T> {
  readonly #items: T[] = [];
  #ended: { readonly failure: unknown } | undefined;
  #wake: () => void = () => undefined;

  put(item: T): void {
    this.#items.push(item);
    this.#wake();
  }

  /** No more will come; a failure is thrown to the taker once all is taken. */
  close(failure?: unknown): void {
    this.#ended = { failure };
    this.#wake();
  }

  async *take(): AsyncGenerator<T> {
    for (;;) {
      for (let item = this.#items.shift(); item !== undefined; item = this.#items.shift()) yield item;
      if (this.#ended !== undefined) break;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#ended.failure !== undefined) throw this.#ended.failure;
  }
}
