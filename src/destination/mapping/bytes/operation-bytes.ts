import type { ScannedRecord } from '../../../protocol/lines/scan-record.ts';
import type { DestinationConfig } from '../../config.ts';
import { keyOfText } from '../keys/lane-key.ts';
import { limits } from '../limits.ts';
import type { StreamPlan } from '../stream-mapping.ts';
import { type AttributeRules, isFirst, secondsOfValue, writeAttributes } from './attribute-bytes.ts';
import { type ColumnLookup, columnLookup, role } from './column-bytes.ts';
import { mayGrowTo } from './growth.ts';
import { isNumber, isUlid, type KeyBytes, readKey } from './key-bytes.ts';
import type { Workbench } from './workbench.ts';

/** An operation made of bytes, in a buffer that is free again after the call. */
export interface OperationBytes {
  /** Of its lane, as `keyOfText` makes it. */
  readonly key: number;
  readonly bytes: Uint8Array;
  readonly length: number;
}

/**
 * The quick way from a record to its operation: columns are copied from the bytes of the line, neither parsed nor
 * printed. It knows the usual record and gives undefined for every other, which `toOperation` then maps or
 * refuses; of the records that both know, both make the same operation.
 */
export type ToOperationBytes = (record: ScannedRecord) => OperationBytes | undefined;

/** Fills `out` and gives the lane's key; undefined for an unusual record. */
type Draw = (record: ScannedRecord, columns: ColumnLookup, out: Workbench) => number | undefined;

/** What an operation has beside the columns: identifiers, action, a timestamp. */
const envelope = 500;

/**
 * undefined for streams whose records are all for the general way.
 *
 * @param out the bench that the records' lines lie on.
 */
export function toOperationBytes(
  plan: StreamPlan,
  config: DestinationConfig,
  out: Workbench,
): ToOperationBytes | undefined {
  const columns = columnLookup(plan);
  const draw = draws[plan.kind]?.(plan, config);
  if (columns === undefined || draw === undefined) return undefined;
  const operation = { key: 0, bytes: out.bytes, length: 0 };
  return (record) => {
    if (record.columns === 0 || record.columns > limits.attributes) return undefined;
    if (mayGrowTo(limits.operation - envelope, record.bytes, startOf(record), endOf(record)))
      return undefined;
    if (!columns.lookUp(record) || hasValue(record, columns.places[role.removedAt])) return undefined;
    out.begin();
    const key = draw(record, columns, out);
    if (key === undefined) return undefined;
    operation.key = key;
    operation.bytes = out.bytes;
    operation.length = out.length;
    return operation;
  };
}

/** The quote before the first name. */
const startOf = ({ nameStart }: ScannedRecord): number => (nameStart[0] ?? 0) - 1;
const endOf = ({ columns, valueEnd }: ScannedRecord): number => valueEnd[columns - 1] ?? 0;

function hasValue({ bytes, valueStart }: ScannedRecord, place: number | undefined): boolean {
  return place !== undefined && place >= 0 && bytes[valueStart[place] ?? 0] !== 0x6e;
}

type DrawFor = (plan: StreamPlan, config: DestinationConfig) => Draw;

/** What stands between the values, encoded once. */
const text = {
  person: { id: personStart('id'), email: personStart('email'), cio_id: personStart('cio_id') },
  identify: encoded('"},"action":"identify"'),
  timestamp: encoded(',"timestamp":'),
  attributes: encoded(',"attributes":{'),
  end: encoded('}}'),
  anonymousId: encoded('"anonymous_id":"'),
  event: encoded('"},"action":"event","name":"'),
  eventId: encoded('","id":"'),
  objectType: encoded('{"type":"object","identifiers":{"object_type_id":"'),
  objectId: encoded('","object_id":"'),
};

function personStart(identifier: string): Uint8Array {
  return encoded(`{"type":"person","identifiers":{"${identifier}":"`);
}

function encoded(ascii: string): Uint8Array {
  return Uint8Array.from(Buffer.from(ascii));
}

const newKey = (): KeyBytes => ({ start: 0, end: 0, hasAt: false });

/** The lane's key of the value in a column; undefined where it is missing or unusual. */
function keyIn(
  into: KeyBytes,
  { bytes, valueStart, valueEnd }: ScannedRecord,
  place: number | undefined,
  before: number,
  fold: boolean,
): number | undefined {
  if (place === undefined || place < 0) return undefined;
  return readKey(into, bytes, valueStart[place] ?? 0, valueEnd[place] ?? 0, before, fold);
}

const personSeed = keyOfText('person:');

/** Writes a person's beginning up to its identifiers' end; the lane's key. */
function personWriter({ identifier }: DestinationConfig) {
  const id = newKey();
  return (record: ScannedRecord, { places }: ColumnLookup, out: Workbench): number | undefined => {
    const key = keyIn(id, record, places[role.userId], personSeed, true);
    if (key === undefined || id.end - id.start > limits.personId) return undefined;
    const kind = identifier === 'auto' ? (id.hasAt ? 'email' : 'id') : identifier;
    out.put(text.person[kind]);
    out.move(id.start, id.end);
    return key;
  };
}

