import { exactDigits, parseExactJson } from '../../json/exact-json.ts';
import { isDeeper } from '../../json/json-depth.ts';
import { isJsonObject } from '../../json/json-object.ts';
import { removedAtColumn } from '../../streams/contract.ts';
import type { DestinationConfig } from '../config.ts';
import { attributesOf, type ColumnKinds, columnKinds, relationshipAttributes } from './attributes.ts';
import { asTheSourceMadeIt } from './cached-record.ts';
import { eventId } from './event-id.ts';
import {
  anonymousIdentifier,
  isRefusal,
  keyText,
  type ObjectIdentifiers,
  objectIdentifiers,
  type PersonIdentifiers,
  personIdentifiers,
  refuse,
} from './identifiers.ts';
import {
  type Attributes,
  checkAttributes,
  checkReserved,
  limits,
  type Refusal,
  tooDeep,
  tooLong,
} from './limits.ts';
import type { StreamPlan } from './stream-mapping.ts';
import { unixSeconds } from './timestamps.ts';
import type { TrackOperation } from './track-operation.ts';
import { trimIdentifiers } from './trim-identifiers.ts';

type Data = Readonly<Record<string, unknown>>;

/** One Track API v2 operation or Pipelines API call, serialised once and for all. */
export interface Operation {
  /** Operations with one key keep their order. */
  readonly key: string;
  readonly body: string;
  /** Length of the body in UTF-8. */
  readonly bytes: number;
  /** Attributes that were cut to Customer.io's limit, if the config says so. */
  readonly truncated: readonly string[];
  /** Columns whose identifier had white space around it, where one had. */
  readonly trimmed?: readonly string[];
}

/** A removed row whose removal the config ignores. */
export interface Ignored {
  readonly ignored: true;
}

export type Mapped = Operation | Refusal | Ignored;
export type ToOperation = (data: Data) => Mapped;

/** The operation before it is serialised; `attributes` and `relation` are what limits are checked on. */
export interface Draft {
  readonly key: string;
  readonly operation: TrackOperation;
  readonly attributes?: Attributes;
  readonly relation?: Attributes;
  readonly columns?: ColumnKinds;
}

const removed = (data: Data): boolean =>
  data[removedAtColumn] !== null && data[removedAtColumn] !== undefined;

/** Serialises a draft, made of the record, or refuses it. */
export type Encode = (draft: Draft, data: Data) => Operation | Refusal;

/**
 * The mapping of one stream's records, with what is the same for all of them worked out before. `encode` is for
 * an API that words the same operations otherwise.
 */
export function toOperation(
  plan: StreamPlan,
  config: DestinationConfig,
  encode: Encode = (draft) => serialise(draft, config),
): ToOperation {
  const draft = drafts[plan.kind](plan, config);
  const original = asTheSourceMadeIt(plan);
  const trim = trimIdentifiers(plan, config);
  return (data) => {
    const { data: record, trimmed } = trim(original(data));
    const drafted = draft(record);
    if ('ignored' in drafted || isRefusal(drafted)) return drafted;
    const encoded = encode(drafted, record);
    return isRefusal(encoded) || trimmed.length === 0 ? encoded : { ...encoded, trimmed };
  };
}

/** Limits are looked at one by one only where the operation is long enough to break one. */
function serialise(draft: Draft, config: DestinationConfig): Operation | Refusal {
  const body = JSON.stringify(draft.operation);
  const bytes = Buffer.byteLength(body);
  const { key, columns } = draft;
  if (bytes <= limits.attributeValue && columns?.longNames !== true && draft.relation === undefined) {
    return { key, body, bytes, truncated: [] };
  }
  const truncated: string[] = [];
  const list = config.too_long === 'truncate' ? truncated : undefined;
  const refusal =
    (draft.attributes && checkAttributes('attributes', draft.attributes, list)) ??
    (draft.relation && checkAttributes('relationshipAttributes', draft.relation, list));
  if (refusal !== undefined) return refusal;
  const checked = truncated.length > 0 ? JSON.stringify(draft.operation) : body;
  const whole = tooLong('the operation', checked, limits.operation);
  return whole ?? { key, body: checked, bytes: Buffer.byteLength(checked), truncated };
}

/** Case does not tell e-mails apart. */
const personKey = (identifiers: PersonIdentifiers): string =>
  `person:${Object.values(identifiers).join('').toLowerCase()}`;

/** The root timestamp: unreadable is a refusal, the future is now, since all later updates would seem stale. */
export function rootTimestamp(data: Data, plan: StreamPlan): { timestamp?: number } | Refusal {
  const value = data[plan.columns.timestamp];
  if (value === null || value === undefined || value === '') return {};
  const seconds = unixSeconds(value);
  const field = plan.columns.timestamp;
  if (seconds === undefined) return refuse('invalid', field, `${field} cannot be read as a timestamp.`);
  return { timestamp: Math.min(seconds, Math.floor(Date.now() / 1000)) };
}

type Draw = (plan: StreamPlan, config: DestinationConfig) => (data: Data) => Draft | Refusal | Ignored;

