import type { StreamPlan } from '../mapping/stream-mapping.ts';

/** Which streams' records are on their way, and when one has to wait for the others. */
export interface StreamOrder {
  /** Whether what is on its way must be let through before a record of this stream. */
  mustWait(plan: StreamPlan): boolean;
  /** Everything that was on its way is settled. */
  drained(): void;
  /** A record of this stream goes on its way. */
  enter(plan: StreamPlan): void;
}

/**
 * What no lane can order. A relationship touches a person and an object. And a stream may know a person by
 * another identifier than the one before (an event by e-mail, the person by id), so what came before a stream
 * begins is let through first; streams that come mixed wait only that once.
 */
export function streamOrder(): StreamOrder {
  const begun = new Set<string>();
  const underWay = new Set<StreamPlan['kind']>();
  /** Records come in runs of one stream: the sets are asked only between them. */
  let latest: StreamPlan | undefined;
  return {
    mustWait(plan) {
      if (plan === latest) return false;
      if (!begun.has(plan.key)) return underWay.size > 0;
      return (
        (plan.kind === 'relationships' && underWay.has('persons')) ||
        (plan.kind === 'persons' && underWay.has('relationships'))
      );
    },
    drained: () => underWay.clear(),
    enter(plan) {
      if (plan === latest) return;
      latest = plan;
      begun.add(plan.key);
      underWay.add(plan.kind);
    },
  };
}
