import type { Json } from '../json.ts';
import type { MergeOperation } from './operation.ts';
import { KINDS } from './people.ts';
import type { Attributes, PersonRecord } from './records.ts';
import type { Store } from './store.ts';

/** "The most recent 30-days of event history", in seconds. */
const HISTORY = 30 * 86_400;

/** "Attributes that are not set, or are empty, on the primary." */
const isEmpty = (value: Json | undefined): boolean => value === undefined || value === null || value === '';

function fill(into: Attributes, from: Attributes): void {
  for (const [name, value] of from) if (isEmpty(into.get(name))) into.set(name, value);
}

/**
 * POST /api/v1/merge_customers, which "Person: Merge" does not restate: what the primary lacks it takes from the
 * secondary, which is deleted. "If the primary profile doesn't exist, your request won't do anything." Of
 * relationships the description says nothing; https://docs.customer.io/journeys/merge-people/ does: "Relationships and
 * relationship attributes that the primary did not have". Older events go with the secondary; so do devices, which
 * neither names.
 */
export function mergePeople(store: Store, operation: MergeOperation, now: number): void {
  const { people, objects, events } = store.tables;
  const primary = people.find(operation.primary);
  const secondary = people.find(operation.secondary);
  if (primary === undefined || secondary === undefined || primary === secondary) return;
  const attributes = new Map(secondary.attributes);
  const relationships = new Map(secondary.relationships);
  for (const event of events.all()) {
    if (event.person === secondary && event.timestamp >= now - HISTORY) event.person = primary;
  }
  removePerson(store, secondary);
  for (const kind of KINDS) {
    if (isEmpty(primary.attributes.get(kind))) people.assign(primary, kind, attributes.get(kind));
    attributes.delete(kind);
  }
  fill(primary.attributes, attributes);
  for (const [object, held] of relationships) {
    const own = primary.relationships.get(object);
    if (own === undefined) objects.relate(primary, object, Object.fromEntries(held));
    else fill(own, held);
  }
}

/** Deletes a person with relationships and history. */
export function removePerson(store: Store, person: PersonRecord | undefined): void {
  if (person === undefined) return;
  store.tables.objects.unrelateAll(person);
  store.tables.people.remove(person);
  store.tables.events.forget(person);
}
