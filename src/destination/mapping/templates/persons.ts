import { type Template, text } from './template.ts';

export const persons: Template = {
  lane: 'person',
  attributesOf: 'person',
  unsets: 'attributes',
  members: {
    type: text('person'),
    identifiers: { part: 'person' },
    action: text('identify'),
    timestamp: { part: 'timestamp' },
    attributes: { part: 'attributes' },
  },
  removed: {
    remove: {
      type: text('person'),
      identifiers: { part: 'person' },
      action: text('delete'),
    },
    mark: {
      type: text('person'),
      identifiers: { part: 'person' },
      action: text('identify'),
      timestamp: { part: 'timestamp' },
      attributes: { part: 'mark' },
    },
    merge: {
      type: text('person'),
      action: text('merge'),
      primary: { part: 'successor' },
      secondary: { part: 'person' },
    },
  },
};
