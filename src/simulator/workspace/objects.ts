import type { JsonObject } from '../json.ts';
import type { ObjectIdentifiers } from './operation.ts';
import { mergeAttributes, type ObjectRecord, type PersonRecord } from './records.ts';

/** Objects, and the relationships that people have with them. */
export class Objects {
  readonly #byKey = new Map<string, ObjectRecord>();
  readonly #byCioId = new Map<string, ObjectRecord>();
  #created = 0;
  #relationships = 0;

  get size(): number {
    return this.#byKey.size;
  }

  get relationships(): number {
    return this.#relationships;
  }

  all(): Iterable<ObjectRecord> {
    return this.#byKey.values();
  }

  find(identifiers: ObjectIdentifiers): ObjectRecord | undefined {
    if (identifiers.cio_object_id !== undefined) return this.#byCioId.get(identifiers.cio_object_id);
    return this.#byKey.get(keyOf(identifiers));
  }

  /** A cio_object_id is for updates only, so an unknown one finds nothing and makes nothing. */
  findOrCreate(identifiers: ObjectIdentifiers): ObjectRecord | undefined {
    const known = this.find(identifiers);
    const { object_type_id: typeId, object_id: objectId } = identifiers;
    if (known !== undefined || typeId === undefined || objectId === undefined) return known;
    const cioObjectId = `ob${(++this.#created).toString(16).padStart(8, '0')}`;
    const object: ObjectRecord = { typeId, objectId, cioObjectId, attributes: new Map(), people: new Set() };
    this.#byKey.set(keyOf(identifiers), object);
    this.#byCioId.set(cioObjectId, object);
    return object;
  }

  /** "Passing null or an empty string removes the attribute from the relationship." */
  relate(person: PersonRecord, object: ObjectRecord, given: JsonObject | undefined): void {
    let attributes = person.relationships.get(object);
    if (attributes === undefined) {
      attributes = new Map();
      person.relationships.set(object, attributes);
      object.people.add(person);
      this.#relationships++;
    }
    mergeAttributes(attributes, given, true);
  }

  unrelate(person: PersonRecord, object: ObjectRecord): void {
    if (!person.relationships.delete(object)) return;
    object.people.delete(person);
    this.#relationships--;
  }

  unrelateAll(person: PersonRecord): void {
    for (const object of person.relationships.keys()) this.unrelate(person, object);
  }

  /** "Delete an object. This also removes relationships from people." */
  remove(object: ObjectRecord): void {
    for (const person of object.people) this.unrelate(person, object);
    this.#byKey.delete(keyOf({ object_type_id: object.typeId, object_id: object.objectId }));
    this.#byCioId.delete(object.cioObjectId);
  }

  clear(): void {
    this.#byKey.clear();
    this.#byCioId.clear();
    this.#created = 0;
    this.#relationships = 0;
  }
}

function keyOf(identifiers: ObjectIdentifiers): string {
  return `${identifiers.object_type_id}\u0000${identifiers.object_id}`;
}
