import { expect, it } from 'vitest';
import { streamContracts, streamNames } from './contract.ts';

it.each([
  ['persons', ['userId', 'timestamp'], ['anonymousId'], ['userId']],
  ['objects', ['groupId', 'objectTypeId', 'timestamp'], [], ['objectTypeId', 'groupId']],
  [
    'relationships',
    ['groupId', 'objectTypeId', 'userId', 'timestamp'],
    ['relationshipAttributes'],
    ['objectTypeId', 'groupId', 'userId'],
  ],
  ['events', ['userId', 'timestamp', 'event'], ['anonymousId', 'messageId'], ['messageId']],
] as const)('%s has the columns of the specification', (name, required, optional, primaryKey) => {
  expect(streamContracts[name]).toMatchObject({ name, required, optional, primaryKey });
});

it('is in the order of a first sync', () => {
  expect(streamNames).toEqual(['persons', 'objects', 'relationships', 'events']);
});
