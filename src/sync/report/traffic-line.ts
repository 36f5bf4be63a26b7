import type { DeliveryAccount } from '../../protocol/run-account.ts';

/** What a destination has done, on one line for a person; `perSecond` counts records. */
export function trafficLine(
  { streams, requests, retries, bytes, inFlight }: DeliveryAccount,
  perSecond: number,
): string {
  const sum = (of: 'delivered' | 'rejected'): number =>
    streams.reduce((so_far, stream) => so_far + stream[of], 0);
  const again = Object.values(retries).reduce((so_far, count) => so_far + count, 0);
  return `${sum('delivered')} accepted, ${sum('rejected')} rejected, ${perSecond} a second; ${requests} requests, ${(bytes / 1e6).toFixed(1)} MB, ${inFlight} in flight, ${again} retries`;
}
