import { log } from '../../../protocol/make-message.ts';
import type { AirbyteMessage } from '../../../protocol/messages.ts';
import type { Refusal } from '../../mapping/limits.ts';
import type { RejectLine } from '../reject-line.ts';
import type { Rejects } from './rejects.ts';

/** The choice of `rejects` that is no folder. */
export const toLog = 'log';

/** What a line of a rejects file stands behind in a log. */
const rejectedRecord = 'Rejected record: ';

/**
 * Rejects as LOG lines, where nothing else lasts. Each goes out at once: a state that vouches for it is put into the
 * same queue later.
 */
export class LogRejects implements Rejects {
  readonly #lineOf: RejectLine;
  readonly #put: (message: AirbyteMessage) => void;
  readonly isFull = false;
  #count = 0;

  constructor(lineOf: RejectLine, put: (message: AirbyteMessage) => void) {
    this.#lineOf = lineOf;
    this.#put = put;
  }

  add(stream: string, record: string, refusal: Refusal): void {
    this.#count += 1;
    this.#put(log('WARN', `${rejectedRecord}${this.#lineOf(stream, record, refusal)}`));
  }

  async flush(): Promise<void> {}

  async tick(): Promise<void> {}

  async close(): Promise<void> {}

  get path(): string | undefined {
    return this.#count === 0 ? undefined : toLog;
  }

  get count(): number {
    return this.#count;
  }
}
