import { type Template, text } from './template.ts';

/** Other columns of a relationship's row land on the object, as the specification says. */
export const relationships: Template = {
  lane: 'object',
  attributesOf: 'object',
  unsets: 'relation',
  members: {
    type: text('object'),
    identifiers: { part: 'object' },
    action: {
      part: 'relate',
      withAttributes: 'identify',
      without: 'add_relationships',
      anonymous: 'identify_anonymous',
    },
    attributes: { part: 'attributes', ifAny: true },
    cio_relationships: {
      part: 'listOf',
      members: {
        identifiers: { part: 'person', orAnonymous: true },
        relationship_attributes: { part: 'relation' },
      },
    },
  },
  removed: {
    remove: {
      type: text('object'),
      identifiers: { part: 'object' },
      action: text('delete_relationships'),
      cio_relationships: { part: 'listOf', members: { identifiers: { part: 'person' } } },
    },
  },
};
