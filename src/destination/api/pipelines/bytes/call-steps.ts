import { writeAttributes } from '../../../mapping/bytes/parts/attribute-bytes.ts';
import { role } from '../../../mapping/bytes/parts/column-bytes.ts';
import { attributesHead, type Context, type Step } from '../../../mapping/bytes/parts/step.ts';
import { isUnusualText } from '../../../mapping/bytes/values/key-bytes.ts';
import { encoded, keyIn, newKey } from '../../../mapping/bytes/values/record-values.ts';
import { keyOfText } from '../../../mapping/keys/lane-key.ts';
import { limits } from '../../../mapping/limits.ts';
import { callContext, semanticEvents } from '../reserved.ts';
import { isUsualAddress } from './address-bytes.ts';
import { IsoTimeBytes } from './iso-time-bytes.ts';

/** Pieces of calls, for records that are usual: a step that is false leaves the record to the slow path. */

const [quote, brace] = [0x22, 0x7d];
const personSeed = keyOfText('person:');

/** `head` and who the call is about: one with a userId. */
export function userStep(head: string, { columns, out, template }: Context): Step {
  const id = newKey();
  const start = encoded(head);
  const isLane = template.lane === 'person';
  const { places } = columns;
  return (record, made) => {
    const key = keyIn(id, record, places[role.user], personSeed, true);
    if (key === undefined || id.end - id.start > limits.personId) return false;
    if (id.hasAt && !isUsualAddress(record.bytes, id.start, id.end)) return false;
    out.put(start);
    out.move(id.start, id.end);
    out.byte(quote);
    if (isLane) made.key = key;
    return true;
  };
}

/** Writes nothing: white space around an anonymousId is counted by the slow path, though it is not sent. */
export function trimmedStep({ columns: { places } }: Context): Step {
  return ({ bytes, valueStart, valueEnd }) => {
    const place = places[role.anonymous] ?? -1;
    return place < 0 || !isUnusualText(bytes, valueStart[place] ?? 0, valueEnd[place] ?? 0);
  };
}

/** `head` and the columns that have no meaning of their own, as an object. */
export function attributesStep(head: string, context: Context): Step {
  const { columns, out, rules } = context;
  const start = encoded(attributesHead(head, context));
  return (record, made) => {
    out.put(start);
    made.attributesStart = out.length;
    if (!writeAttributes(out, record, columns, rules)) return false;
    made.attributesEnd = out.length;
    out.byte(brace);
    return true;
  };
}

/** The end of every call: its time and where it comes from. */
export function endStep({ columns, out }: Context): Step {
  const start = encoded(',"timestamp":"');
  const end = encoded(`","context":${JSON.stringify(callContext)}}`);
  const time = new IsoTimeBytes(out);
  return (record) => {
    out.put(start);
    if (!time.write(record, columns.places[role.timestamp] ?? -1)) return false;
    out.put(end);
    return true;
  };
}

/** The first letters of semantic events: no other name has to become a text. */
const initials: ReadonlySet<number> = new Set(Array.from(semanticEvents, (name) => name.charCodeAt(0)));

/** Writes nothing: an event whose name, as it stands on the bench, is an order is refused by the slow path. */
export function notSemantic({ out }: Context): Step {
  return (_record, { nameStart, nameEnd }) =>
    !initials.has(out.bytes[nameStart] ?? 0) ||
    !semanticEvents.has(Buffer.from(out.bytes.subarray(nameStart, nameEnd)).toString());
}
