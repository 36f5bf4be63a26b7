import { identify } from './identify.ts';
import { mergePeople, removePerson } from './merge.ts';
import type {
  AnonymousOperation,
  EventOperation,
  MergeOperation,
  ObjectOperation,
  Operation,
  PersonOperation,
} from './operation.ts';
import { mergeAttributes, type ObjectRecord } from './records.ts';
import { relateObjects, relatePeople, unrelateObjects, unrelatePeople } from './relate.ts';
import type { Store } from './store.ts';

/** Everything from 1e11 on would be past the year 5138: milliseconds, in truth. */
const NOT_SECONDS = 1e11;

/** What a valid operation does to the store. `now` is in unix seconds. */
export function apply(store: Store, operation: Operation, now: number): void {
  switch (operation.type) {
    case 'delivery':
      return;
    case 'object':
      if (operation.action === 'identify_anonymous') identifyAnonymous(store, operation);
      else applyToObject(store, operation);
      return;
    case 'person':
      applyToPerson(store, operation, now);
      return;
  }
}

type OnPerson = PersonOperation | EventOperation | MergeOperation | Extract<Operation, { device: unknown }>;

function applyToPerson(store: Store, operation: OnPerson, now: number): void {
  switch (operation.action) {
    case 'event':
    case 'page':
    case 'screen':
      addEvent(store, operation, now);
      return;
    case 'merge':
      mergePeople(store, operation, now);
      return;
    case 'add_device':
      store.tables.people.findOrCreate(operation.identifiers)?.devices.add(operation.device.token);
      return;
    case 'delete_device':
      store.tables.people.find(operation.identifiers)?.devices.delete(operation.device.token);
      return;
    default:
      applyToProfile(store, operation, now);
      return;
  }
}

function applyToProfile(store: Store, operation: PersonOperation, now: number): void {
  const { people } = store.tables;
  const { identifiers, cio_relationships: related } = operation;
  switch (operation.action) {
    case 'identify':
      relateObjects(store, identify(store, inSeconds(operation, now), now), related);
      return;
    case 'add_relationships':
      relateObjects(store, people.findOrCreate(identifiers), related);
      return;
    case 'delete_relationships':
      unrelateObjects(store, people.find(identifiers), related);
      return;
    case 'delete':
      removePerson(store, people.find(identifiers));
      return;
    case 'suppress':
      people.suppress(identifiers, people.find(identifiers));
      removePerson(store, people.find(identifiers));
      return;
    case 'unsuppress':
      people.unsuppress(identifiers);
      return;
  }
}

/** "A root timestamp that is not unix seconds is replaced with now": so a millisecond makes all later ones stale. */
function inSeconds<T extends { readonly timestamp?: number }>(operation: T, now: number): T {
  const { timestamp } = operation;
  return timestamp === undefined || (timestamp > 0 && timestamp < NOT_SECONDS)
    ? operation
    : { ...operation, timestamp: now };
}

/** "Person: Event": a repeated id is ignored, an unknown person comes into being. */
function addEvent(store: Store, operation: EventOperation, now: number): void {
  const person = store.tables.people.findOrCreate(operation.identifiers);
  if (person === undefined || store.tables.events.isRepeated(operation.id)) return;
  const { action: kind, name, id, attributes } = operation;
  const { timestamp = now } = inSeconds(operation, now);
  store.tables.events.add({ person, kind, name, timestamp, id, attributes });
}

function applyToObject(store: Store, operation: ObjectOperation): void {
  const { objects } = store.tables;
  const { identifiers, cio_relationships: related } = operation;
  switch (operation.action) {
    case 'identify':
      relatePeople(store, identifyObject(store, operation), related);
      return;
    case 'add_relationships':
      relatePeople(store, objects.findOrCreate(identifiers), related);
      return;
    case 'delete_relationships':
      unrelatePeople(store, objects.find(identifiers), related);
      return;
    case 'delete':
      removeObject(store, objects.find(identifiers));
      return;
  }
}

/** "null or an empty string removes the attribute" of an object. A cio_object_id nobody has is dropped and logged. */
function identifyObject(
  store: Store,
  operation: ObjectOperation | AnonymousOperation,
): ObjectRecord | undefined {
  const object = store.tables.objects.findOrCreate(operation.identifiers);
  const { cio_object_id: value } = operation.identifiers;
  if (object !== undefined) mergeAttributes(object.attributes, operation.attributes, true);
  else if (value !== undefined)
    store.conflicts.push({ field: 'cio_object_id', value, message: 'no object has it' });
  return object;
}

function identifyAnonymous(store: Store, operation: AnonymousOperation): void {
  const object = identifyObject(store, operation);
  if (object === undefined) return;
  for (const { identifiers, relationship_attributes: attributes = {} } of operation.cio_relationships ?? []) {
    const anonymousId = identifiers?.anonymous_id;
    if (anonymousId === undefined) continue;
    const waiting = store.anonymous.get(anonymousId) ?? new Map();
    store.anonymous.set(anonymousId, waiting.set(object, attributes));
  }
}

function removeObject(store: Store, object: ObjectRecord | undefined): void {
  if (object === undefined) return;
  store.tables.objects.remove(object);
  for (const waiting of store.anonymous.values()) waiting.delete(object);
}
