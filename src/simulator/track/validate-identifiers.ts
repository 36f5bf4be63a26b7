import { isLongerThan, isObject, type Json, type JsonObject } from '../json.ts';
import { LIMITS } from '../limits.ts';
import type { OperationError } from '../workspace/operation.ts';

const EMAIL = /^[^\s@<>"(),:;[\]\\]+@[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/i;
/** E.164, as the API page asks of `phone`: a plus sign and up to 15 digits. */
const PHONE = /^\+[1-9]\d{1,14}$/;

const PERSON_KINDS = new Set(['id', 'email', 'phone', 'cio_id']);
const MERGE_KINDS = new Set(['id', 'email', 'cio_id']);

export function isEmail(value: Json | undefined): boolean {
  return typeof value === 'string' && EMAIL.test(value);
}

export function invalid(field: string, message: string): OperationError {
  return { reason: 'invalid', field, message };
}

export function required(field: string, message = `${field} is required`): OperationError {
  return { reason: 'required', field, message };
}

export function tooLarge(field: string, limit: number): OperationError {
  return { reason: 'too_large', field, message: `${field} is longer than ${limit} bytes` };
}

/** "Person: Identify", identifiers: "one of id, email, phone, or cio_id. You cannot pass multiple identifiers." */
export function checkPerson(
  identifiers: Json | undefined,
  field: string,
  kinds: ReadonlySet<string> = PERSON_KINDS,
): OperationError | undefined {
  if (!isObject(identifiers)) return required(field);
  const names = Object.keys(identifiers);
  const kind = names[0];
  if (kind === undefined) return required(field, `${field} must hold one of ${[...kinds].join(', ')}`);
  if (names.length > 1) return invalid(field, `${field} must hold one identifier, got ${names.join(', ')}`);
  if (!kinds.has(kind)) return invalid(`${field}.${kind}`, `${kind} does not identify a person here`);
  return checkPersonValue(identifiers[kind], kind, `${field}.${kind}`);
}

/** "Person: Merge": primary and secondary are an id, an email or a cio_id; a phone will not do. */
export function checkMerged(identifiers: Json | undefined, field: string): OperationError | undefined {
  return checkPerson(identifiers, field, MERGE_KINDS);
}

export function checkPersonValue(
  value: Json | undefined,
  kind: string,
  field: string,
): OperationError | undefined {
  const error = checkKey(value, field);
  if (error !== undefined) return error;
  if (kind === 'email' && !isEmail(value)) return invalid(field, `${field} is not an email address`);
  if (kind === 'phone' && !PHONE.test(String(value)))
    return invalid(field, `${field} is not an E.164 phone number`);
  return undefined;
}

/** "Object: Identify", identifiers: object_type_id with object_id, or cio_object_id alone. */
export function checkObject(
  identifiers: Json | undefined,
  field: string,
  objectTypes: ReadonlySet<string>,
): OperationError | undefined {
  if (!isObject(identifiers)) return required(field);
  const { object_type_id: typeId, object_id: objectId, cio_object_id: cioObjectId } = identifiers;
  if (cioObjectId !== undefined) return checkCioObject(identifiers, field);
  if (typeId === undefined) return required(`${field}.object_type_id`);
  if (objectId === undefined) return required(`${field}.object_id`);
  return (
    checkType(typeId, `${field}.object_type_id`, objectTypes) ?? checkKey(objectId, `${field}.object_id`)
  );
}

function checkCioObject(identifiers: JsonObject, field: string): OperationError | undefined {
  if (identifiers.object_type_id !== undefined || identifiers.object_id !== undefined) {
    return invalid(field, `${field} must hold cio_object_id or object_type_id with object_id, not both`);
  }
  return checkKey(identifiers.cio_object_id, `${field}.cio_object_id`);
}

function checkType(
  typeId: Json,
  field: string,
  objectTypes: ReadonlySet<string>,
): OperationError | undefined {
  if (typeof typeId !== 'string') return invalid(field, `${field} must be an integer written as a string`);
  if (objectTypes.has(typeId)) return undefined;
  return invalid(field, `there is no object type ${JSON.stringify(typeId.slice(0, 50))} in this workspace`);
}

function checkKey(value: Json | undefined, field: string): OperationError | undefined {
  if (typeof value !== 'string') return invalid(field, `${field} must be a string`);
  if (value === '') return required(field, `${field} must not be empty`);
  return isLongerThan(value, LIMITS.identifier) ? tooLarge(field, LIMITS.identifier) : undefined;
}
