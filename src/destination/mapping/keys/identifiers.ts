import { exactDigits } from '../../../json/exact-json.ts';
import type { DestinationConfig } from '../../config.ts';
import { limits, type Refusal, tooLong } from '../limits.ts';
import type { StreamMapping } from '../stream-mapping.ts';
import { trimmed } from './white-space.ts';

type Data = Readonly<Record<string, unknown>>;

export type PersonIdentifiers =
  | { id: string }
  | { email: string }
  | { cio_id: string }
  /** By the Pipelines API alone. */
  | { anonymous_id: string };

export interface ObjectIdentifiers {
  readonly object_type_id: string;
  readonly object_id: string;
}

export const isRefusal = (value: object): value is Refusal => 'reason' in value && 'message' in value;

export const refuse = (reason: string, field: string, message: string): Refusal => ({
  reason,
  field,
  message,
});

/** A key as text, digit by digit where it is a number; undefined where it is missing or empty. */
export function keyText(value: unknown): string | undefined {
  if (typeof value === 'string') return trimmed(value) === '' ? undefined : value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return exactDigits(value);
}

/** Who a record is about. */
export function personIdentifiers(
  data: Data,
  plan: StreamMapping,
  config: Pick<DestinationConfig, 'identifier' | 'api'>,
): PersonIdentifiers | Refusal {
  const column = plan.columns.userId;
  const userId = keyText(data[column]);
  if (userId === undefined) {
    const anonymous = config.api === 'pipelines' ? anonymousIdentifier(data, plan) : undefined;
    return anonymous ?? withoutUser(data, plan);
  }
  return identifiersOf(column, userId, config);
}

/** Of the text in a column that names a person. */
export function identifiersOf(
  column: string,
  userId: string,
  { identifier }: Pick<DestinationConfig, 'identifier'>,
): PersonIdentifiers | Refusal {
  const kind = identifier === 'auto' ? (userId.includes('@') ? 'email' : 'id') : identifier;
  const long = tooLong(column, userId, limits.personId);
  if (long !== undefined) return long;
  if (kind === 'email') return { email: userId };
  return kind === 'cio_id' ? { cio_id: userId } : { id: userId };
}

/**
 * Someone not yet known, where a row has an anonymousId and no userId. The Track API v2 takes them in an object's
 * `identify_anonymous` alone; its people and events need an identifier.
 */
export function anonymousIdentifier(
  data: Data,
  plan: StreamMapping,
): { anonymous_id: string } | Refusal | undefined {
  if (keyText(data[plan.columns.userId]) !== undefined) return undefined;
  const { anonymousId } = plan.columns;
  const anonymous_id = keyText(data[anonymousId]);
  if (anonymous_id === undefined) return undefined;
  return tooLong(anonymousId, anonymous_id, limits.attributeValue) ?? { anonymous_id };
}

function withoutUser(data: Data, plan: StreamMapping): Refusal {
  const { userId, anonymousId } = plan.columns;
  const anonymous = keyText(data[anonymousId]) !== undefined;
  const message = anonymous
    ? `${userId} is missing, and Customer.io's Track API v2 does not accept a person with only an ${anonymousId}.`
    : `${userId} is missing or empty.`;
  return refuse('required', userId, message);
}

/** Which object a record is about: type and id, as text. */
export function objectIdentifiers(data: Data, plan: StreamMapping): ObjectIdentifiers | Refusal {
  const { groupId, objectTypeId } = plan.columns;
  const object_id = keyText(data[groupId]);
  if (object_id === undefined) return refuse('required', groupId, `${groupId} is missing or empty.`);
  const object_type_id = keyText(data[objectTypeId]) ?? plan.fixed.objectType;
  if (object_type_id === undefined) {
    return refuse('required', objectTypeId, `${objectTypeId} is missing or empty.`);
  }
  if (!/^\d+$/.test(object_type_id)) {
    return refuse('invalid', objectTypeId, `${objectTypeId} must be the number of an object type.`);
  }
  return tooLong(groupId, object_id, limits.objectId) ?? { object_type_id, object_id };
}
