import { ConnectorError } from '../../../errors/connector-error.ts';
import type { Refusal } from '../../mapping/limits.ts';
import type { RejectLine } from '../reject-line.ts';
import type { Rejects } from './rejects.ts';

/** Rejects beyond this many bytes are not kept in memory until the next state: it may be far. */
const mostWaiting = 4_000_000;

/** Where lines are written to and last. */
export interface RejectsPlace {
  /** A path or an address, for a person. */
  readonly name: string;
  /** Which setting names it. */
  readonly setting: string;
  /** Lines may be written every second. Otherwise they are written when a state must pass, or when they are many. */
  readonly isCheap: boolean;
  /** Resolves when the text has been written and will last. */
  append(text: string): Promise<void>;
  /** Makes sure that what was written is still there. */
  restore(): Promise<void>;
  /** Says why a write failed, in words for a person. */
  faultOf(cause: unknown): string;
  /** Whether it is worth trying again later, with the same settings. */
  mayPass(cause: unknown): boolean;
  close(): Promise<void>;
}

/** Records that could not be delivered, each whole and with its reason: NDJSON in a place of its own for each run. */
export class WrittenRejects implements Rejects {
  readonly #place: RejectsPlace;
  readonly #lineOf: RejectLine;
  #waiting: string[] = [];
  #waitingLength = 0;
  #count = 0;
  #written: Promise<void> = Promise.resolve();

  constructor(place: RejectsPlace, lineOf: RejectLine) {
    this.#place = place;
    this.#lineOf = lineOf;
  }

  add(stream: string, record: string, refusal: Refusal): void {
    this.#count += 1;
    const line = this.#lineOf(stream, record, refusal);
    this.#waiting.push(`${line}\n`);
    this.#waitingLength += line.length;
  }

  get isFull(): boolean {
    return this.#waitingLength > mostWaiting;
  }

  /**
   * Looks after the place also where nothing waits: the state that comes next vouches for what was written before.
   */
  flush(): Promise<void> {
    if (this.#count === 0) return this.#written;
    const lines = this.#waiting;
    this.#waiting = [];
    this.#waitingLength = 0;
    this.#written = this.#written.then(() => this.#write(lines));
    return this.#written;
  }

  async tick(): Promise<void> {
    if (this.#place.isCheap) await this.flush();
  }

  async close(): Promise<void> {
    await this.flush().finally(() => this.#place.close());
  }

  get path(): string | undefined {
    return this.#count === 0 ? undefined : this.#place.name;
  }

  get count(): number {
    return this.#count;
  }

  async #write(lines: readonly string[]): Promise<void> {
    try {
      if (lines.length > 0) await this.#place.append(lines.join(''));
      else await this.#place.restore();
    } catch (cause) {
      throw unwritable(this.#place, cause);
    }
  }
}

function unwritable(place: RejectsPlace, cause: unknown): ConnectorError {
  const { name, setting } = place;
  return new ConnectorError(
    `Rejected records cannot be written to ${name}: ${place.faultOf(cause)}. No state passes them, so the next run sends them again. Fix what "${setting}" names.`,
    { failureType: place.mayPass(cause) ? 'transient_error' : 'config_error', cause },
  );
}
