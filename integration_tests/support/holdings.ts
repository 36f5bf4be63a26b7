import type { Store } from '../../src/simulator/workspace/store.ts';
import { type StreamName, streamContracts } from '../../src/streams/contract.ts';

type Row = Readonly<Record<string, unknown>>;

/** What tells a record from all others, with its stream. */
export function keyOf(stream: StreamName, row: Row): string {
  return [stream, ...streamContracts[stream].primaryKey.map((column) => row[column])].join('|');
}

/**
 * The records that a Customer.io holds, by the same keys. A person counts only with its traits: one that merely
 * an event or a relationship has made was not delivered as a person.
 */
export function heldKeys(store: Store): Set<string> {
  return new Set([
    ...store
      .people()
      .filter(({ attributes }) => Object.hasOwn(attributes, 'first_name'))
      .map(({ email }) => keyOf('persons', { userId: email })),
    ...store
      .objects()
      .map((object) => keyOf('objects', { objectTypeId: object.object_type_id, groupId: object.object_id })),
    ...store
      .relationships()
      .map(({ object_type_id, object_id, person }) =>
        keyOf('relationships', { objectTypeId: object_type_id, groupId: object_id, userId: person }),
      ),
    ...store.events().map(({ id }) => keyOf('events', { messageId: id })),
  ]);
}

/** Everything that a Customer.io holds, value by value, one line a thing; its own ids are left out. */
export function heldLines(store: Store): string[] {
  const people = store.people().map(({ cio_id: _own, relationships, attributes, ...person }) => ({
    ...person,
    attributes: inOrder(attributes),
    relationships: relationships
      .map((each) => JSON.stringify({ ...each, attributes: inOrder(each.attributes) }))
      .toSorted(),
  }));
  const objects = store.objects().map(({ cio_object_id: _own, attributes, ...object }) => ({
    ...object,
    attributes: inOrder(attributes),
  }));
  return [...people, ...objects, ...store.events()].map((thing) => JSON.stringify(thing));
}

function inOrder(attributes: Row): Row {
  return Object.fromEntries(Object.entries(attributes).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
