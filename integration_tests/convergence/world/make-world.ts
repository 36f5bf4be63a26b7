import type { Chance } from '../chance.ts';
import { day, next, type Person, type Value, type World } from './world.ts';

const words = ['Ada', 'Ben', 'Chloé', 'blue', "it's", '', '17', 'true', 'Québec', 'a "quoted" word'] as const;
const towns = ['Austin', 'Denver', 'Québec', 'São Paulo'] as const;
const eventNames = ['appointment completed', 'payment failed', 'page viewed', 'email opened'] as const;
const sources = ['lobbie', 'stripe', 'crm'] as const;
const roles = ['patient', 'guardian'] as const;

/** Numbers of rows to begin with. */
const size = { people: 30, places: 8, memberships: 45, events: 110 };

export function makeWorld(chance: Chance, start: number): World {
  const world: World = {
    people: new Map(),
    places: new Map(),
    memberships: new Map(),
    events: new Map(),
    participations: [],
    identifiers: [],
    traits: new Map([
      ['first_name', 'VARCHAR'],
      ['city', 'VARCHAR'],
      ['lead_score', 'INTEGER'],
      ['favorite_color', 'VARCHAR'],
    ]),
    gone: { people: [], places: [], memberships: [], events: [] },
    facts: { start, withAnonymous: chance.happens(0.5), lost: new Set(), routed: new Set(), made: 0 },
  };
  for (let n = 0; n < size.people; n += 1) addPerson(world, chance);
  for (let n = 0; n < size.places; n += 1) addPlace(world, chance);
  for (let n = 0; n < size.memberships; n += 1) addMembership(world, chance);
  for (let n = 0; n < size.events; n += 1) addEvent(world, chance, recentOrOld(world, chance));
  return world;
}

/** A value of a trait column. */
export function someValue(type: string, chance: Chance): Value {
  if (type === 'BOOLEAN') return chance.happens(0.5);
  if (type === 'VARCHAR') return chance.pick(words);
  return type === 'DOUBLE' ? chance.below(100) + 0.25 : chance.below(100);
}

/** Some days ago. */
export const ago = ({ facts }: World, days: number): number => facts.start - Math.round(days * day);

/** On either side of the 30 days of events that a merge takes along, and never near it. */
export const recentOrOld = (world: World, chance: Chance): number =>
  ago(world, chance.happens(0.5) ? 0.1 + chance.number() * 28 : 31 + chance.number() * 400);

export function addPerson(world: World, chance: Chance): Person {
  const number = next(world);
  const created = ago(world, 10 + chance.number() * 300);
  const person: Person = {
    id: `per_${number}`,
    email: chance.happens(0.95) ? `p${number}@example.com` : null,
    anonymous: chance.happens(0.6) ? `anon-${number}` : null,
    traits: Object.fromEntries(
      Array.from(world.traits, ([name, type]) => [
        name,
        chance.happens(0.7) ? someValue(type, chance) : null,
      ]),
    ),
    updated: chance.happens(0.9) ? created + Math.round(chance.number() * 9 * day) : null,
    created,
  };
  world.people.set(person.id, person);
  if (person.email !== null) world.identifiers.push({ person: person.id, value: person.email });
  return person;
}

/** Now and then a second group with the location id of another: one object in Customer.io. */
export function addPlace(world: World, chance: Chance): string {
  const number = next(world);
  const twin = chance.happens(0.1) ? chance.maybe(world.places.values()) : undefined;
  const created = ago(world, 400 + chance.number() * 100);
  const id = `grp_${number}`;
  world.places.set(id, {
    id,
    locationId: twin?.locationId ?? `L${number}`,
    name: chance.happens(0.85) ? `${chance.pick(towns)} ${number}` : null,
    uuid: chance.happens(0.5) ? `uuid-${number}` : null,
    updated: chance.happens(0.9) ? created + Math.round(chance.number() * 100 * day) : null,
    created,
  });
  return id;
}

export function addMembership(world: World, chance: Chance): string | undefined {
  const person = chance.maybe(world.people.keys());
  const place = chance.maybe(world.places.keys());
  if (person === undefined || place === undefined) return undefined;
  const id = `rel_${next(world)}`;
  const created = chance.happens(0.9) ? ago(world, 5 + chance.number() * 200) : null;
  const last = chance.happens(0.9) ? ago(world, chance.number() * 5) : null;
  world.memberships.set(id, {
    id,
    person,
    place,
    role: chance.pick(roles),
    active: chance.happens(0.85),
    side: chance.pick(['a', 'a', 'b']),
    created,
    last,
    updated: chance.happens(0.9) ? (last ?? created) : null,
  });
  return id;
}

/** One person has it, and seldom two. */
export function addEvent(world: World, chance: Chance, at: number | null): string {
  const id = `evt_${next(world)}`;
  world.events.set(id, {
    id,
    name: chance.pick(eventNames),
    type: chance.pick(['activity', 'transaction']),
    source: chance.pick(sources),
    at,
  });
  for (let n = chance.happens(0.1) ? 2 : 1; n > 0; n -= 1) {
    const person = chance.maybe(world.people.keys());
    if (person !== undefined) world.participations.push({ event: id, person, role: chance.pick(roles) });
  }
  return id;
}
