import type { StreamPlan } from '../mapping/stream-mapping.ts';

/**
 * Which streams' records are on their way, and when one has to wait for the others: what no lane can order. A
 * relationship touches a person and an object. And a stream may know a person by another identifier than the one
 * before (an event by email, the person by id), so what came before a stream begins is let through first; streams
 * that come mixed wait only that once.
 */
export class StreamOrder {
  readonly #begun = new Set<string>();
  readonly #underWay = new Set<StreamPlan['kind']>();
  /** Records come in runs of one stream: the sets are asked only between them. */
  #latest: StreamPlan | undefined;

  /** Whether what is on its way must be let through before a record of this stream. */
  mustWait(plan: StreamPlan): boolean {
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
  }

  /** A record of this stream goes on its way. */
  enter(plan: StreamPlan): void {
    if (plan === this.#latest) return;
    this.#latest = plan;
    this.#begun.add(plan.key);
    this.#underWay.add(plan.kind);
  }
}
