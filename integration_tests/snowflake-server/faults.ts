/** What the server does wrong on demand; each entry is used up by one request. */
export type Fault =
  | { readonly at: 'login' | 'query' | 'chunk' | 'result'; readonly kind: 'status'; readonly status: number }
  /** Snowflake itself refuses, with its own code. */
  | {
      readonly at: 'login' | 'result';
      readonly kind: 'refused';
      readonly code: string;
      readonly message: string;
    }
  /** The first statement that holds the text is refused. */
  | {
      readonly at: 'statement';
      readonly kind: 'refused';
      readonly code: string;
      readonly message: string;
      readonly holds: string;
    }
  /** The connection ends in the middle of a chunk's body. */
  | { readonly at: 'chunk'; readonly kind: 'cut' }
  /** Half of the compressed chunk, as if it were whole. */
  | { readonly at: 'chunk'; readonly kind: 'half' }
  /** The chunk comes compressed, and nothing says so. */
  | { readonly at: 'chunk'; readonly kind: 'headless' }
  /** The chunk's last row is not there. */
  | { readonly at: 'chunk'; readonly kind: 'short' }
  /** From now on every address of the result that was given out so far answers so: 403 at S3, 400 at Google's. */
  | { readonly at: 'chunk'; readonly kind: 'expire'; readonly status: 403 | 400 }
  /** The session's token is no longer valid: the driver must renew it. */
  | { readonly at: 'query' | 'result'; readonly kind: 'expired' }
  /** The answer says that the query still runs, and where its result will be. */
  | { readonly at: 'query' | 'result'; readonly kind: 'slow' }
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
    return this.#takeFirst((fault) => fault.at === at && kinds.includes(fault.kind));
  }

  takeForStatement(sql: string): Fault | undefined {
    return this.#takeFirst((fault) => fault.at === 'statement' && sql.includes(fault.holds));
  }

  #takeFirst(fits: (fault: Fault) => boolean): Fault | undefined {
    const index = this.#waiting.findIndex(fits);
    return index < 0 ? undefined : this.#waiting.splice(index, 1)[0];
  }
}
