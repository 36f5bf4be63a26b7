import { streamContract } from './stream.ts';

export const objects = streamContract('objects', 'group', [
  { role: 'object', required: true, key: 2 },
  { role: 'objectType', required: true, key: 1 },
  { role: 'timestamp', required: true },
  { role: 'unset', foreign: true },
]);
