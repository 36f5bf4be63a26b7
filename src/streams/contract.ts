import { events } from './events.ts';
import { objects } from './objects.ts';
import { persons } from './persons.ts';
import { relationships } from './relationships.ts';
import { type ContractOf, columnOfRole } from './stream.ts';

/**
 * The streams' column contracts, as the specification (docs/customer-io-integration.md) words them. Both ends read
 * this table; every column not named here is a trait, property or attribute.
 */

/** In the order of a first sync: events need their persons, relationships need both of their ends. */
const contracts = { persons, objects, relationships, events };

export type StreamName = keyof typeof contracts;
export type StreamContract = ContractOf<StreamName>;

export const streamContracts: Readonly<Record<StreamName, StreamContract>> = contracts;

export function isStreamName(name: string): name is StreamName {
  return Object.hasOwn(streamContracts, name);
}

export const streamNames: readonly StreamName[] = Object.keys(contracts).filter(isStreamName);

/** Set in a row that was removed: what Airbyte's sources that see removals call it. */
export const removedAtColumn = '_ab_cdc_deleted_at';

/** In the row of a person who was removed: the userId that the person has now. */
export const mergedIntoColumn = columnOfRole.merged;

/** The names of attributes that had a value and have none now, as an array: of a relationship, those of its own. */
export const unsetColumn = columnOfRole.unset;

/** The stream of people, whom the others refer to. */
export const personStream: StreamName = persons.name;
