import type { Json } from '../json.ts';

export type Attributes = Map<string, Json>;

/** A person as the store holds one: id, email and phone are attributes like any other, and indexed beside. */
export interface PersonRecord {
  readonly cioId: string;
  readonly attributes: Attributes;
  readonly relationships: Map<ObjectRecord, Attributes>;
  readonly devices: Set<string>;
  /** The newest identify, in unix seconds; 0 for one who came into being by an event or a relationship. */
  updatedAt: number;
}

export interface ObjectRecord {
  readonly typeId: string;
  readonly objectId: string;
  readonly cioObjectId: string;
  readonly attributes: Attributes;
  readonly people: Set<PersonRecord>;
}

export interface EventRecord {
  person: PersonRecord;
  readonly kind: 'event' | 'page' | 'screen';
  readonly name: string;
  readonly timestamp: number;
  readonly id: string | undefined;
  /** Kept for the first events only, see EVENTS_WITH_ATTRIBUTES. */
  readonly attributes: Readonly<Record<string, Json | undefined>> | undefined;
}

/** Missing attributes are kept; null removes, and so does "" where `emptyRemoves` (objects and relationships). */
export function mergeAttributes(
  into: Attributes,
  given: Readonly<Record<string, Json | undefined>> | undefined,
  emptyRemoves: boolean,
  except?: ReadonlySet<string>,
): void {
  if (given === undefined) return;
  for (const name of Object.keys(given)) {
    if (except?.has(name)) continue;
    const value = given[name];
    if (value === null || (emptyRemoves && value === '')) into.delete(name);
    else if (value !== undefined) into.set(name, value);
  }
}
