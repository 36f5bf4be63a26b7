import type { Chance } from '../chance.ts';
import { addEvent, ago, recentOrOld } from '../world/make-world.ts';
import type { World } from '../world/world.ts';

export const newEvent = (world: World, chance: Chance): string =>
  `new event ${addEvent(world, chance, ago(world, 0.1 + chance.number()))}`;

export const lateEvent = (world: World, chance: Chance): string =>
  `late event ${addEvent(world, chance, recentOrOld(world, chance))}`;

export const undatedEvent = (world: World, chance: Chance): string =>
  `undated event ${addEvent(world, chance, null)}`;

export const futureEvent = (world: World, chance: Chance): string =>
  `event of the future ${addEvent(world, chance, ago(world, -3))}`;

export function correctEvent(world: World, chance: Chance): string | undefined {
  const event = chance.maybe(world.events.values());
  if (event === undefined) return undefined;
  const kind = chance.below(4);
  if (kind === 0) event.name = `${event.name} (corrected)`;
  else if (kind === 1) event.type = `${event.type} (corrected)`;
  else if (kind === 2) event.source = 'corrected';
  else event.at = chance.happens(0.1) ? null : recentOrOld(world, chance);
  return `event ${event.id} was corrected: ${event.name}, ${event.type}, ${event.source}, ${event.at}`;
}

export function reattributeEvent(world: World, chance: Chance): string | undefined {
  const participation = chance.maybe(world.participations);
  const person = chance.maybe(world.people.values());
  if (participation === undefined || person === undefined) return undefined;
  const before = participation.person;
  participation.person = person.id;
  return `event ${participation.event} of ${before} is of ${person.id} ${person.email}`;
}

export function anotherParticipant(world: World, chance: Chance): string | undefined {
  const event = chance.maybe(world.events.keys());
  const person = chance.maybe(world.people.values());
  if (event === undefined || person === undefined) return undefined;
  world.participations.push({ event, person: person.id, role: chance.pick(['patient', 'payer']) });
  return `event ${event} is of ${person.id} ${person.email} too`;
}

export function participantLeaves(world: World, chance: Chance): string | undefined {
  const participation = chance.maybe(world.participations);
  if (participation === undefined) return undefined;
  world.participations.splice(world.participations.indexOf(participation), 1);
  return `event ${participation.event} is of ${participation.person} no more`;
}

export function eventVanishes({ events, gone }: World, chance: Chance): string | undefined {
  const event = chance.maybe(events.values());
  if (event === undefined) return undefined;
  events.delete(event.id);
  gone.events.push(event);
  return `event ${event.id} is gone`;
}

export function eventReturns({ events, gone }: World, chance: Chance): string | undefined {
  const event = chance.maybe(gone.events);
  if (event === undefined) return undefined;
  gone.events.splice(gone.events.indexOf(event), 1);
  events.set(event.id, event);
  return `event ${event.id} is back`;
}
