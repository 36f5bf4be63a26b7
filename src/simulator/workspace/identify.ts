import type { Json, JsonObject } from '../json.ts';
import type { PersonIdentifiers, PersonOperation } from './operation.ts';
import { identifying, indexKey, KINDS, type Kind } from './people.ts';
import { mergeAttributes, type PersonRecord } from './records.ts';
import type { Store } from './store.ts';

/** id, email and phone are set apart, cio_id is immutable, _update is an order and not an attribute. */
const RESERVED: ReadonlySet<string> = new Set([...KINDS, 'cio_id', '_update']);

/**
 * "Person: Identify", with the identity rules of PUT /api/v1/customers/{identifier} on the same API page, which
 * v2 does not restate. Returns the person, or nobody where the request is dropped.
 */
export function identify(store: Store, operation: PersonOperation, now: number): PersonRecord | undefined {
  const { identifiers, attributes = {} } = operation;
  const person = whom(store, identifiers, attributes);
  if (person === undefined) return undefined;
  const at = operation.timestamp ?? now;
  if (at < person.updatedAt) {
    store.stale++;
    return undefined;
  }
  person.updatedAt = at;
  adopt(store, person, identifiers);
  for (const kind of KINDS) {
    if (attributes[kind] !== undefined) setIdentifier(store, person, kind, attributes[kind], identifiers);
  }
  mergeAttributes(person.attributes, attributes, false, RESERVED);
  carryOverAnonymous(store, person, attributes.anonymous_id);
  return person;
}

function whom(
  store: Store,
  identifiers: PersonIdentifiers,
  attributes: JsonObject,
): PersonRecord | undefined {
  const { people } = store.tables;
  const known = people.find(identifiers) ?? byAttributes(store, identifiers, attributes);
  if (known !== undefined) return known;
  // "If true, update only existing people … If no person matches the identifiers, the request does nothing."
  if (attributes._update === true) return undefined;
  const made = people.findOrCreate(identifiers);
  if (made === undefined && identifiers.cio_id !== undefined) {
    store.conflicts.push({ field: 'cio_id', value: identifiers.cio_id, message: 'nobody has this cio_id' });
  }
  return made;
}

/** Somebody else's identifier in the attributes, where the one in `identifiers` is nobody's. */
function byAttributes(
  store: Store,
  identifiers: PersonIdentifiers,
  attributes: JsonObject,
): PersonRecord | undefined {
  const pair = identifying(identifiers);
  if (pair === undefined || store.tables.people.isSuppressed(...pair)) return undefined;
  return KINDS.flatMap((kind) => ownerOf(store, kind, attributes[kind]) ?? [])[0];
}

/**
 * "If the identifier in the path does not belong to a person but you use an identifier in your request body that
 * does belong to a person, your request updates the person and assigns them the identifier in the path": the way
 * two people of one warehouse become one here, so it is logged where it takes an identifier away.
 */
function adopt(store: Store, person: PersonRecord, identifiers: PersonIdentifiers): void {
  const { people } = store.tables;
  const [kind, value] = identifying(identifiers) ?? [];
  if (kind === undefined || value === undefined || people.owner(kind, value) === person) return;
  const before = person.attributes.get(kind);
  if (before !== undefined) {
    store.conflicts.push({
      field: kind,
      value,
      message: `replaces ${before}: another identifier is that person's`,
    });
  }
  people.assign(person, kind, value);
}

function ownerOf(store: Store, kind: Kind, value: Json | undefined): PersonRecord | undefined {
  return value === null || value === undefined ? undefined : store.tables.people.owner(kind, value);
}

/**
 * "If the identifier in the path and request body belong to different people, your request may return 200 OK but
 * produce an Attribute Update Failure for the identifier in the payload". An identifier once set changes by cio_id
 * only; an email by id too, which is the workspace setting "Allow updates to email using ID", taken to be on.
 */
function setIdentifier(
  store: Store,
  person: PersonRecord,
  kind: Kind,
  value: Json,
  by: PersonIdentifiers,
): void {
  const { people } = store.tables;
  const before = person.attributes.get(kind);
  const owner = ownerOf(store, kind, value);
  const same = before !== undefined && value !== null && indexKey(kind, before) === indexKey(kind, value);
  const mayChange =
    before === undefined || by.cio_id !== undefined || (kind === 'email' && by.id !== undefined);
  if (owner !== undefined && owner !== person) {
    store.conflicts.push({ field: kind, value, message: `${kind} belongs to another person` });
  } else if (same || mayChange) people.assign(person, kind, value);
  else store.conflicts.push({ field: kind, value, message: `${kind} is set and changes by cio_id only` });
}

/** "When you identify the person, their anonymous relationship will carry over to the identified profile." */
function carryOverAnonymous(store: Store, person: PersonRecord, anonymousId: Json | undefined): void {
  if (typeof anonymousId !== 'string') return;
  store.anonymousEvents.claim(anonymousId, person, store.tables.events);
  const waiting = store.anonymous.get(anonymousId);
  if (waiting === undefined) return;
  for (const [object, attributes] of waiting) store.tables.objects.relate(person, object, attributes);
  store.anonymous.delete(anonymousId);
}
