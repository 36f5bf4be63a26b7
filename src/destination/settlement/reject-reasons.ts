import type { RejectKind } from '../../protocol/run-account.ts';
import type { Refusal } from '../mapping/limits.ts';

/** Fields are named by the data: their number has no bound of its own. */
const mostReasons = 1_000;

/** An account tells so many. */
const mostTold = 100;

interface Reason extends RejectKind {
  /** That of the first record. */
  readonly message: string;
}

/** Why records were rejected, counted. */
export class RejectReasons {
  readonly #reasons = new Map<string, Reason>();
  #count = 0;

  /** `example` gives the record's key, for the first record of a kind. */
  add({ reason, field, message }: Refusal, example: () => string | null = () => null): void {
    this.#count += 1;
    // Not by the message, which may name a size or a value of this record alone.
    const kind = JSON.stringify([reason, field]);
    const known = this.#reasons.get(kind);
    if (known !== undefined) known.count += 1;
    else if (this.#reasons.size < mostReasons)
      this.#reasons.set(kind, { reason, field, message, count: 1, example: example() });
  }

  get count(): number {
    return this.#count;
  }

  /** The commonest first. */
  get kinds(): RejectKind[] {
    return this.#commonest(mostTold).map(({ message: _, ...kind }) => kind);
  }

  /** The three commonest, as a sentence. */
  commonest(): string {
    const words = this.#commonest(3).map(
      ({ count, reason, field, message }) =>
        `${count} times ${reason}${field === '' ? '' : ` (${field})`}, such as: ${message}`,
    );
    return `The most common reasons: ${words.join('; ')}`;
  }

  #commonest(most: number): Reason[] {
    return [...this.#reasons.values()].toSorted((a, b) => b.count - a.count).slice(0, most);
  }
}
