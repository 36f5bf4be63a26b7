import type { Json } from '../json.ts';
import type { Attributes, ObjectRecord } from './records.ts';
import { type PersonView, type Store, viewPerson } from './store.ts';

const DAY = 86_400;

/**
 * The segments of docs/customer-io-integration.md, "Segmentation Use Cases": people with at least one
 * relationship that fits. `now` is in unix seconds.
 */
export function primaryLocationIs(store: Store, objectId: string): PersonView[] {
  return peopleWith(
    store,
    (held, object) => isTrue(held, 'is_primary_location') && object.objectId === objectId,
  );
}

export function multiLocation(store: Store): PersonView[] {
  return peopleWith(store, (held) => isTrue(held, 'has_multiple_locations'));
}

/** "`is_primary_location = true` AND `last_interaction_at` is more than 30 days ago" */
export function lapsedAtPrimaryLocation(store: Store, now: number, days = 30): PersonView[] {
  return peopleWith(store, (held) => {
    const last = unixSeconds(held.get('last_interaction_at'));
    return isTrue(held, 'is_primary_location') && last !== undefined && last < now - days * DAY;
  });
}

/** "`is_first_location = true` AND `first_interaction_at` is within the last 7 days" */
export function newAtLocation(store: Store, now: number, days = 7): PersonView[] {
  return peopleWith(store, (held) => {
    const first = unixSeconds(held.get('first_interaction_at'));
    return (
      isTrue(held, 'is_first_location') && first !== undefined && first >= now - days * DAY && first <= now
    );
  });
}

function peopleWith(store: Store, fits: (held: Attributes, object: ObjectRecord) => boolean): PersonView[] {
  const found: PersonView[] = [];
  for (const person of store.tables.people.all()) {
    const some = person.relationships.entries().some(([object, held]) => fits(held, object));
    if (some) found.push(viewPerson(person));
  }
  return found;
}

/** Customer.io stores attributes as text, so `true` and "true" are one to a filter. */
function isTrue(held: Attributes, name: string): boolean {
  return String(held.get(name)).toLowerCase() === 'true';
}

/** A date, a time of up to nine fractional digits if it has one, and a zone if it names one. */
const TEXT =
  /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,3})\d*)?)?\s*(Z|UTC|[+-]\d\d(?::?\d\d)?)?$/i;

/** Unix seconds of a number, or of ISO or `YYYY-MM-DD HH:MM:SS` text, which is UTC unless it says otherwise. */
export function unixSeconds(value: Json | undefined): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  if (Number.isFinite(Number(value))) return Number(value);
  const [matched, date, time = '00:00:00', fraction = '0', zone = 'Z'] = TEXT.exec(value.trim()) ?? [];
  if (matched === undefined) return undefined;
  const parsed = Date.parse(`${date}T${time}.${fraction}${isoZone(zone)}`);
  return Number.isNaN(parsed) ? undefined : parsed / 1000;
}

function isoZone(zone: string): string {
  if (/^(z|utc)$/i.test(zone)) return 'Z';
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
  return `${zone[0]}${digits.slice(0, 2)}:${digits.slice(2)}`;
}
