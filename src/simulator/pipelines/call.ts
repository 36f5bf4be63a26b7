import { isObject, type Json, type JsonObject } from '../json.ts';

export const CALL_TYPES = ['identify', 'track', 'page', 'screen', 'group', 'alias'] as const;
export type CallType = (typeof CALL_TYPES)[number];

/** One call of the Pipelines API, as far as a workspace does something with it. */
export interface Call {
  readonly type: CallType;
  readonly userId: string | undefined;
  readonly anonymousId: string | undefined;
  readonly messageId: string | undefined;
  /** Unix seconds, with a fraction. */
  readonly timestamp: number | undefined;
  /** The event of a track, the name of a page or screen. */
  readonly name: string | undefined;
  readonly groupId: string | undefined;
  readonly objectTypeId: string | undefined;
  readonly previousId: string | undefined;
  /** Its traits or properties. */
  readonly data: JsonObject;
}

/** What the description calls semantic events: orders in the shape of an event. */
export const SEMANTIC_EVENTS: ReadonlySet<string> = new Set([
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

/** RFC 3339, which is what the description's `format: date-time` means: with a zone. */
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/i;

const isDateTime = (value: Json | undefined): boolean =>
  typeof value === 'string' && DATE_TIME.test(value) && !Number.isNaN(Date.parse(value));

type Check = (call: JsonObject) => string | undefined;

const text = (call: JsonObject, field: string): string | undefined => {
  const value = call[field];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

const needs =
  (...fields: readonly string[]): Check =>
  (call) => {
    const missing = fields.find((field) => text(call, field) === undefined);
    return missing === undefined ? undefined : `${missing} is required`;
  };

/** "An empty userId" counts as none; a group's events need nobody. */
const someone: Check = (call) =>
  (text(call, 'userId') ?? text(call, 'anonymousId')) ? undefined : 'userId or anonymousId is required';

/** The required fields of each kind of call, and of each semantic event that this workspace plays. */
const CHECKS: Readonly<Record<CallType, Check>> = {
  identify: someone,
  track: (call) =>
    needs('event')(call) ??
    (text(call, 'groupId') === undefined ? someone(call) : undefined) ??
    SEMANTIC_CHECKS[String(call.event)]?.(call),
  page: someone,
  screen: someone,
  group: needs('groupId'),
  alias: needs('userId', 'previousId'),
};

const aboutObject: Check = ({ properties }) => {
  if (!isObject(properties)) return 'properties is required';
  const { objectId, objectTypeId } = properties;
  if (typeof objectId !== 'string' || objectId === '') return 'properties.objectId must be a string';
  const fits = objectTypeId === undefined || Number.isInteger(objectTypeId);
  return fits ? undefined : 'properties.objectTypeId must be an integer';
};

const SEMANTIC_CHECKS: Readonly<Record<string, Check>> = {
  'User Deleted': needs('userId'),
  'User Suppressed': needs('userId'),
  'User Unsuppressed': needs('userId'),
  'Relationship Deleted': (call) => needs('userId')(call) ?? aboutObject(call),
  'Object Deleted': (call) => needs('anonymousId')(call) ?? aboutObject(call),
};

const FIELDS: readonly (readonly [string, (value: Json) => boolean, string])[] = [
  ...['userId', 'anonymousId', 'previousId', 'groupId', 'objectTypeId', 'messageId', 'event', 'name'].map(
    (field) => [field, (value: Json) => typeof value === 'string', 'a string'] as const,
  ),
  ...['timestamp', 'sentAt', 'originalTimestamp'].map(
    (field) => [field, isDateTime, 'an ISO 8601 date-time with a zone'] as const,
  ),
  ...['traits', 'properties', 'context'].map((field) => [field, isObject, 'an object'] as const),
  // The description's own example of a track has null here.
  ['integrations', (value) => value === null || isObject(value), 'an object'],
];

function fieldProblem(call: JsonObject): string | undefined {
  for (const [field, fits, what] of FIELDS) {
    const value = call[field];
    if (value !== undefined && !fits(value)) return `${field} must be ${what}`;
  }
  return undefined;
}

const isCallType = (value: Json | undefined): value is CallType => CALL_TYPES.some((type) => type === value);

/** The object type, under any of the names that the description and its samples give it; they must agree. */
function objectTypeOf(call: JsonObject, traits: JsonObject): string | undefined | null {
  const given = [call.objectTypeId, traits.objectTypeId, traits.object_type_id].filter(
    (value) => value !== undefined,
  );
  const names = new Set(given.map(String));
  return names.size > 1 ? null : [...names][0];
}

/** The call, typed, or what is wrong with it. `type` is the endpoint's; in a batch each call names its own. */
export function readCall(given: Json | undefined, type?: CallType): Call | string {
  if (!isObject(given)) return 'a call must be an object';
  const named = given.type ?? type;
  if (!isCallType(named)) return `type must be one of ${CALL_TYPES.join(', ')}`;
  if (type !== undefined && named !== type) return `type must be ${type} here`;
  const problem = fieldProblem(given) ?? CHECKS[named](given);
  if (problem !== undefined) return problem;
  const data = [given.traits, given.properties].find(isObject) ?? {};
  const objectTypeId = named === 'group' ? objectTypeOf(given, data) : undefined;
  if (objectTypeId === null) return 'objectTypeId is given twice and differs';
  return {
    type: named,
    userId: text(given, 'userId'),
    anonymousId: text(given, 'anonymousId'),
    messageId: text(given, 'messageId'),
    timestamp: typeof given.timestamp === 'string' ? Date.parse(given.timestamp) / 1000 : undefined,
    name: text(given, named === 'track' ? 'event' : 'name'),
    groupId: text(given, 'groupId'),
    objectTypeId,
    previousId: text(given, 'previousId'),
    data,
  };
}
