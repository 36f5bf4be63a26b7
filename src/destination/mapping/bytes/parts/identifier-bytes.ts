import type { ScannedRecord } from '../../../../protocol/lines/scan-record.ts';
import { keyOfText } from '../../keys/lane-key.ts';
import { limits } from '../../limits.ts';
import { isNumber, isUnusualText } from '../values/key-bytes.ts';
import { encoded, hasValue, keyIn, newKey } from '../values/record-values.ts';
import { role } from './column-bytes.ts';
import type { Context, Step, Written } from './step.ts';

const personSeed = keyOfText('person:');
const objectSeed = keyOfText('object:');

/**
 * A person by their userId; those who have none are the slow path's. An anonymousId beside it is not sent where it is
 * only looked at for who is not known: but white space around it is counted, by the slow path.
 */
export function personBytes(head: string, orAnonymous: boolean, context: Context): Written {
  const { columns, template, config, out } = context;
  const { identifier } = config;
  const id = newKey();
  const starts = {
    id: encoded(`${head}{"id":"`),
    email: encoded(`${head}{"email":"`),
    cio_id: encoded(`${head}{"cio_id":"`),
  };
  const before = Buffer.byteLength(head);
  const isLane = template.lane === 'person';
  const { places } = columns;
  return {
    step: (record, made) => {
      const key = keyIn(id, record, places[role.user], personSeed, true);
      if (key === undefined || id.end - id.start > limits.personId) return false;
      if (orAnonymous && isUnusualAt(record, places[role.anonymous] ?? -1)) return false;
      const kind = identifier === 'auto' ? (id.hasAt ? 'email' : 'id') : identifier;
      made.personStart = out.length + before;
      out.put(starts[kind]);
      out.move(id.start, id.end);
      made.personEnd = out.length;
      if (isLane) made.key = key;
      return true;
    },
    tail: '"}',
  };
}

const isUnusualAt = (record: ScannedRecord, place: number): boolean =>
  place >= 0 && isUnusualText(record.bytes, record.valueStart[place] ?? 0, record.valueEnd[place] ?? 0);

const quote = 0x22;

/** `head` and a person's anonymousId, where there is one, with the quote behind it. */
export function anonymousBytes(head: string, { columns, out }: Context): Step {
  const id = newKey();
  const start = encoded(head);
  const { places } = columns;
  return (record) => {
    const place = places[role.anonymous];
    if (!hasValue(record, place)) return true;
    if (keyIn(id, record, place, 0, false) === undefined) return false;
    if (id.end - id.start > limits.attributeValue) return false;
    out.put(start);
    out.move(id.start, id.end);
    out.byte(quote);
    return true;
  };
}

/** An object by its type, which may be fixed, and its id. */
export function objectBytes(head: string, context: Context): Written {
  const { columns, template, out } = context;
  const id = newKey();
  const start = encoded(`${head}{"object_type_id":"`);
  const between = encoded('","object_id":"');
  const putType = typeBytes(context);
  const isLane = template.lane === 'object';
  const { places } = columns;
  return {
    step: (record, made) => {
      out.put(start);
      const typeKey = putType(record);
      if (typeKey === undefined) return false;
      const key = keyIn(id, record, places[role.object], typeKey, false);
      if (key === undefined || id.end - id.start > limits.objectId) return false;
      out.put(between);
      out.move(id.start, id.end);
      if (isLane) made.key = key;
      return true;
    },
    tail: '"}',
  };
}

/** Writes an object's type and gives the lane's key up to it. */
function typeBytes({ columns, plan, out }: Context): (record: ScannedRecord) => number | undefined {
  const type = newKey();
  const fixed = plan.fixed.objectType ?? '';
  const fixedBytes = encoded(fixed);
  const fixedKey = keyOfText(`${fixed}:`, objectSeed);
  const { places } = columns;
  return (record) => {
    if (fixed !== '' && !hasValue(record, places[role.objectType])) {
      out.put(fixedBytes);
      return fixedKey;
    }
    const key = keyIn(type, record, places[role.objectType], objectSeed, false);
    if (key === undefined || !isNumber(record.bytes, type.start, type.end)) return undefined;
    out.move(type.start, type.end);
    return keyOfText(':', key);
  };
}
