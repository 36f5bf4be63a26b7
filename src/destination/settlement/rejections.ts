import type { Refusal } from '../mapping/limits.ts';
import type { Acknowledgement, Ledger } from './ledger.ts';
import { type RecordLine, textOf } from './record-line.ts';
import type { Rejects } from './rejects/rejects.ts';
import type { Judge, RejectedError } from './verdict.ts';

export interface RejectionOptions {
  readonly ledger: Pick<Ledger, 'reject'>;
  readonly rejects: Rejects;
  readonly judge: Judge;
  /** Told why the run must stop in its middle, once too much of it was rejected. */
  readonly stop: (reason: RejectedError) => void;
}

/** What a rejected record leads to: a line on file, a settled entry, and now and then the end of the run. */
export class Rejections {
  readonly #options: RejectionOptions;

  constructor(options: RejectionOptions) {
    this.#options = options;
  }

  reject(acknowledgement: Acknowledgement, line: RecordLine, refusal: Refusal): void {
    const { rejects, judge, ledger, stop } = this.#options;
    const { stream } = acknowledgement;
    const record = textOf(line);
    rejects.add(stream, record, refusal);
    judge.add(stream, refusal, record);
    ledger.reject(acknowledgement);
    const tooMany = judge.stops(stream);
    if (tooMany !== undefined) stop(tooMany);
  }

  /** Waits only where so much is to be written that records should wait too. */
  room(): Promise<void> | undefined {
    return this.#options.rejects.isFull ? this.flush() : undefined;
  }

  /** Resolves when all rejects will last: a state vouches for them, and may pass only then. */
  flush(): Promise<void> {
    return this.#options.rejects.flush();
  }

  /** Comes every second, however far the next state is. */
  tick(): Promise<void> {
    return this.#options.rejects.tick();
  }
}
