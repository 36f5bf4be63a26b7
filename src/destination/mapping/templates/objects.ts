import { type Template, text } from './template.ts';

export const objects: Template = {
  lane: 'object',
  attributesOf: 'object',
  unsets: 'attributes',
  members: {
    type: text('object'),
    identifiers: { part: 'object' },
    action: text('identify'),
    attributes: { part: 'attributes' },
  },
  removed: {
    remove: {
      type: text('object'),
      identifiers: { part: 'object' },
      action: text('delete'),
    },
    mark: {
      type: text('object'),
      identifiers: { part: 'object' },
      action: text('identify'),
      attributes: { part: 'mark' },
    },
  },
};
