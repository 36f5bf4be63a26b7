import type { Chance } from '../chance.ts';
import type { World } from '../world/world.ts';
import * as columns from './column-changes.ts';
import * as events from './event-changes.ts';
import * as people from './people-changes.ts';
import * as leave from './people-leave.ts';
import * as places from './place-changes.ts';

/** What life does to a warehouse; says what it did, or nothing where there was nothing to do it to. */
type Change = (world: World, chance: Chance) => string | undefined;

/** How often each happens, beside the others. */
const changes: readonly (readonly [weight: number, change: Change])[] = [
  [3, people.newPerson],
  [6, people.editTrait],
  [6, people.nullTrait],
  [2, people.moveTime],
  [4, people.editEmail],
  [3, people.respellEmail],
  [1, people.sameEmail],
  [1, people.gainEmail],
  [1, people.loseEmail],
  [1, people.swapEmails],
  [1, people.shiftEmails],
  [3, people.reroute],
  [3, leave.personVanishes],
  [2, leave.personReturns],
  [4, leave.peopleMerge],
  [1, leave.peopleMergeInChain],
  [2, leave.personSplits],
  [1, leave.entityIsRenamed],
  [1, places.newPlace],
  [2, places.renamePlace],
  [1, places.placeVanishes],
  [1, places.placeReturns],
  [4, places.newMembership],
  [4, places.visit],
  [4, places.membershipEndsOrBegins],
  [1, places.roleChanges],
  [3, places.membershipVanishes],
  [2, places.membershipReturns],
  [4, events.newEvent],
  [3, events.lateEvent],
  [2, events.undatedEvent],
  [1, events.futureEvent],
  [3, events.correctEvent],
  [3, events.reattributeEvent],
  [2, events.anotherParticipant],
  [1, events.participantLeaves],
  [2, events.eventVanishes],
  [2, events.eventReturns],
  [1, columns.newTrait],
  [1, columns.dropTrait],
  [1, columns.renameTrait],
  [1, columns.retypeTrait],
];

const lots = changes.flatMap(([weight, change]) => Array.from({ length: weight }, () => change));

/** One night: nothing at all, or some changes in any order; what they were, in words. */
export function night(world: World, chance: Chance): string[] {
  if (chance.happens(0.08)) return ['nothing has changed'];
  return Array.from({ length: 1 + chance.below(14) }, () => chance.maybe(lots)?.(world, chance)).filter(
    (told) => told !== undefined,
  );
}
