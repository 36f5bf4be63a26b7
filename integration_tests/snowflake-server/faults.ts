/** What the server does wrong on demand; each entry is used up by one request. */
export type Fault =
  | { readonly at: 'login' | 'query' | 'chunk'; readonly kind: 'status'; readonly status: number }
  /** The connection ends in the middle of a chunk's body. */
  | { readonly at: 'chunk'; readonly kind: 'cut' }
  /** The session's token is no longer valid: the driver must renew it. */
  | { readonly at: 'query'; readonly kind: 'expired' }
  /** The first answer says that the query still runs, and where its result will be. */
  | { readonly at: 'query'; readonly kind: 'slow' }
  /** One row more is announced than comes. */
  | { readonly at: 'query'; readonly kind: 'short' };

export class Faults {
  readonly #waiting: Fault[] = [];

  add(...faults: readonly Fault[]): void {
    this.#waiting.push(...faults);
  }

  /** How many faults no request has met yet. */
  get left(): number {
    return this.#waiting.length;
  }

  clear(): void {
    this.#waiting.length = 0;
  }

  take(at: Fault['at'], ...kinds: readonly Fault['kind'][]): Fault | undefined {
    const index = this.#waiting.findIndex((fault) => fault.at === at && kinds.includes(fault.kind));
    return index < 0 ? undefined : this.#waiting.splice(index, 1)[0];
  }
}
