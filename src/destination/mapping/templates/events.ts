import { type Template, text } from './template.ts';

/** An event cannot be taken back, so there is nothing that a removed one becomes. */
export const events: Template = {
  lane: 'person',
  attributesOf: 'event',
  members: {
    type: text('person'),
    identifiers: { part: 'person' },
    action: text('event'),
    name: { part: 'eventName' },
    id: { part: 'eventId' },
    timestamp: { part: 'timestamp' },
    attributes: { part: 'attributes' },
  },
};
