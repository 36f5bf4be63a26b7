import { type Template, text } from './template.ts';

export const objects: Template = {
  lane: 'object',
  attributesOf: 'object',
  members: {
    type: text('object'),
    identifiers: { part: 'object' },
    action: text('identify'),
    attributes: { part: 'attributes' },
  },
  removed: {
    type: text('object'),
    identifiers: { part: 'object' },
    action: text('delete'),
  },
};
