import type { EventView, PersonView, Store } from '../../src/simulator/workspace/store.ts';
import type { Ledger } from './ledger.ts';

/** What of the differences a policy wants. */
export interface Policy {
  /** People who left stay. */
  readonly keepsPeople: boolean;
  /** Objects that left stay. */
  readonly keepsObjects: boolean;
}

export interface Expectation extends Policy {
  readonly ledger: Ledger;
  /** Events that went with a person who was removed: Customer.io takes none of them again. */
  readonly lost: ReadonlySet<string>;
}

/** What differs between a Customer.io that saw every day and one that saw only the last. */
export function differences(held: Store, fresh: Store, expected: Expectation): string[] {
  const people = compare(
    peopleOf(held),
    peopleOf(fresh),
    (email) => expected.keepsPeople && expected.ledger.wasThere(email),
  );
  const objects = compare(objectsOf(held), objectsOf(fresh), () => expected.keepsObjects);
  const events = eventDifferences(held, fresh, expected);
  return [
    ...people.map((text) => `person ${text}`),
    ...objects.map((text) => `object ${text}`),
    ...events.map((text) => `event ${text}`),
  ];
}

const inOrder = (values: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).toSorted(([a], [b]) => (a < b ? -1 : 1)));

const nameOf = ({ id, email, cio_id: own }: PersonView): string => (email ?? id ?? own).toLowerCase();

function peopleOf(store: Store): Map<string, string> {
  return new Map(
    store.people().map((person) => {
      const { email: _email, ...attributes } = person.attributes;
      const relationships = person.relationships
        .map((each) => [`${each.object_type_id}/${each.object_id}`, inOrder(each.attributes)] as const)
        .toSorted(([a], [b]) => (a < b ? -1 : 1));
      return [nameOf(person), JSON.stringify({ ...inOrder(attributes), relationships })];
    }),
  );
}

const objectsOf = (store: Store): Map<string, string> =>
  new Map(
    store
      .objects()
      .map((object) => [
        `${object.object_type_id}/${object.object_id}`,
        JSON.stringify(inOrder(object.attributes)),
      ]),
  );

function compare(
  held: ReadonlyMap<string, string>,
  fresh: ReadonlyMap<string, string>,
  mayStay: (key: string) => boolean,
): string[] {
  const found: string[] = [];
  for (const [key, is] of held) {
    const should = fresh.get(key);
    if (should === undefined && !mayStay(key)) found.push(`${key} should not be there: ${is}`);
    else if (should !== undefined && should !== is)
      found.push(`${key} is\n  ${is}\nand should be\n  ${should}`);
  }
  for (const [key, should] of fresh) if (!held.has(key)) found.push(`${key} is missing: ${should}`);
  return found;
}

const eventIdOf = ({ attributes }: EventView): string => String(attributes?.event_id);

/** Of people who are there: an event of somebody who was removed is nobody's. */
function eventsOf(store: Store): Map<string, EventView[]> {
  const people = new Set(store.people().map(nameOf));
  const owned = store.events().filter(({ person }) => people.has(person.toLowerCase()));
  return Map.groupBy(owned, (event) => `${eventIdOf(event)} of ${event.person.toLowerCase()}`);
}

function eventDifferences(held: Store, fresh: Store, { ledger, lost, keepsPeople }: Expectation): string[] {
  const there = eventsOf(held);
  const found: string[] = [];
  for (const [key, [event]] of eventsOf(fresh)) {
    if (event === undefined || there.has(key)) continue;
    if (!keepsPeople && lost.has(eventIdOf(event))) continue;
    found.push(`${key} is missing: ${JSON.stringify(event)}`);
  }
  for (const [key, events] of there) {
    const [event] = events;
    if (event === undefined) continue;
    const id = eventIdOf(event);
    if (events.length > ledger.mostCopies(id))
      found.push(`${key} is there ${events.length} times: ${JSON.stringify(events)}`);
    if (!ledger.mayHave(event.person.toLowerCase(), id))
      found.push(`${key} was never theirs: ${JSON.stringify(event)}`);
    found.push(
      ...events
        .filter((each) => !ledger.was(id, versionOf(each)))
        .map((each) => `${key} was never so: ${JSON.stringify(each)}`),
    );
  }
  return found;
}

const versionOf = ({ name, timestamp, attributes = {} }: EventView) => ({
  name,
  type: String(attributes.event_type),
  source: String(attributes.event_data_source),
  at: timestamp,
});
