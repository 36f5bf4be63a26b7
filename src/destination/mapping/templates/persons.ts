import { type Template, text } from './template.ts';

export const persons: Template = {
  lane: 'person',
  attributesOf: 'person',
  members: {
    type: text('person'),
    identifiers: { part: 'person' },
    action: text('identify'),
    timestamp: { part: 'timestamp' },
    attributes: { part: 'attributes' },
  },
  removed: {
    type: text('person'),
    identifiers: { part: 'person' },
    action: text('delete'),
  },
};
