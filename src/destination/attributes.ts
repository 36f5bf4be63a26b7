import { removedAtColumn } from '../streams/contract.ts';
import type { DestinationConfig } from './config.ts';
import type { Attributes } from './limits.ts';
import type { ContractColumns, StreamPlan } from './stream-plan.ts';
import { looksLikeTimestamp, unixSeconds } from './timestamps.ts';

/** An object that takes `__proto__` as a name like any other. */
const newAttributes = (): Attributes => Object.create(null);

/** Airbyte's own columns are not the user's data. */
const isAirbyteColumn = (name: string): boolean => name.startsWith('_airbyte_') || name === removedAtColumn;

export type AttributeOptions = Pick<DestinationConfig, 'null_attributes' | 'relationship_timestamps'>;

/** The columns that have a meaning of their own in a stream of this kind; the others are attributes. */
const contractColumns: Readonly<Record<StreamPlan['kind'], readonly (keyof ContractColumns)[]>> = {
  persons: ['userId', 'anonymousId', 'timestamp'],
  events: ['userId', 'anonymousId', 'timestamp', 'event', 'messageId'],
  objects: ['groupId', 'objectTypeId', 'timestamp'],
  relationships: ['groupId', 'objectTypeId', 'userId', 'anonymousId', 'timestamp', 'relationshipAttributes'],
};

export const ownColumns = (plan: StreamPlan): ReadonlySet<string> =>
  new Set(contractColumns[plan.kind].map((column) => plan.columns[column]));

/** Every column that is not the contract's. Timestamps become unix seconds, the form that segments compare. */
export function attributesOf(
  data: Readonly<Record<string, unknown>>,
  plan: StreamPlan,
  own: ReadonlySet<string>,
  options: AttributeOptions,
): Attributes {
  const attributes = newAttributes();
  const unset = options.null_attributes === 'unset';
  for (const name of Object.keys(data)) {
    if (own.has(name) || isAirbyteColumn(name)) continue;
    const value = data[name];
    const missing = value === null || value === undefined;
    if (!missing) attributes[name] = isTime(name, plan) ? (secondsOf(value) ?? value) : value;
    else if (unset) attributes[name] = null;
  }
  return attributes;
}

const isTime = (name: string, plan: StreamPlan): boolean =>
  plan.timestamps.has(name) || name === 'created_at';

/** created_at and typed timestamps; a text that is none stays as it is. */
const secondsOf = (value: unknown): number | undefined =>
  typeof value === 'string' ? unixSeconds(value) : undefined;

/** Attributes of the relationship itself, whose types no schema tells: text that can only be a time is one. */
export function relationshipAttributes(
  given: Readonly<Record<string, unknown>>,
  options: AttributeOptions,
): Attributes {
  const attributes = newAttributes();
  for (const name of Object.keys(given)) {
    const value = given[name];
    if (value === null || value === undefined) {
      if (options.null_attributes === 'unset') attributes[name] = null;
    } else {
      const convert = options.relationship_timestamps === 'unix' && looksLikeTimestamp(value);
      attributes[name] = convert ? (unixSeconds(value) ?? value) : value;
    }
  }
  return attributes;
}
