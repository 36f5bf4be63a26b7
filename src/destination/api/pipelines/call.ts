import { hash } from 'node:crypto';
import type { DestinationConfig } from '../../config.ts';
import type { Draft } from '../../mapping/draft.ts';
import {
  isRefusal,
  keyText,
  type ObjectIdentifiers,
  type PersonIdentifiers,
  refuse,
} from '../../mapping/keys/identifiers.ts';
import { type Attributes, checkAttributes, limits, type Refusal, tooLong } from '../../mapping/limits.ts';
import { type ToOperation, toOperation } from '../../mapping/operation.ts';
import { rootTimestamp } from '../../mapping/root-timestamp.ts';
import type { StreamMapping } from '../../mapping/stream-mapping.ts';
import type { TrackOperation } from '../../mapping/track-operation.ts';
import { callContext, isEmailAddress, reservedTrait, semanticEvents } from './reserved.ts';

type Call = Readonly<Record<string, unknown>>;

/** The mapping of one stream's records to calls of the Pipelines API. */
export function toCall(plan: StreamMapping, config: DestinationConfig): ToOperation {
  return toOperation(plan, config, (draft, data) => {
    const truncated: string[] = [];
    const refusal = checkLimits(draft, config.too_long === 'truncate' ? truncated : undefined);
    if (refusal !== undefined) return refusal;
    const call = callOf(draft.operation);
    if (isRefusal(call)) return call;
    const dated = rootTimestamp(data, plan);
    if (isRefusal(dated)) return dated;
    const { timestamp = Math.floor(Date.now() / 1000) } = dated;
    const text = JSON.stringify({ ...call, timestamp: isoTime(timestamp), context: callContext });
    const id = messageId(draft.operation, `${text}${keyText(data[plan.columns.timestamp]) ?? ''}`);
    const body = `{"messageId":${JSON.stringify(id)},${text.slice(1)}`;
    const whole = tooLong('the call', body, limits.operation);
    return whole ?? { key: draft.key, body, bytes: Buffer.byteLength(body), truncated };
  });
}

function checkLimits({ attributes, relation }: Draft, cut: string[] | undefined): Refusal | undefined {
  return (
    (attributes && checkAttributes('attributes', attributes, cut)) ??
    (relation && checkAttributes('relationshipAttributes', relation, cut))
  );
}

const isoTime = (seconds: number): string => new Date(seconds * 1000).toISOString();

/**
 * An event keeps the id that it has in the Track API, so that it is the same event by either way. Other calls are
 * told apart by all that they say, time included: a repeated one changes nothing, and a value that came back to what
 * it was is not taken for a repetition.
 */
function messageId(operation: TrackOperation, said: string): string {
  return operation.action === 'event' ? operation.id : hash('sha1', said);
}

/** The call that means what the Track API's operation means. */
function callOf(operation: TrackOperation): Call | Refusal {
  switch (operation.action) {
    case 'identify':
      return operation.type === 'person' ? identify(operation) : group(operation.identifiers, operation);
    case 'event':
      return track(operation);
    case 'identify_anonymous':
    case 'add_relationships':
      return group(operation.identifiers, operation);
    case 'delete_relationships':
      return unrelate(operation.identifiers, operation.cio_relationships[0]?.identifiers);
    case 'merge':
      return refuse('invalid', 'mergedInto', 'The Pipelines API cannot merge people.');
    case 'delete':
      return operation.type === 'person'
        ? knownUser('User Deleted', operation.identifiers, {})
        : removeObject(operation.identifiers);
  }
}

/** An address that is none would be taken for an id, and make a person that nobody knows. */
function whoIs(identifiers: PersonIdentifiers): { userId: string } | { anonymousId: string } | Refusal {
  if ('anonymous_id' in identifiers) return { anonymousId: identifiers.anonymous_id };
  const [userId = ''] = Object.values(identifiers);
  if ('email' in identifiers && !isEmailAddress(userId)) {
    return refuse('invalid', 'userId', 'userId contains an @ but is not an email address.');
  }
  return { userId };
}

type Identify = Extract<TrackOperation, { type: 'person'; action: 'identify' }>;

function identify({ identifiers, attributes }: Identify): Call | Refusal {
  const who = whoIs(identifiers);
  if (isRefusal(who)) return who;
  const { anonymous_id: anonymousId, ...traits } = attributes;
  // An anonymous id that is unset is a trait that is: a call names none.
  if (anonymousId === null) return { type: 'identify', ...who, traits: { ...traits, anonymous_id: null } };
  return { type: 'identify', ...who, ...(anonymousId === undefined ? {} : { anonymousId }), traits };
}

function track(operation: Extract<TrackOperation, { action: 'event' }>): Call | Refusal {
  const { identifiers, name, attributes } = operation;
  if (semanticEvents.has(name)) {
    return refuse(
      'reserved',
      'event',
      `"${name}" is a command of the Pipelines API, not an event. Give the event another name, or send it by the Track API.`,
    );
  }
  const who = whoIs(identifiers);
  return isRefusal(who) ? who : { type: 'track', ...who, event: name, properties: attributes };
}

type Group = Extract<TrackOperation, { action: 'identify' | 'identify_anonymous' | 'add_relationships' }>;

/**
 * The object's type stands at the call and among the traits: Customer.io's description has it in both places, and a
 * call whose type is not found lands silently in type 1. It makes no attribute of these traits.
 */
function group(
  { object_type_id: objectTypeId, object_id: groupId }: ObjectIdentifiers,
  operation: Group,
): Call | Refusal {
  const { attributes = {} } = operation;
  const reserved = reservedTrait(attributes);
  if (reserved !== undefined) return reserved;
  const related = 'cio_relationships' in operation ? operation.cio_relationships?.[0] : undefined;
  const who = related === undefined ? {} : whoIs(related.identifiers);
  if (isRefusal(who)) return who;
  const traits = { ...attributes, objectTypeId, ...ofRelation(related?.relationship_attributes) };
  return { type: 'group', ...who, groupId, objectTypeId, traits };
}

function ofRelation(relation: Attributes = {}): Attributes {
  return Object.keys(relation).length === 0 ? {} : { relationshipAttributes: relation };
}

/** Removals are events with a name of their own: the description's "semantic events". */
function knownUser(event: string, identifiers: PersonIdentifiers, properties: Call): Call | Refusal {
  const who = whoIs(identifiers);
  if (isRefusal(who)) return who;
  if ('anonymousId' in who)
    return refuse('required', 'userId', `userId is missing, and "${event}" needs it.`);
  return { type: 'track', ...who, event, properties };
}

const objectProperties = ({ object_id: objectId, object_type_id }: ObjectIdentifiers): Call => ({
  objectId,
  objectTypeId: Number(object_type_id),
});

function unrelate(object: ObjectIdentifiers, person: PersonIdentifiers | undefined): Call | Refusal {
  if (person === undefined) return refuse('required', 'userId', 'userId is missing or empty.');
  return knownUser('Relationship Deleted', person, objectProperties(object));
}

/** The description asks for somebody where there is nobody: an anonymous id that no one else has. */
function removeObject(object: ObjectIdentifiers): Call {
  const anonymousId = `object:${object.object_type_id}:${object.object_id}`;
  return { type: 'track', anonymousId, event: 'Object Deleted', properties: objectProperties(object) };
}