const drawPerson: Draw = (plan, config) => {
  const columns = columnKinds(plan);
  return (data) => {
    const identifiers = personIdentifiers(data, plan, config);
    if (isRefusal(identifiers)) return identifiers;
    const key = personKey(identifiers);
    if (removed(data)) {
      if (config.removals.persons === 'ignore') return { ignored: true };
      return { key, operation: { type: 'person', identifiers, action: 'delete' } };
    }
    const timestamp = rootTimestamp(data, plan);
    if (isRefusal(timestamp)) return timestamp;
    const attributes = attributesOf(data, columns, config);
    const anonymousId = keyText(data[plan.columns.anonymousId]);
    if (anonymousId !== undefined) attributes.anonymous_id = anonymousId;
    const reserved = checkReserved(attributes);
    if (reserved !== undefined) return reserved;
    return {
      key,
      attributes,
      columns,
      operation: { type: 'person', identifiers, action: 'identify', ...timestamp, attributes },
    };
  };
};

const drawEvent: Draw = (plan, config) => {
  const columns = columnKinds(plan);
  const { event, messageId } = plan.columns;
  return (data) => {
    if (removed(data)) return { ignored: true };
    const identifiers = personIdentifiers(data, plan, config);
    if (isRefusal(identifiers)) return identifiers;
    const name = keyText(data[event]) ?? plan.fixed.event;
    if (name === undefined) return refuse('required', event, `${event} is missing or empty.`);
    const long = tooLong(event, name, limits.eventName);
    if (long !== undefined) return long;
    const timestamp = rootTimestamp(data, plan);
    if (isRefusal(timestamp)) return timestamp;
    const attributes = attributesOf(data, columns, config);
    const given = data[messageId];
    const dated = data[plan.columns.timestamp];
    const what = keyText(given) ?? JSON.stringify([dated, attributes]);
    const id = eventId(given, unixSeconds(dated), JSON.stringify([identifiers, name, what]));
    // Limits of single attributes are documented for people, objects and relationships, not for event data.
    return {
      key: personKey(identifiers),
      operation: { type: 'person', identifiers, action: 'event', name, id, ...timestamp, attributes },
    };
  };
};

const objectKey = ({ object_type_id, object_id }: ObjectIdentifiers): string =>
  `object:${object_type_id}:${object_id}`;

const drawObject: Draw = (plan, config) => {
  const columns = columnKinds(plan);
  return (data) => {
    const identifiers = objectIdentifiers(data, plan);
    if (isRefusal(identifiers)) return identifiers;
    const key = objectKey(identifiers);
    if (removed(data)) {
      if (config.removals.objects === 'ignore') return { ignored: true };
      return { key, operation: { type: 'object', identifiers, action: 'delete' } };
    }
    const attributes = attributesOf(data, columns, config);
    return {
      key,
      attributes,
      columns,
      operation: { type: 'object', identifiers, action: 'identify', attributes },
    };
  };
};

/** The relationship's own attributes: an object, or one as JSON text. */
function relationOf(
  data: Data,
  plan: StreamPlan,
  config: DestinationConfig,
): { relation: Attributes } | Refusal {
  const field = plan.columns.relationshipAttributes;
  const value = data[field];
  if (value === null || value === undefined || value === '')
    return { relation: relationshipAttributes({}, plan.relationTimestamps, config) };
  const given = typeof value === 'string' ? parsedText(value) : value;
  if (typeof value === 'string' && given !== undefined && isDeeper(value)) return tooDeep({ [field]: given });
  if (!isJsonObject(given) || exactDigits(given) !== undefined)
    return refuse('invalid', field, `${field} must be a JSON object.`);
  return { relation: relationshipAttributes(given, plan.relationTimestamps, config) };
}

function parsedText(text: string): unknown {
  try {
    return isDeeper(text) ? JSON.parse(text) : parseExactJson(text);
  } catch {
    return undefined;
  }
}

const drawRelationship: Draw = (plan, config) => {
  const columns = columnKinds(plan);
  return (data) => {
    const identifiers = objectIdentifiers(data, plan);
    if (isRefusal(identifiers)) return identifiers;
    const target = { type: 'object', identifiers } as const;
    if (removed(data)) return unrelated(target, data, plan, config);
    const anonymous = anonymousIdentifier(data, plan);
    const person = anonymous ?? personIdentifiers(data, plan, config);
    if (isRefusal(person)) return person;
    const read = relationOf(data, plan, config);
    if (isRefusal(read)) return read;
    const { relation } = read;
    // Other columns of a relationship's row land on the object, as the specification says.
    const attributes = attributesOf(data, columns, config);
    const own = Object.keys(attributes).length === 0 ? {} : { attributes };
    const named = 'attributes' in own ? 'identify' : 'add_relationships';
    const action = anonymous === undefined ? named : 'identify_anonymous';
    const cio_relationships = [{ identifiers: person, relationship_attributes: relation }];
    const operation: TrackOperation = { ...target, action, ...own, cio_relationships };
    return { key: objectKey(identifiers), attributes, relation, columns, operation };
  };
};

function unrelated(
  target: { readonly type: 'object'; readonly identifiers: ObjectIdentifiers },
  data: Data,
  plan: StreamPlan,
  config: DestinationConfig,
): Draft | Refusal | Ignored {
  const person = personIdentifiers(data, plan, config);
  if (isRefusal(person)) return person;
  if (config.removals.relationships === 'ignore') return { ignored: true };
  const cio_relationships = [{ identifiers: person }];
  const operation: TrackOperation = { ...target, action: 'delete_relationships', cio_relationships };
  return { key: objectKey(target.identifiers), operation };
}

const drafts: Readonly<Record<StreamPlan['kind'], Draw>> = {
  persons: drawPerson,
  events: drawEvent,
  objects: drawObject,
  relationships: drawRelationship,
};