/** Writes `,"timestamp":…` where the record has one; false where the general way must look at it. */
function timestampWriter() {
  let now = Math.floor(Date.now() / 1000);
  /** What lies ahead of now is dated now; the clock is asked only where a time lies ahead of its last answer. */
  const notAhead = (seconds: number): number => {
    if (seconds > now) now = Math.floor(Date.now() / 1000);
    return Math.min(seconds, now);
  };
  return (record: ScannedRecord, { places }: ColumnLookup, out: Workbench): boolean => {
    const place = places[role.timestamp] ?? -1;
    if (!hasValue(record, place)) return true;
    const start = record.valueStart[place] ?? 0;
    const end = record.valueEnd[place] ?? 0;
    const seconds = secondsOfValue(record.bytes, start, end);
    // Also the empty text, which counts as none.
    if (Number.isNaN(seconds)) return false;
    out.put(text.timestamp);
    out.integer(notAhead(seconds));
    return true;
  };
}

const comma = 0x2c;
const quote = 0x22;

const rulesOf = (plan: StreamPlan, { null_attributes }: DestinationConfig): AttributeRules => ({
  keepNulls: null_attributes === 'unset',
  longest: plan.kind === 'events' ? limits.operation : limits.attributeValue,
});

/** Writes a person's anonymousId as the last attribute, where there is one; false where the general way must look. */
function anonymousWriter() {
  const id = newKey();
  return (record: ScannedRecord, { places }: ColumnLookup, out: Workbench): boolean => {
    const place = places[role.anonymousId];
    if (!hasValue(record, place)) return true;
    if (keyIn(id, record, place, 0, false) === undefined) return false;
    if (id.end - id.start > limits.attributeValue) return false;
    if (!isFirst(out)) out.byte(comma);
    out.put(text.anonymousId);
    out.move(id.start, id.end);
    out.byte(quote);
    return true;
  };
}

const drawPerson: DrawFor = (plan, config) => {
  const writePerson = personWriter(config);
  const writeTimestamp = timestampWriter();
  const rules = rulesOf(plan, config);
  const writeAnonymous = anonymousWriter();
  return (record, columns, out) => {
    const key = writePerson(record, columns, out);
    if (key === undefined) return undefined;
    out.put(text.identify);
    if (!writeTimestamp(record, columns, out)) return undefined;
    out.put(text.attributes);
    if (!writeAttributes(out, record, columns, rules)) return undefined;
    if (!writeAnonymous(record, columns, out)) return undefined;
    out.put(text.end);
    return key;
  };
};

/** Events that bring their own ULID; the others' is made of all that they hold. */
const drawEvent: DrawFor = (plan, config) => {
  const writePerson = personWriter(config);
  const writeTimestamp = timestampWriter();
  const rules = rulesOf(plan, config);
  const name = newKey();
  const id = newKey();
  return (record, columns, out) => {
    const { bytes } = record;
    const key = writePerson(record, columns, out);
    if (key === undefined) return undefined;
    if (keyIn(name, record, columns.places[role.event], 0, false) === undefined) return undefined;
    if (keyIn(id, record, columns.places[role.messageId], 0, false) === undefined) return undefined;
    if (name.end - name.start > limits.eventName || !isUlid(bytes, id.start, id.end)) return undefined;
    out.put(text.event);
    out.move(name.start, name.end);
    out.put(text.eventId);
    out.move(id.start, id.end);
    out.byte(quote);
    if (!writeTimestamp(record, columns, out)) return undefined;
    out.put(text.attributes);
    if (!writeAttributes(out, record, columns, rules)) return undefined;
    out.put(text.end);
    return key;
  };
};

const objectSeed = keyOfText('object:');

const drawObject: DrawFor = (plan, config) => {
  const rules = rulesOf(plan, config);
  const type = newKey();
  const id = newKey();
  return (record, columns, out) => {
    const { bytes } = record;
    const typeKey = keyIn(type, record, columns.places[role.objectTypeId], objectSeed, false);
    if (typeKey === undefined || !isNumber(bytes, type.start, type.end)) return undefined;
    const key = keyIn(id, record, columns.places[role.groupId], keyOfText(':', typeKey), false);
    if (key === undefined || id.end - id.start > limits.objectId) return undefined;
    out.put(text.objectType);
    out.move(type.start, type.end);
    out.put(text.objectId);
    out.move(id.start, id.end);
    out.put(text.identify);
    out.put(text.attributes);
    if (!writeAttributes(out, record, columns, rules)) return undefined;
    out.put(text.end);
    return key;
  };
};

/** Relationships go the general way: their attributes may be JSON in a text, whose timestamps no schema tells. */
const draws: Readonly<Partial<Record<StreamPlan['kind'], DrawFor>>> = {
  persons: drawPerson,
  events: drawEvent,
  objects: drawObject,
};
