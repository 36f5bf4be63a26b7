import { refuse } from './keys/identifiers.ts';
import type { Refusal } from './limits.ts';
import type { StreamMapping } from './stream-mapping.ts';
import { unixSeconds } from './timestamps.ts';

/** The root timestamp: unreadable is a refusal, the future is now, since all later updates would seem stale. */
export function rootTimestamp(
  data: Readonly<Record<string, unknown>>,
  plan: StreamMapping,
): { timestamp?: number } | Refusal {
  const value = data[plan.columns.timestamp];
  if (value === null || value === undefined || value === '') return {};
  const seconds = unixSeconds(value);
  const field = plan.columns.timestamp;
  if (seconds === undefined) return refuse('invalid', field, `${field} cannot be read as a timestamp.`);
  return { timestamp: Math.min(seconds, Math.floor(Date.now() / 1000)) };
}
