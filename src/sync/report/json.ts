import type { SyncSummary } from '../run-sync.ts';

/** Where a sync keeps things, for who reads its summary. */
export interface SyncPaths {
  readonly state: string;
  readonly rejects: string | undefined;
}

/**
 * A sync in one line of JSON, for a machine: `ended` is complete, rejected, interrupted or failed (README.md says when); counts are of records;
 * `delivered` and `rejected` are those whose state was kept. `delivery` is the destination's own account (requests,
 * retries, bytes, …), null where it did not come to give one; it ended as the sync did, though the destination
 * completes what a source that failed has given it.
 */
export function summaryJson(
  { streams, errors, seconds, interrupted, delivery, rejected }: SyncSummary,
  paths: SyncPaths,
): string {
  const fault = rejected ? 'rejected' : 'failed';
  const ended = errors.length > 0 ? fault : interrupted ? 'interrupted' : 'complete';
  const counts = streams.map(({ stream, read, delivered, rejected, findings }) => ({
    stream,
    read,
    delivered,
    rejected,
    findings,
  }));
  const sum = (of: 'read' | 'delivered' | 'rejected'): number =>
    counts.reduce((so_far, stream) => so_far + stream[of], 0);
  return JSON.stringify({
    ended,
    seconds,
    read: sum('read'),
    delivered: sum('delivered'),
    rejected: sum('rejected'),
    streams: counts,
    delivery: delivery === undefined ? null : { ...delivery, ended },
    errors,
    state: paths.state,
    rejects: paths.rejects ?? null,
  });
}
