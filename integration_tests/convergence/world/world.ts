/** Milliseconds since 1970, or no time at all. */
export type Moment = number | null;

export type Value = string | number | boolean | null;

export interface Person {
  /** Its entity id. */
  readonly id: string;
  email: string | null;
  anonymous: string | null;
  readonly traits: Record<string, Value>;
  updated: Moment;
  readonly created: Moment;
}

export interface Place {
  /** Its entity id. */
  readonly id: string;
  readonly locationId: string;
  name: string | null;
  readonly uuid: string | null;
  updated: Moment;
  readonly created: Moment;
}

export interface Membership {
  readonly id: string;
  person: string;
  readonly place: string;
  role: string;
  active: boolean;
  /** The side on which the person stands. */
  readonly side: 'a' | 'b';
  readonly created: Moment;
  last: Moment;
  updated: Moment;
}

export interface Happening {
  readonly id: string;
  name: string;
  type: string;
  source: string;
  at: Moment;
}

export interface Participation {
  readonly event: string;
  person: string;
  readonly role: string;
}

export interface Identifier {
  person: string;
  readonly value: string;
}

/** What left, so that some of it can come back. */
export interface Gone {
  readonly people: Person[];
  readonly places: Place[];
  readonly memberships: Membership[];
  readonly events: Happening[];
}

/** The tables of a nexus warehouse on one day, as its sources know them. */
export interface World {
  readonly people: Map<string, Person>;
  readonly places: Map<string, Place>;
  readonly memberships: Map<string, Membership>;
  readonly events: Map<string, Happening>;
  participations: Participation[];
  readonly identifiers: Identifier[];
  /** The trait columns of nexus_entities, each with its type in SQL. */
  readonly traits: Map<string, string>;
  readonly gone: Gone;
  readonly facts: Facts;
}

/** What the test knows of the world and no table says. */
export interface Facts {
  /** Days are made of it: the time at which the first of them is. */
  readonly start: number;
  readonly withAnonymous: boolean;
  /** Events of people who left: they went with their person where removals are on, and Customer.io knows their ids. */
  readonly lost: Set<string>;
  /** The emails of people whom the first of two models gives, where there are two. */
  readonly routed: Set<string>;
  /** Counts what was made, so that each name is used once. */
  made: number;
}

export const day = 86_400_000;

/** A number that nothing else in the world has. */
export function next({ facts }: World): number {
  facts.made += 1;
  return facts.made;
}

/** As Customer.io knows a person: an email address is one in any case. */
export const foldedEmail = ({ email }: Pick<Person, 'email'>): string | undefined => {
  const folded = email?.trim().toLowerCase();
  return folded === '' ? undefined : folded;
};
