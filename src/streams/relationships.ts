import { streamContract } from './stream.ts';

export const relationships = streamContract('relationships', 'group', [
  { role: 'object', required: true, key: 2 },
  { role: 'objectType', required: true, key: 1 },
  { role: 'user', required: true, key: 3 },
  { role: 'anonymous', foreign: true },
  { role: 'timestamp', required: true },
  { role: 'relation' },
  { role: 'unset', foreign: true },
]);
