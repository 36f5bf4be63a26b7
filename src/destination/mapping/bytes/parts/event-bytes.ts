import type { ScannedRecord } from '../../../../protocol/lines/scan-record.ts';
import { limits } from '../../limits.ts';
import { isUlid } from '../values/key-bytes.ts';
import { encoded, hasValue, keyIn, newKey } from '../values/record-values.ts';
import { putUlid } from '../values/ulid-bytes.ts';
import { secondsOfValue } from './attribute-bytes.ts';
import { role } from './column-bytes.ts';
import { IdentityText } from './identity-text.ts';
import type { Context, Step, Written } from './step.ts';

/** The name of an event, from its column or fixed. */
export function eventNameBytes(head: string, { columns, plan, out }: Context): Written {
  const name = newKey();
  const start = encoded(`${head}"`);
  const fixed = plan.fixed.event;
  const fixedBytes = encoded(JSON.stringify(fixed ?? '').slice(1, -1));
  const isFixedUsable = fixed !== undefined && Buffer.byteLength(fixed) <= limits.eventName;
  const { places } = columns;
  return {
    step: (record, made) => {
      const isFixed = isFixedUsable && !hasValue(record, places[role.eventName]);
      if (!isFixed) {
        if (keyIn(name, record, places[role.eventName], 0, false) === undefined) return false;
        if (name.end - name.start > limits.eventName) return false;
      }
      out.put(start);
      made.nameStart = out.length;
      if (isFixed) out.put(fixedBytes);
      else out.move(name.start, name.end);
      made.nameEnd = out.length;
      return true;
    },
    tail: '"',
  };
}

const ulidDigits = 26;

/** An event's ULID: the record's own, or room for one that `eventIdLast` makes. */
export function eventIdBytes(head: string, { columns, out }: Context): Written {
  const id = newKey();
  const start = encoded(`${head}"`);
  const { places } = columns;
  return {
    step: (record, made) => {
      const isGiven = hasValue(record, places[role.messageId]);
      if (isGiven && keyIn(id, record, places[role.messageId], 0, false) === undefined) return false;
      out.put(start);
      made.idAt = -1;
      if (isGiven && isUlid(record.bytes, id.start, id.end)) {
        out.move(id.start, id.end);
      } else {
        made.idAt = out.length;
        out.length += ulidDigits;
      }
      return true;
    },
    tail: '"',
  };
}

/** Makes the id of an event that brings no ULID, as `eventId` does, when the operation is else complete. */
export function eventIdLast({ columns, out }: Context): Step {
  const text = new IdentityText(out);
  const id = newKey();
  const { places } = columns;
  return (record, made) => {
    if (made.idAt < 0) return true;
    const isGiven = hasValue(record, places[role.messageId]);
    if (isGiven) keyIn(id, record, places[role.messageId], 0, false);
    const dated = places[role.timestamp] ?? -1;
    text.begin(made);
    if (isGiven) text.add(id.start, id.end);
    else if (!text.addRecord(record, dated, made)) return false;
    const seconds = isGiven ? 0 : secondsAt(record, dated);
    putUlid(out.bytes, made.idAt, seconds * 1000, text.digest());
    return true;
  };
}

/** Whole unix seconds of the record's time, from 0 on; 0 where it has none. */
function secondsAt(record: ScannedRecord, place: number): number {
  if (!hasValue(record, place)) return 0;
  return Math.max(
    0,
    secondsOfValue(record.bytes, record.valueStart[place] ?? 0, record.valueEnd[place] ?? 0),
  );
}
