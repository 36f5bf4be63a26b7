import type { Chance } from '../chance.ts';
import { addPerson, someValue } from '../world/make-world.ts';
import { foldedEmail, type Person, type World } from '../world/world.ts';

/** Two people, of whom others may know more than one thing. */
function two({ people }: World, chance: Chance): readonly [Person, Person] | undefined {
  const [a, b] = chance.shuffled(people.values());
  return a === undefined || b === undefined ? undefined : [a, b];
}

export function loseEvents({ participations, facts }: World, { id }: Person): void {
  for (const { event, person } of participations) if (person === id) facts.lost.add(event);
}

export function personVanishes(world: World, chance: Chance): string | undefined {
  const person = chance.maybe(world.people.values());
  if (person === undefined || world.people.size < 10) return undefined;
  loseEvents(world, person);
  world.people.delete(person.id);
  world.gone.people.push(person);
  // What refers to them may stay behind.
  if (chance.happens(0.5)) {
    world.participations = world.participations.filter((each) => each.person !== person.id);
    for (const [id, each] of world.memberships) if (each.person === person.id) world.memberships.delete(id);
  }
  return `${person.id} ${person.email} is gone`;
}

export function personReturns(world: World, chance: Chance): string | undefined {
  const person = chance.maybe(world.gone.people);
  if (person === undefined) return undefined;
  world.gone.people.splice(world.gone.people.indexOf(person), 1);
  world.people.set(person.id, person);
  // Columns may have other types by now.
  for (const [name, type] of world.traits) {
    person.traits[name] = chance.happens(0.5) ? someValue(type, chance) : null;
  }
  return `${person.id} ${person.email} is back`;
}

/** One of two goes; what was theirs is the other's now, their identifiers among it. */
export function peopleMerge(world: World, chance: Chance): string | undefined {
  const pair = two(world, chance);
  return pair && merge(world, ...pair, chance);
}

function merge(world: World, kept: Person, gone: Person, chance: Chance): string {
  world.people.delete(gone.id);
  for (const each of world.identifiers) if (each.person === gone.id) each.person = kept.id;
  for (const each of world.participations) if (each.person === gone.id) each.person = kept.id;
  for (const each of world.memberships.values()) if (each.person === gone.id) each.person = kept.id;
  // The merged entity may go by the identifiers of either.
  if (foldedEmail(kept) === undefined || chance.happens(0.3)) kept.email = gone.email ?? kept.email;
  for (const [name, value] of Object.entries(gone.traits)) {
    if (chance.happens(0.3)) kept.traits[name] ??= value;
  }
  return `${gone.id} ${gone.email} has merged into ${kept.id} ${kept.email}`;
}

/** a becomes b and b becomes c in one night. */
export function peopleMergeInChain(world: World, chance: Chance): string | undefined {
  const [a, b, c] = chance.shuffled(world.people.values());
  if (a === undefined || b === undefined || c === undefined) return undefined;
  return `${merge(world, b, a, chance)}; ${merge(world, c, b, chance)}`;
}

/** A person becomes two: the new one has some of what was theirs, and perhaps an email that once was. */
export function personSplits(world: World, chance: Chance): string | undefined {
  const person = chance.maybe(world.people.values());
  if (person === undefined) return undefined;
  const other = addPerson(world, chance);
  const known = new Set(Array.from(world.people.values(), foldedEmail));
  const former = world.identifiers.find((each) => each.person === person.id && !known.has(each.value));
  if (former !== undefined) {
    former.person = other.id;
    other.email = former.value;
  }
  for (const each of world.participations) {
    if (each.person === person.id && chance.happens(0.5)) each.person = other.id;
  }
  for (const each of world.memberships.values()) {
    if (each.person === person.id && chance.happens(0.5)) each.person = other.id;
  }
  return `${person.id} ${person.email} has split: ${other.id} is ${other.email}`;
}

/** The same person under another entity id, as a new identifier that sorts lower makes it. */
export function entityIsRenamed(world: World, chance: Chance): string | undefined {
  const person = chance.maybe(world.people.values());
  if (person === undefined) return undefined;
  const renamed = { ...person, id: `per_0${person.id.slice(4)}` };
  world.people.delete(person.id);
  world.people.set(renamed.id, renamed);
  for (const each of world.identifiers) if (each.person === person.id) each.person = renamed.id;
  for (const each of world.participations) if (each.person === person.id) each.person = renamed.id;
  for (const each of world.memberships.values()) if (each.person === person.id) each.person = renamed.id;
  return `entity ${person.id} ${person.email} is ${renamed.id}`;
}
