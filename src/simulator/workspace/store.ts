import type { Json, JsonObject } from '../json.ts';
import { AnonymousEvents, type OwnerlessEvent } from './anonymous-events.ts';
import { Events } from './events.ts';
import { Objects } from './objects.ts';
import type { PersonIdentifiers } from './operation.ts';
import { People } from './people.ts';
import type { Attributes, EventRecord, ObjectRecord, PersonRecord } from './records.ts';

export interface Counts {
  readonly people: number;
  readonly objects: number;
  readonly relationships: number;
  readonly events: number;
  readonly duplicateEvents: number;
  readonly stale: number;
  readonly conflicts: number;
}

/** A line of the activity log: what was answered with 200 and did not happen as asked. */
export interface Conflict {
  readonly field: string;
  readonly value: Json;
  readonly message: string;
}

export interface RelationshipView {
  readonly object_type_id: string;
  readonly object_id: string;
  readonly attributes: Readonly<Record<string, Json>>;
}

export interface PersonView {
  readonly cio_id: string;
  readonly id?: string;
  readonly email?: string;
  readonly phone?: string;
  /** With id, email and phone, as the App API shows a person. */
  readonly attributes: Readonly<Record<string, Json>>;
  readonly relationships: readonly RelationshipView[];
}

export interface ObjectView {
  readonly cio_object_id: string;
  readonly object_type_id: string;
  readonly object_id: string;
  readonly attributes: Readonly<Record<string, Json>>;
  readonly people: number;
}

export interface PersonRelationshipView extends RelationshipView {
  /** The person's id, else email, else phone, else cio_id. */
  readonly person: string;
}

export interface EventView {
  readonly person: string;
  readonly kind: 'event' | 'page' | 'screen';
  readonly name: string;
  readonly timestamp: number;
  readonly id?: string;
  readonly attributes?: Readonly<Record<string, Json | undefined>>;
}

/** What Customer.io holds after all that was sent. The views are plain JSON; the tables are for apply.ts. */
export class Store {
  readonly tables = { people: new People(), objects: new Objects(), events: new Events() };
  /** Objects related to people who are known by anonymous_id only, until an identify names it. */
  readonly anonymous = new Map<string, Map<ObjectRecord, JsonObject>>();
  readonly anonymousEvents = new AnonymousEvents();
  readonly conflicts: Conflict[] = [];
  readonly #messages = new Set<string>();
  /** Identifies that were answered with 200 and dropped for being older than the person's newest. */
  stale = 0;

  /** A messageId of the Pipelines API that was seen before; it is remembered. */
  isRepeatedMessage(id: string): boolean {
    const before = this.#messages.size;
    return this.#messages.add(id).size === before;
  }

  addAnonymousEvent(anonymousId: string, event: OwnerlessEvent): void {
    const { people, events } = this.tables;
    this.anonymousEvents.add(anonymousId, event, people, events);
  }

  counts(): Counts {
    const { people, objects, events } = this.tables;
    return {
      people: people.size,
      objects: objects.size,
      relationships: objects.relationships,
      events: events.size,
      duplicateEvents: events.duplicates,
      stale: this.stale,
      conflicts: this.conflicts.length,
    };
  }

  person(identifiers: PersonIdentifiers): PersonView | undefined {
    const person = this.tables.people.find(identifiers);
    return person && viewPerson(person);
  }

  people(): PersonView[] {
    return Array.from(this.tables.people.all(), viewPerson);
  }

  objects(): ObjectView[] {
    return Array.from(this.tables.objects.all(), viewObject);
  }

  relationships(): PersonRelationshipView[] {
    return Array.from(this.tables.people.all()).flatMap((person) =>
      viewRelationships(person).map((relationship) => ({ person: nameOf(person), ...relationship })),
    );
  }

  events(): EventView[] {
    return this.tables.events.all().map(viewEvent);
  }

  eventCounts(): Record<string, number> {
    return this.tables.events.countsByName();
  }

  clear(): void {
    for (const table of Object.values(this.tables)) table.clear();
    this.anonymous.clear();
    this.anonymousEvents.clear();
    this.#messages.clear();
    this.conflicts.length = 0;
    this.stale = 0;
  }
}

export function viewPerson(person: PersonRecord): PersonView {
  const { attributes } = person;
  const identifiers = ['id', 'email', 'phone']
    .filter((kind) => attributes.has(kind))
    .map((kind) => [kind, String(attributes.get(kind))]);
  return {
    cio_id: person.cioId,
    ...Object.fromEntries(identifiers),
    attributes: plain(attributes),
    relationships: viewRelationships(person),
  };
}

function viewRelationships(person: PersonRecord): RelationshipView[] {
  return Array.from(person.relationships, ([object, attributes]) => ({
    object_type_id: object.typeId,
    object_id: object.objectId,
    attributes: plain(attributes),
  }));
}

function viewObject(object: ObjectRecord): ObjectView {
  return {
    cio_object_id: object.cioObjectId,
    object_type_id: object.typeId,
    object_id: object.objectId,
    attributes: plain(object.attributes),
    people: object.people.size,
  };
}

function viewEvent(event: EventRecord): EventView {
  const { id, attributes } = event;
  return {
    person: nameOf(event.person),
    kind: event.kind,
    name: event.name,
    timestamp: event.timestamp,
    ...(id === undefined ? {} : { id }),
    ...(attributes === undefined ? {} : { attributes }),
  };
}

function nameOf(person: PersonRecord): string {
  const { attributes } = person;
  return String(attributes.get('id') ?? attributes.get('email') ?? attributes.get('phone') ?? person.cioId);
}

function plain(attributes: Attributes): Record<string, Json> {
  return Object.fromEntries(attributes);
}
