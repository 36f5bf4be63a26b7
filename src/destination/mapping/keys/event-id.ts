import { createHash } from 'node:crypto';
import { base32, ulidPattern } from '../../../streams/base32.ts';

/**
 * The ULID under which Customer.io takes an event once, however often it is sent. One that the record brings is
 * kept; else it is made from a hash of what tells it apart, so that a retry and a later run give the same. A row's own
 * key is never sent as it is: Customer.io would drop every later event.
 *
 * @param seconds the event's time, for one without a key of its own. One with a key is the same event when its time is
 *   corrected: its ULID has no time, as that of an undated event.
 */
export function eventId(given: unknown, seconds: number | undefined, identity: string): string {
  if (typeof given === 'string' && ulidPattern.test(given)) return given;
  const hash = createHash('sha1').update(identity).digest('hex').slice(0, 20);
  return `${base32(BigInt(Math.max(0, seconds ?? 0)) * 1000n, 10)}${base32(BigInt(`0x${hash}`), 16)}`;
}
