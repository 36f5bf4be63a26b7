const unitMilliseconds = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

const isUnit = (text: string): text is keyof typeof unitMilliseconds => Object.hasOwn(unitMilliseconds, text);

/** Now, as warehouses hold it: UTC without zone, to the millisecond. */
export const readStart = (): string => new Date().toISOString().replace('Z', '');

/** A cursor's timestamp less a duration such as `12h`; fractions finer than a millisecond only go further back. */
export function lookbackFrom(timestamp: string, duration: string): string {
  const unit = duration.slice(-1);
  const factor = isUnit(unit) ? unitMilliseconds[unit] : 0;
  const from = new Date(`${timestamp.slice(0, 23)}Z`).getTime() - Number.parseInt(duration, 10) * factor;
  return new Date(from).toISOString().replace('Z', '');
}

/**
 * What `{{ last_sync_time }}` is in a model: whole unix seconds, 0 on the first run. One second before the
 * cursor, since models ask for `> last_sync_time` and a row may share the cursor's timestamp.
 */
export function lastSyncTime(cursor: string | null | undefined, lookback: string | undefined): number {
  if (cursor === null || cursor === undefined) return 0;
  const from = lookback === undefined ? cursor : lookbackFrom(cursor, lookback);
  const seconds = Math.floor(Date.parse(`${from.slice(0, 19)}Z`) / 1000) - 1;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : 0;
}
