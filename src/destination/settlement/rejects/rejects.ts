import type { Refusal } from '../../mapping/limits.ts';

/** Keeps the records that could not be delivered, each whole and with its reason. */
export interface Rejects {
  /** `record` is the RECORD message as it came. */
  add(stream: string, record: string, refusal: Refusal): void;
  /** So much waits to be written that records should wait too. */
  readonly isFull: boolean;
  /** Resolves when all that was added will last; a state may pass only then. */
  flush(): Promise<void>;
  /** Comes every second, however far the next state is. */
  tick(): Promise<void>;
  close(): Promise<void>;
  /** Where they are, once a record was rejected: a path, an address, or `log`. */
  readonly path: string | undefined;
  readonly count: number;
}
