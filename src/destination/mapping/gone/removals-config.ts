import { z } from 'zod';
import { limits } from '../limits.ts';

/** Names that Customer.io gives a meaning of its own. */
const reserved: ReadonlySet<string> = new Set([
  ...['id', 'email', 'phone', 'cio_id', 'anonymous_id', 'created_at', '_update', 'unsubscribed', '__proto__'],
  ...['objectTypeId', 'object_type_id', 'relationshipAttributes', 'cio_subscription_preferences'],
]);

const markable = (what: string) =>
  z
    .enum(['ignore', 'remove', 'mark'])
    .default('ignore')
    .meta({
      title: `Removed ${what}`,
      description: `Whether removed rows (rows with _ab_cdc_deleted_at) are ignored, remove ${what} in Customer.io, or mark them with an attribute.`,
    });

/** What the config says of removed rows. A relationship comes back with its next row; a person's history does not. */
export const removals = z
  .looseObject({
    persons: markable('persons'),
    objects: markable('objects'),
    relationships: z.enum(['ignore', 'remove']).default('remove').meta({
      title: 'Removed relationships',
      description:
        'Whether removed rows (rows with _ab_cdc_deleted_at) are ignored or remove relationships in Customer.io.',
    }),
    persons_moved: z.enum(['merge', 'ignore', 'remove']).default('merge').meta({
      title: 'Persons who became another person',
      description:
        'What to do with removed persons whose row says in mergedInto which userId they have now: merge them into that person, ignore them, or remove them. The Pipelines API cannot merge. There, they are treated like other removed persons.',
    }),
    mark_attribute: z
      .string()
      .min(1)
      .refine((name) => Buffer.byteLength(name) <= limits.attributeName, {
        error: `it must have ${limits.attributeName} bytes or fewer`,
      })
      .refine((name) => !reserved.has(name), { error: 'Customer.io has another meaning for this name' })
      .default('removed_from_warehouse_at')
      .meta({
        title: 'Attribute of marked rows',
        description:
          'The attribute that marks removed persons and objects: unix seconds of the removal. It is unset when the row is back.',
      }),
  })
  .prefault({})
  .meta({
    title: 'Removals',
    description: 'What to do with rows that the source marks as removed.',
    group: 'mapping',
  });
