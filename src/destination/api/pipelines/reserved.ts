import { refuse } from '../../mapping/keys/identifiers.ts';
import type { Attributes, Refusal } from '../../mapping/limits.ts';

/** Tells in Customer.io who has sent a call. */
export const callContext = { library: { name: 'nexus-customer-io' } };

/**
 * Names under which an event is an order: https://docs.customer.io/integrations/api/cdp/, "Deletions, suppressions,
 * and other semantic events". An event of the warehouse that happens to be called "User Deleted" would delete its
 * person.
 */
export const semanticEvents: ReadonlySet<string> = new Set([
  'Device Created or Updated',
  'Device Deleted',
  'User Deleted',
  'User Suppressed',
  'User Unsuppressed',
  'Relationship Deleted',
  'Object Deleted',
  'Report Delivery Event',
  'Report Content Event',
]);

/** Traits of a group that are no attributes of the object: what the group schema and its samples name. */
export const groupTraits: readonly string[] = ['objectTypeId', 'object_type_id', 'relationshipAttributes'];

export function reservedTrait(attributes: Attributes): Refusal | undefined {
  const name = groupTraits.find((trait) => Object.hasOwn(attributes, trait));
  if (name === undefined) return undefined;
  return refuse('reserved', `attributes.${name}`, `"${name}" has a special meaning in the Pipelines API.`);
}

const address =
  /^[^\s@<>"(),:;[\]\\]+@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/i;

/** As the Track API takes it: nothing around it, one @, a host with a dot. */
export const isEmailAddress = (text: string): boolean => address.test(text);
