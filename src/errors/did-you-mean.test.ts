import { expect, test } from 'vitest';
import { didYouMean, editDistance, nearMatches } from './did-you-mean.ts';

test.each([
  ['', '', 0],
  ['abc', 'abc', 0],
  ['abc', 'abd', 1],
  ['abc', 'ab', 1],
  ['', 'abc', 3],
  ['kitten', 'sitting', 3],
])('the distance from %j to %j is %i', (a, b, distance) => {
  expect(editDistance(a, b)).toBe(distance);
});

test('the nearest come first, three at most, and far ones not at all', () => {
  const names = ['nexus_events', 'nexus_entity', 'nexus_entities', 'orders'];
  expect(nearMatches('nexus_entites', names)).toEqual(['nexus_entities', 'nexus_entity', 'nexus_events']);
  expect(nearMatches('zzz', names)).toEqual([]);
});

test('a name with its prefix left off is near', () => {
  expect(didYouMean('persons', ['customer_io_persons', 'x'])).toBe(' Did you mean "customer_io_persons"?');
});

test('nothing near says nothing', () => {
  expect(didYouMean('email', [])).toBe('');
});
