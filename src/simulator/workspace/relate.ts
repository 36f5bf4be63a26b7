import type { ObjectIdentifiers, PersonIdentifiers, Related } from './operation.ts';
import type { ObjectRecord, PersonRecord } from './records.ts';
import type { Store } from './store.ts';

type RelatedObjects = readonly Related<ObjectIdentifiers>[] | undefined;
type RelatedPeople = readonly Related<PersonIdentifiers>[] | undefined;

/** An object that is not there is made, as the API makes it. */
export function relateObjects(
  store: Store,
  person: PersonRecord | undefined,
  related: RelatedObjects = [],
): void {
  if (person === undefined) return;
  for (const { identifiers, relationship_attributes: attributes } of related) {
    const object = store.tables.objects.findOrCreate(identifiers);
    if (object !== undefined) store.tables.objects.relate(person, object, attributes);
  }
}

export function unrelateObjects(
  store: Store,
  person: PersonRecord | undefined,
  related: RelatedObjects = [],
): void {
  if (person === undefined) return;
  for (const { identifiers } of related) {
    const object = store.tables.objects.find(identifiers);
    if (object !== undefined) store.tables.objects.unrelate(person, object);
  }
}

/** A person who is not there is made: a profile without a name. */
export function relatePeople(
  store: Store,
  object: ObjectRecord | undefined,
  related: RelatedPeople = [],
): void {
  if (object === undefined) return;
  for (const { identifiers, relationship_attributes: attributes } of related) {
    const person = store.tables.people.findOrCreate(identifiers);
    if (person !== undefined) store.tables.objects.relate(person, object, attributes);
  }
}

export function unrelatePeople(
  store: Store,
  object: ObjectRecord | undefined,
  related: RelatedPeople = [],
): void {
  if (object === undefined) return;
  for (const { identifiers } of related) {
    const person = store.tables.people.find(identifiers);
    if (person !== undefined) store.tables.objects.unrelate(person, object);
  }
}
