import type { JsonObject } from '../json.ts';
import { isError, validate } from '../track/validate.ts';
import { isEmail } from '../track/validate-identifiers.ts';
import { apply } from '../workspace/apply.ts';
import type { EventOperation, Operation } from '../workspace/operation.ts';
import type { Store } from '../workspace/store.ts';
import { type Call, SEMANTIC_EVENTS } from './call.ts';

/**
 * What the workspace behind the Pipelines API does with a call that was accepted. It is the workspace that the
 * Track API fills, with its identifiers and limits; what it refuses is seen in its activity log only, for the
 * call has long been answered with 200. `now` is in unix seconds.
 */
export function perform(store: Store, call: Call, objectTypes: ReadonlySet<string>, now: number): void {
  const isEvent = eventKind(call) !== undefined;
  // An event's id is remembered with the events.
  if (call.messageId !== undefined && !isEvent && store.isRepeatedMessage(call.messageId)) return;
  const given = operationOf(call, now);
  if (given === undefined) return;
  const operation = validate(given, objectTypes);
  if (isError(operation)) {
    store.conflicts.push({ field: operation.field, value: call.type, message: operation.message });
  } else carryOut(store, call, operation, now);
}

function carryOut(store: Store, call: Call, operation: Operation, now: number): void {
  const kind = eventKind(call);
  if (kind === undefined || call.name === undefined || operation.type !== 'person') {
    apply(store, operation, now);
    return;
  }
  const { name, messageId: id, data: attributes, timestamp = now } = call;
  const event = { name, timestamp: Math.floor(timestamp), attributes, ...(id === undefined ? {} : { id }) };
  const identifiers = personOf(call);
  if (identifiers !== undefined) {
    const added: EventOperation = { type: 'person', action: kind, identifiers, ...event };
    apply(store, added, now);
  } else if (call.anonymousId !== undefined)
    store.addAnonymousEvent(call.anonymousId, { kind, id, ...event });
}

/** undefined for all that is no event, orders in the shape of one too. */
function eventKind({ type, name }: Call): EventOperation['action'] | undefined {
  if (type === 'page' || type === 'screen') return type;
  return type === 'track' && !SEMANTIC_EVENTS.has(name ?? '') ? 'event' : undefined;
}

/** A userId that is an email address identifies by email, any other by id; without one, the trait `email` may. */
function personOf({ userId, type, data }: Call): { email: string } | { id: string } | undefined {
  if (userId !== undefined) return isEmail(userId) ? { email: userId } : { id: userId };
  return type === 'identify' && typeof data.email === 'string' ? { email: data.email } : undefined;
}

/** The Track API's operation of the same meaning; undefined where nobody and nothing would change. */
function operationOf(call: Call, now: number): JsonObject | undefined {
  const timestamp = Math.floor(call.timestamp ?? now);
  const identifiers = personOf(call);
  switch (call.type) {
    case 'identify': {
      const { anonymousId, data } = call;
      const attributes = anonymousId === undefined ? data : { ...data, anonymous_id: anonymousId };
      return identifiers && { type: 'person', action: 'identify', identifiers, timestamp, attributes };
    }
    case 'group':
      return groupOperation(call);
    case 'alias':
      return mergeOperation(call);
    default:
      return semanticOperation(call) ?? eventOperation(call, timestamp);
  }
}

/** Someone not yet known stands in by anonymous id, so that name and properties are checked all the same. */
function eventOperation(call: Call, timestamp: number): JsonObject | undefined {
  const action = eventKind(call);
  const identifiers = personOf(call) ?? { id: call.anonymousId ?? '' };
  if (action === undefined || (call.userId ?? call.anonymousId) === undefined) return undefined;
  return {
    type: 'person',
    action,
    identifiers,
    timestamp,
    attributes: call.data,
    ...(call.name === undefined ? {} : { name: call.name }),
  };
}

/** "If you don't include this value, we assume the object type ID is `1`." */
function groupOperation(call: Call): JsonObject {
  const { objectTypeId: _type, object_type_id: _alias, relationshipAttributes, ...attributes } = call.data;
  const person =
    personOf(call) ?? (call.anonymousId === undefined ? undefined : { anonymous_id: call.anonymousId });
  const related = person && {
    identifiers: person,
    ...(relationshipAttributes === undefined ? {} : { relationship_attributes: relationshipAttributes }),
  };
  return {
    type: 'object',
    action: person !== undefined && 'anonymous_id' in person ? 'identify_anonymous' : 'identify',
    identifiers: { object_type_id: call.objectTypeId ?? '1', object_id: call.groupId },
    attributes,
    ...(related === undefined ? {} : { cio_relationships: [related] }),
  };
}

function mergeOperation({ userId, previousId }: Call): JsonObject | undefined {
  if (userId === undefined || previousId === undefined) return undefined;
  const by = (value: string) => (isEmail(value) ? { email: value } : { id: value });
  return { type: 'person', action: 'merge', primary: by(userId), secondary: by(previousId) };
}

/** Devices and reports are taken and forgotten: no message is sent from here. */
function semanticOperation(call: Call): JsonObject | undefined {
  const identifiers = personOf(call);
  const { objectId, objectTypeId = 1 } = call.data;
  const object = { object_type_id: String(objectTypeId), object_id: objectId };
  switch (call.type === 'track' ? call.name : undefined) {
    case 'User Deleted':
      return identifiers && { type: 'person', action: 'delete', identifiers };
    case 'User Suppressed':
      return identifiers && { type: 'person', action: 'suppress', identifiers };
    case 'User Unsuppressed':
      return identifiers && { type: 'person', action: 'unsuppress', identifiers };
    case 'Object Deleted':
      return { type: 'object', action: 'delete', identifiers: object };
    case 'Relationship Deleted':
      return (
        identifiers && {
          type: 'object',
          action: 'delete_relationships',
          identifiers: object,
          cio_relationships: [{ identifiers }],
        }
      );
    default:
      return undefined;
  }
}
