import type { StreamMapping } from '../mapping/stream-mapping.ts';

/**
 * Which streams' records are on their way, and when one has to wait for the others: what no lane can order. A
 * relationship touches a person and an object. And a stream may know a person by another identifier than the one
 * before (an event by email, the person by id), so what came before a stream begins is let through first; streams
 * that come mixed wait only that once. Merges of people are a stream of their own: they touch two, and Customer.io must
 * have both.
 */
export class StreamOrder {
  readonly #begun = new Set<string>();
  readonly #underWay = new Set<StreamMapping['kind']>();
  /** Records come in runs of one stream: the sets are asked only between them. */
  #latest: StreamMapping | undefined;

  /** Merges are on their way. */
  #isMerging = false;

  /** Whether what is on its way must be let through before a record of this stream, or a merge. */
  mustWait(plan: StreamMapping, isMerge = false): boolean {
    if (isMerge !== this.#isMerging) return this.#underWay.size > 0;
    if (plan === this.#latest) return false;
    if (!this.#begun.has(plan.key)) return this.#underWay.size > 0;
    return (
      (plan.kind === 'relationships' && this.#underWay.has('persons')) ||
      (plan.kind === 'persons' && this.#underWay.has('relationships'))
    );
  }

  /** Everything that was on its way is settled. */
  drained(): void {
    this.#underWay.clear();
    this.#latest = undefined;
  }

  /** A record of this stream goes on its way. */
  enter(plan: StreamMapping, isMerge = false): void {
    this.#isMerging = isMerge;
    if (plan === this.#latest) return;
    this.#latest = plan;
    this.#begun.add(plan.key);
    this.#underWay.add(plan.kind);
  }
}
