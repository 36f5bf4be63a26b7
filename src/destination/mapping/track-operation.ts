import type { ObjectIdentifiers, PersonIdentifiers } from './keys/identifiers.ts';
import type { Attributes } from './limits.ts';

/** The operations of POST /api/v2/batch that records become (https://docs.customer.io/integrations/api/track/). */
export type TrackOperation = PersonOperation | MergeOperation | ObjectOperation;

interface MergeOperation {
  readonly type: 'person';
  readonly action: 'merge';
  readonly primary: PersonIdentifiers;
  readonly secondary: PersonIdentifiers;
}

type PersonOperation = { readonly type: 'person'; readonly identifiers: PersonIdentifiers } & (
  | { readonly action: 'identify'; readonly timestamp?: number; readonly attributes: Attributes }
  | {
      readonly action: 'event';
      readonly name: string;
      readonly id: string;
      readonly timestamp?: number;
      readonly attributes: Attributes;
    }
  | { readonly action: 'delete' }
);

type ObjectOperation = { readonly type: 'object'; readonly identifiers: ObjectIdentifiers } & (
  | {
      readonly action: 'identify' | 'identify_anonymous' | 'add_relationships';
      readonly attributes?: Attributes;
      readonly cio_relationships?: readonly Relationship[];
    }
  | { readonly action: 'delete_relationships'; readonly cio_relationships: readonly Relationship[] }
  | { readonly action: 'delete' }
);

export interface Relationship {
  readonly identifiers: PersonIdentifiers;
  readonly relationship_attributes?: Attributes;
}
