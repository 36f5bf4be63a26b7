import { streamContract } from './stream.ts';

export const events = streamContract('events', 'track', [
  { role: 'user', required: true },
  { role: 'anonymous' },
  { role: 'timestamp', required: true },
  { role: 'eventName', required: true },
  { role: 'messageId', key: 1 },
]);
