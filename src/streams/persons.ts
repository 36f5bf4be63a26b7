import { streamContract } from './stream.ts';

export const persons = streamContract('persons', 'identify', [
  { role: 'user', required: true, key: 1 },
  { role: 'anonymous' },
  { role: 'timestamp', required: true },
  { role: 'merged', foreign: true },
  { role: 'unset', foreign: true },
]);
