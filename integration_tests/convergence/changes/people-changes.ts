import type { Chance } from '../chance.ts';
import { addPerson, ago, someValue } from '../world/make-world.ts';
import { foldedEmail, next, type Person, type World } from '../world/world.ts';
import { loseEvents } from './people-leave.ts';

/** Mostly the newest time, but clocks go back, run ahead, or are not read at all. */
export function touch(world: World, thing: { updated: number | null }, chance: Chance): void {
  const kind = chance.number();
  if (kind < 0.7) thing.updated = ago(world, 0.1) + next(world) * 1000;
  else if (kind < 0.8) thing.updated = ago(world, 300);
  else if (kind < 0.87) thing.updated = null;
  else if (kind < 0.93) thing.updated = ago(world, -5);
}

export const somebody = ({ people }: World, chance: Chance): Person | undefined =>
  chance.maybe(people.values());

const withEmail = ({ people }: World): Person[] =>
  [...people.values()].filter((person) => foldedEmail(person) !== undefined);

/** An email that nobody has had. */
function newEmail(world: World, person: Person): void {
  person.email = `p${next(world)}@example.com`;
  world.identifiers.push({ person: person.id, value: person.email });
}

export function newPerson(world: World, chance: Chance): string {
  const { id, email } = addPerson(world, chance);
  return `new person ${id} ${email}`;
}

export function editTrait(world: World, chance: Chance): string | undefined {
  const person = somebody(world, chance);
  const trait = chance.maybe(world.traits);
  if (person === undefined || trait === undefined) return undefined;
  const [name, type] = trait;
  person.traits[name] = someValue(type, chance);
  touch(world, person, chance);
  return `${name} of ${person.id} ${person.email} is ${person.traits[name]}`;
}

export function nullTrait(world: World, chance: Chance): string | undefined {
  const person = somebody(world, chance);
  const name = chance.maybe(world.traits.keys());
  if (person === undefined || name === undefined) return undefined;
  person.traits[name] = null;
  if (chance.happens(0.5)) touch(world, person, chance);
  return `${name} of ${person.id} ${person.email} is NULL`;
}

export function moveTime(world: World, chance: Chance): string | undefined {
  const person = somebody(world, chance);
  if (person === undefined) return undefined;
  touch(world, person, chance);
  return `the time of ${person.id} ${person.email} is ${person.updated}`;
}

export function editEmail(world: World, chance: Chance): string | undefined {
  const person = chance.maybe(withEmail(world));
  if (person === undefined) return undefined;
  const before = person.email;
  newEmail(world, person);
  // Nexus keeps an identifier for as long as a source names it.
  if (chance.happens(0.3)) forget(world, before);
  return `email of ${person.id} from ${before} to ${person.email}`;
}

function forget({ identifiers }: World, value: string | null): void {
  const index = identifiers.findIndex((each) => each.value === value);
  if (index >= 0) identifiers.splice(index, 1);
}

export function respellEmail(world: World, chance: Chance): string | undefined {
  const person = chance.maybe(withEmail(world));
  if (person?.email === undefined || person.email === null) return undefined;
  const before = person.email;
  const spell = chance.pick([
    (email: string) => email.toUpperCase(),
    (email: string) => ` ${email}`,
    (email: string) => `${email} `,
    (email: string) => email.trim().toLowerCase(),
  ]);
  person.email = spell(before);
  return `email of ${person.id} from "${before}" to "${person.email}"`;
}

/** Another entity bears the email of a person: both are one in Customer.io. */
export function sameEmail(world: World, chance: Chance): string | undefined {
  const other = chance.maybe(withEmail(world));
  if (other === undefined) return undefined;
  const person = addPerson(world, chance);
  forget(world, person.email);
  person.email = chance.happens(0.5) ? other.email : (other.email?.toUpperCase() ?? null);
  return `new person ${person.id} with the email of ${other.id} ${other.email}`;
}

export function gainEmail(world: World, chance: Chance): string | undefined {
  const person = chance.maybe([...world.people.values()].filter((each) => foldedEmail(each) === undefined));
  if (person === undefined) return undefined;
  newEmail(world, person);
  return `${person.id} has the email ${person.email} now`;
}

export function loseEmail(world: World, chance: Chance): string | undefined {
  const person = chance.maybe(withEmail(world));
  if (person === undefined) return undefined;
  const { email } = person;
  loseEvents(world, person);
  forget(world, email);
  person.email = null;
  return `${person.id} has lost the email ${email}`;
}

export function swapEmails(world: World, chance: Chance): string | undefined {
  const [a, b] = chance.shuffled(withEmail(world));
  if (a === undefined || b === undefined) return undefined;
  [a.email, b.email] = [b.email, a.email];
  for (const each of world.identifiers) {
    if (each.person === a.id) each.person = b.id;
    else if (each.person === b.id) each.person = a.id;
  }
  return `${a.id} and ${b.id} have swapped emails: ${a.email} and ${b.email}`;
}

/** Each takes over the email of the next, in one night. */
export function shiftEmails(world: World, chance: Chance): string | undefined {
  const [a, b, c] = chance.shuffled(withEmail(world));
  if (a === undefined || b === undefined || c === undefined) return undefined;
  [a.email, b.email] = [b.email, c.email];
  newEmail(world, c);
  return `emails have shifted: ${a.id} has ${a.email}, ${b.id} ${b.email}, ${c.id} ${c.email}`;
}

/** Another model gives the person, where two do. */
export function reroute(world: World, chance: Chance): string | undefined {
  const email = chance.maybe(withEmail(world).flatMap((person) => foldedEmail(person) ?? []));
  if (email === undefined) return undefined;
  const { routed } = world.facts;
  if (!routed.delete(email)) routed.add(email);
  return `${email} is given by the ${routed.has(email) ? 'first' : 'second'} model`;
}
