import type { Refusal } from '../mapping/limits.ts';

/** Fields are named by the data: their number has no bound of its own. */
const mostReasons = 1_000;

interface Reason {
  readonly kind: string;
  /** That of the first record. */
  readonly message: string;
  count: number;
}

/** Why records were rejected, counted. */
export class RejectReasons {
  readonly #reasons = new Map<string, Reason>();
  #count = 0;

  add({ reason, field, message }: Refusal): void {
    this.#count += 1;
    // Not by the message, which may name a size or a value of this record alone.
    const kind = `${reason}${field === '' ? '' : ` (${field})`}`;
    const known = this.#reasons.get(kind);
    if (known !== undefined) known.count += 1;
    else if (this.#reasons.size < mostReasons) this.#reasons.set(kind, { kind, message, count: 1 });
  }

  get count(): number {
    return this.#count;
  }

  /** The three commonest, as a sentence. */
  commonest(): string {
    const top = [...this.#reasons.values()].toSorted((a, b) => b.count - a.count).slice(0, 3);
    return `The commonest reasons: ${top.map((each) => `${each.count} times ${each.kind}, such as: ${each.message}`).join('; ')}`;
  }
}
