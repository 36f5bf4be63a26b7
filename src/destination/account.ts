import type { DeliveryAccount, StreamDelivery } from '../protocol/run-account.ts';
import type { DeliveryStats } from './delivery/attempts.ts';
import type { Notices } from './input/notices.ts';
import type { Ledger, StreamTally } from './settlement/ledger.ts';
import type { Rejects } from './settlement/rejects/rejects.ts';
import type { Judge } from './settlement/verdict.ts';

/** The parts of a run that know what it has done. */
export interface Watched {
  readonly ledger: Pick<Ledger, 'tallies'>;
  readonly delivery: { readonly stats: Readonly<DeliveryStats> };
  readonly rejects: Pick<Rejects, 'path' | 'count'>;
  readonly judge: Pick<Judge, 'reasons' | 'rejectedBy'>;
  readonly notices: Notices;
}

/** What the run has done so far. */
export function deliveryAccount(watched: Watched): DeliveryAccount {
  const { requests, retries, bytes, inFlight } = watched.delivery.stats;
  return {
    streams: [...watched.ledger.tallies].map(([stream, tally]) => deliveryOf(watched, stream, tally)),
    requests,
    retries: Object.fromEntries(retries),
    bytes,
    inFlight,
    rejects: watched.rejects.path ?? null,
  };
}

function deliveryOf({ judge, notices }: Watched, stream: string, tally: StreamTally): StreamDelivery {
  const { truncated, trimmed } = notices.of(stream);
  const { removed, merged } = notices.removalsOf(stream);
  return {
    stream,
    read: tally.opened,
    delivered: tally.accepted,
    rejected: tally.rejected,
    rejected_by: judge.rejectedBy(stream),
    truncated: Object.fromEntries(truncated),
    trimmed: Object.fromEntries(trimmed),
    removed,
    merged,
  };
}
