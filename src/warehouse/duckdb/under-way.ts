/**
 * What the engine works on. It works on threads of its own, and a database that is closed under one takes the process
 * with it: whoever leaves a query halfway leaves it here.
 */
export class UnderWay {
  readonly #all = new Set<Promise<unknown>>();

  /** Gives the work back, remembered until it is done. */
  add<T>(work: Promise<T>): Promise<T> {
    const remembered: Promise<unknown> = work.then(
      () => this.#all.delete(remembered),
      () => this.#all.delete(remembered),
    );
    this.#all.add(remembered);
    return work;
  }

  async done(): Promise<void> {
    await Promise.all(this.#all);
  }
}
