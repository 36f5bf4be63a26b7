import { createHash } from 'node:crypto';

const base32 = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const ulid = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/i;

/** Crockford base 32 of the low `digits * 5` bits. */
function crockford(value: bigint, digits: number): string {
  return Array.from(
    { length: digits },
    (_, index) => base32[Number((value >> BigInt(5 * (digits - 1 - index))) & 31n)],
  ).join('');
}

/**
 * The ULID under which Customer.io takes an event once, however often it is sent. One that the record brings is
 * kept; else it is made from the event's time and a hash of what tells it apart, so that a retry and a later run
 * give the same. A row's own key is never sent as it is: Customer.io would drop every later event.
 */
export function eventId(given: unknown, seconds: number | undefined, identity: string): string {
  if (typeof given === 'string' && ulid.test(given)) return given;
  const hash = createHash('sha1').update(identity).digest('hex').slice(0, 20);
  return `${crockford(BigInt(Math.max(0, seconds ?? 0)) * 1000n, 10)}${crockford(BigInt(`0x${hash}`), 16)}`;
}
