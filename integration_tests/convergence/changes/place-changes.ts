import type { Chance } from '../chance.ts';
import { addMembership, addPlace, ago } from '../world/make-world.ts';
import type { Membership, World } from '../world/world.ts';
import { touch } from './people-changes.ts';

/** Fewer would be a model that gives no row at all, which removes nothing by design. */
const fewest = 3;

export const newPlace = (world: World, chance: Chance): string => `new place ${addPlace(world, chance)}`;

export function renamePlace(world: World, chance: Chance): string | undefined {
  const place = chance.maybe(world.places.values());
  if (place === undefined) return undefined;
  place.name = chance.happens(0.3) ? null : `Renamed ${chance.below(100)}`;
  if (chance.happens(0.7)) touch(world, place, chance);
  return `place ${place.id} ${place.locationId} is named ${place.name}`;
}

export function placeVanishes(world: World, chance: Chance): string | undefined {
  const place = chance.maybe(world.places.values());
  if (place === undefined || world.places.size <= fewest) return undefined;
  world.places.delete(place.id);
  world.gone.places.push(place);
  return `place ${place.id} ${place.locationId} is gone`;
}

export function placeReturns({ places, gone }: World, chance: Chance): string | undefined {
  const place = chance.maybe(gone.places);
  if (place === undefined) return undefined;
  gone.places.splice(gone.places.indexOf(place), 1);
  places.set(place.id, place);
  return `place ${place.id} ${place.locationId} is back`;
}

const told = ({ id, person, place }: Membership, what: string): string =>
  `${id} of ${person} at ${place} ${what}`;

export function newMembership(world: World, chance: Chance): string | undefined {
  const id = addMembership(world, chance);
  const made = id === undefined ? undefined : world.memberships.get(id);
  return made && told(made, 'is new');
}

export function visit(world: World, chance: Chance): string | undefined {
  const membership = chance.maybe(world.memberships.values());
  if (membership === undefined) return undefined;
  membership.last = chance.happens(0.2) ? null : ago(world, chance.number() * 3);
  touch(world, membership, chance);
  return told(membership, `was visited ${membership.last}`);
}

export function membershipEndsOrBegins(world: World, chance: Chance): string | undefined {
  const membership = chance.maybe(world.memberships.values());
  if (membership === undefined) return undefined;
  membership.active = !membership.active;
  if (chance.happens(0.7)) touch(world, membership, chance);
  return told(membership, membership.active ? 'is active' : 'has ended');
}

export function roleChanges(world: World, chance: Chance): string | undefined {
  const membership = chance.maybe(world.memberships.values());
  if (membership === undefined) return undefined;
  membership.role = membership.role === 'patient' ? 'guardian' : 'patient';
  return told(membership, `is as ${membership.role}`);
}

export function membershipVanishes({ memberships, gone }: World, chance: Chance): string | undefined {
  const membership = chance.maybe(memberships.values());
  if (membership === undefined || memberships.size <= fewest) return undefined;
  memberships.delete(membership.id);
  gone.memberships.push(membership);
  return told(membership, 'is gone');
}

export function membershipReturns({ memberships, gone }: World, chance: Chance): string | undefined {
  const membership = chance.maybe(gone.memberships);
  if (membership === undefined) return undefined;
  gone.memberships.splice(gone.memberships.indexOf(membership), 1);
  memberships.set(membership.id, membership);
  return told(membership, 'is back');
}
