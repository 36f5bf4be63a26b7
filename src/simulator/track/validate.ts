import { isLongerThan, isObject, type Json, type JsonObject } from '../json.ts';
import { LIMITS } from '../limits.ts';
import type { Operation, OperationError } from '../workspace/operation.ts';
import {
  checkAttributes,
  checkEventAttributes,
  checkPageAttributes,
  checkPersonAttributes,
} from './validate-attributes.ts';
import { checkAddedDevice, checkDelivery, checkDevice } from './validate-devices.ts';
import {
  checkMerged,
  checkObject,
  checkPerson,
  invalid,
  required,
  tooLarge,
} from './validate-identifiers.ts';

type Check = (operation: JsonObject, objectTypes: ReadonlySet<string>) => OperationError | undefined;

/** Every (type, action) of POST /api/v2/entity, and what the official description asks of it. */
const CHECKS: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
  person: {
    identify: (operation, types) =>
      person(operation) ?? checkPersonAttributes(operation.attributes) ?? objects(operation, types),
    event: (operation) => event(operation) ?? checkEventAttributes(operation.attributes),
    page: (operation) => event(operation) ?? checkPageAttributes(operation.attributes),
    screen: (operation) => event(operation),
    add_relationships: (operation, types) =>
      person(operation) ?? relationships(operation) ?? objects(operation, types),
    delete_relationships: (operation, types) =>
      person(operation) ?? relationships(operation) ?? objects(operation, types),
    add_device: (operation) => person(operation) ?? checkAddedDevice(operation.device),
    delete_device: (operation) => person(operation) ?? checkDevice(operation.device),
    merge: (operation) =>
      checkMerged(operation.primary, 'primary') ?? checkMerged(operation.secondary, 'secondary'),
    delete: person,
    suppress: person,
    unsuppress: person,
  },
  object: {
    identify: (operation, types) =>
      object(operation, types) ?? checkAttributes(operation.attributes, 'attributes') ?? people(operation),
    identify_anonymous: (operation, types) =>
      object(operation, types) ?? checkAttributes(operation.attributes, 'attributes') ?? anonymous(operation),
    delete: object,
    add_relationships: (operation, types) =>
      object(operation, types) ?? relationships(operation) ?? people(operation),
    delete_relationships: (operation, types) =>
      object(operation, types) ?? relationships(operation) ?? people(operation),
  },
  delivery: { event: checkDelivery },
};

/** A ULID of 128 bits: 26 characters of Crockford's base 32, the first at most 7. */
const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/i;

/** The operation, typed, or what is wrong with it. */
export function validate(
  given: Json | undefined,
  objectTypes: ReadonlySet<string>,
): Operation | OperationError {
  if (!isObject(given)) return invalid('', 'an operation must be an object');
  const { type, action, timestamp } = given;
  if (typeof type !== 'string') return required('type');
  const actions = Object.hasOwn(CHECKS, type) ? CHECKS[type] : undefined;
  if (actions === undefined) return invalid('type', 'type must be person, object or delivery');
  if (typeof action !== 'string') return required('action');
  const check = Object.hasOwn(actions, action) ? actions[action] : undefined;
  if (check === undefined)
    return invalid('action', `action must be one of ${Object.keys(actions).join(', ')}`);
  if (timestamp !== undefined && !Number.isInteger(timestamp)) {
    return invalid('timestamp', 'timestamp must be an integer number of unix seconds');
  }
  // The one cast: everything that Operation promises has just been checked.
  return check(given, objectTypes) ?? (given as unknown as Operation);
}

export function isError(result: Operation | OperationError): result is OperationError {
  return 'reason' in result && 'message' in result && !('type' in result);
}

function person(operation: JsonObject): OperationError | undefined {
  return checkPerson(operation.identifiers, 'identifiers');
}

function object(operation: JsonObject, types: ReadonlySet<string>): OperationError | undefined {
  return checkObject(operation.identifiers, 'identifiers', types);
}

function event(operation: JsonObject): OperationError | undefined {
  const { name, id, attributes } = operation;
  if (name === undefined || name === '') return required('name');
  if (typeof name !== 'string') return invalid('name', 'name must be a string');
  if (isLongerThan(name, LIMITS.eventName)) return tooLarge('name', LIMITS.eventName);
  if (id !== undefined && !(typeof id === 'string' && ULID.test(id)))
    return invalid('id', 'id must be a ULID');
  if (attributes !== undefined && !isObject(attributes))
    return invalid('attributes', 'attributes must be an object');
  return person(operation);
}

function relationships(operation: JsonObject): OperationError | undefined {
  return operation.cio_relationships === undefined ? required('cio_relationships') : undefined;
}

function objects(operation: JsonObject, types: ReadonlySet<string>): OperationError | undefined {
  return checkRelated(operation, (identifiers, field) => checkObject(identifiers, field, types));
}

function people(operation: JsonObject): OperationError | undefined {
  return checkRelated(operation, checkRelatedPerson);
}

/** v2_cio_relationships names id, email and cio_id; a phone is not among them. */
function checkRelatedPerson(identifiers: Json | undefined, field: string): OperationError | undefined {
  return checkMerged(identifiers, field);
}

function anonymous(operation: JsonObject): OperationError | undefined {
  return checkRelated(operation, (identifiers, field) => {
    if (identifiers === undefined) return undefined;
    if (!isObject(identifiers)) return invalid(field, `${field} must be an object`);
    const { anonymous_id: id } = identifiers;
    if (id === undefined || typeof id === 'string') return undefined;
    return invalid(`${field}.anonymous_id`, 'anonymous_id must be a string');
  });
}

function checkRelated(
  operation: JsonObject,
  check: (identifiers: Json | undefined, field: string) => OperationError | undefined,
): OperationError | undefined {
  const { cio_relationships: related } = operation;
  if (related === undefined) return undefined;
  if (!Array.isArray(related)) return invalid('cio_relationships', 'cio_relationships must be a list');
  for (const [index, item] of related.entries()) {
    const field = `cio_relationships[${index}]`;
    if (!isObject(item)) return invalid(field, `${field} must be an object`);
    const error =
      check(item.identifiers, `${field}.identifiers`) ??
      checkAttributes(item.relationship_attributes, `${field}.relationship_attributes`);
    if (error !== undefined) return error;
  }
  return undefined;
}
