/** What stands in an operation: a text that is always the same, or what is made of a record's columns. */
export type Part =
  | { readonly part: 'text'; readonly text: string }
  /** `{"id": …}`, `{"email": …}` or `{"cio_id": …}` of the userId; `orAnonymous`: else `{"anonymous_id": …}`. */
  | { readonly part: 'person'; readonly orAnonymous?: true }
  /** `{"object_type_id": …, "object_id": …}`. */
  | { readonly part: 'object' }
  | { readonly part: 'eventName' }
  /** The ULID that the record brings, or one that is made of what tells the event from others. */
  | { readonly part: 'eventId' }
  /** Unix seconds; the member is left out where the record has no timestamp. */
  | { readonly part: 'timestamp' }
  /** Every column without a meaning of its own; `ifAny`: the member is left out where there is none. */
  | { readonly part: 'attributes'; readonly ifAny?: true }
  /** The relationship's own attributes. */
  | { readonly part: 'relation' }
  /** What is done to the object of a relationship: with attributes for it, without, by somebody not yet known. */
  | {
      readonly part: 'relate';
      readonly withAttributes: string;
      readonly without: string;
      readonly anonymous: string;
    }
  /** A list that holds one object. */
  | { readonly part: 'listOf'; readonly members: Members };

/** An object's members in the order in which they are written. */
export type Members = Readonly<Record<string, Part>>;

/** What stands in the operation of a removed row alone. */
export type RemovedPart =
  | Part
  /** The identifiers of the person who the removed one has become. */
  | { readonly part: 'successor' }
  /** One attribute: since when the row is gone. */
  | { readonly part: 'mark' };

export type RemovedMembers = Readonly<Record<string, RemovedPart>>;

export interface Removed {
  readonly remove: RemovedMembers;
  readonly mark?: RemovedMembers;
  readonly merge?: RemovedMembers;
}

/**
 * What records of one stream become: operations of the Track API v2 (https://docs.customer.io/integrations/api/track/).
 * A template is read by writers: one makes objects (`draft.ts`), one makes bytes (`bytes/operation-bytes.ts`).
 */
export interface Template {
  /** Whose operations keep their order among each other. */
  readonly lane: 'person' | 'object';
  readonly members: Members;
  /** What a removed row becomes, by what the config does with it. Without it removed rows are passed over. */
  readonly removed?: Removed;
  /**
   * Whose the attributes are. Limits of single attributes are documented for people, objects and relationships, not
   * for event data; the id and email of a person are identifiers; an anonymousId becomes an attribute of a person.
   */
  readonly attributesOf: 'person' | 'object' | 'event';
  /** Whose attributes a row may unset. Without it none: an event cannot be changed. */
  readonly unsets?: 'attributes' | 'relation';
}

export const text = (value: string): Part => ({ part: 'text', text: value });
