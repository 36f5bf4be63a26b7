import type { JsonObject } from '../json.ts';

/** One item of the `errors` array of a 207 (with batch_index) or a 400. */
export interface OperationError {
  readonly reason: 'required' | 'invalid' | 'too_large';
  readonly field: string;
  readonly message: string;
}

export interface PersonIdentifiers {
  readonly id?: string;
  readonly email?: string;
  readonly phone?: string;
  readonly cio_id?: string;
}

export interface ObjectIdentifiers {
  readonly object_type_id?: string;
  readonly object_id?: string;
  readonly cio_object_id?: string;
}

export interface Related<Identifiers> {
  readonly identifiers: Identifiers;
  readonly relationship_attributes?: JsonObject;
}

export interface PersonOperation {
  readonly type: 'person';
  readonly action:
    | 'identify'
    | 'delete'
    | 'add_relationships'
    | 'delete_relationships'
    | 'suppress'
    | 'unsuppress';
  readonly identifiers: PersonIdentifiers;
  readonly timestamp?: number;
  readonly attributes?: JsonObject;
  readonly cio_relationships?: readonly Related<ObjectIdentifiers>[];
}

export interface EventOperation {
  readonly type: 'person';
  readonly action: 'event' | 'page' | 'screen';
  readonly identifiers: PersonIdentifiers;
  readonly name: string;
  readonly id?: string;
  readonly timestamp?: number;
  readonly attributes?: JsonObject;
}

export interface MergeOperation {
  readonly type: 'person';
  readonly action: 'merge';
  readonly primary: PersonIdentifiers;
  readonly secondary: PersonIdentifiers;
}

export interface DeviceOperation {
  readonly type: 'person';
  readonly action: 'add_device' | 'delete_device';
  readonly identifiers: PersonIdentifiers;
  readonly device: JsonObject & { readonly token: string };
}

export interface ObjectOperation {
  readonly type: 'object';
  readonly action: 'identify' | 'delete' | 'add_relationships' | 'delete_relationships';
  readonly identifiers: ObjectIdentifiers;
  readonly attributes?: JsonObject;
  readonly cio_relationships?: readonly Related<PersonIdentifiers>[];
}

export interface AnonymousOperation {
  readonly type: 'object';
  readonly action: 'identify_anonymous';
  readonly identifiers: ObjectIdentifiers;
  readonly attributes?: JsonObject;
  readonly cio_relationships?: readonly Partial<Related<{ readonly anonymous_id?: string }>>[];
}

/** A report on a delivery: taken and forgotten, for the simulator sends no messages. */
export interface DeliveryOperation {
  readonly type: 'delivery';
  readonly action: 'event';
}

export type Operation =
  | PersonOperation
  | EventOperation
  | MergeOperation
  | DeviceOperation
  | ObjectOperation
  | AnonymousOperation
  | DeliveryOperation;
