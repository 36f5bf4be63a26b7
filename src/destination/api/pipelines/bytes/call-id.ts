import { hash } from 'node:crypto';
import { role } from '../../../mapping/bytes/parts/column-bytes.ts';
import { eventIdLast } from '../../../mapping/bytes/parts/event-bytes.ts';
import { personBytes } from '../../../mapping/bytes/parts/identifier-bytes.ts';
import type { Context, Step } from '../../../mapping/bytes/parts/step.ts';
import { isNumber } from '../../../mapping/bytes/values/key-bytes.ts';
import { hasValue } from '../../../mapping/bytes/values/record-values.ts';
import type { Workbench } from '../../../mapping/bytes/values/workbench.ts';

const idStart = '{"messageId":"';
const sha1Digits = 40;

/** The beginning of a call, with room for an id that is made of the rest. */
export const callStart = `${idStart}${'0'.repeat(sha1Digits)}"`;

const [openBrace, comma, quote, backslash] = [0x7b, 0x2c, 0x22, 0x5c];

/**
 * Makes the id of the call that stands on the bench: a hash of what follows the id, as an object of its own, and of
 * the time as the record has it. `toCall` makes the same.
 */
export function callIdStep({ columns: { places }, out }: Context): Step {
  return (record) => {
    const { bytes, length } = out;
    const place = places[role.timestamp] ?? -1;
    const start = record.valueStart[place] ?? 0;
    if (hasValue(record, place) && !moveKey(out, start, record.valueEnd[place] ?? 0)) return false;
    bytes[callStart.length] = openBrace;
    const id = hash('sha1', bytes.subarray(callStart.length, out.length));
    bytes[callStart.length] = comma;
    out.length = length;
    for (let index = 0; index < sha1Digits; index += 1) bytes[idStart.length + index] = id.charCodeAt(index);
    return true;
  };
}

/**
 * Makes the id of an event that brings no ULID: of the person as the Track API's operation has them, whom it writes
 * behind the call for as long as that takes.
 */
export function eventIdStep(context: Context): Step {
  const { out } = context;
  const person = personBytes('', true, context);
  const last = eventIdLast(context);
  return (record, made) => {
    if (made.idAt < 0) return true;
    const { length } = out;
    if (!person.step(record, made) || !last(record, made)) return false;
    out.length = length;
    return true;
  };
}

/** A longer integer may be printed otherwise than it stands. */
const mostDigits = 15;

/** Adds a value as `keyText` gives it; false for one that has to be parsed. */
function moveKey(out: Workbench, start: number, end: number): boolean {
  const { bytes } = out;
  if (bytes[start] !== quote) {
    out.move(start, end);
    return end - start <= mostDigits && isNumber(bytes, start, end);
  }
  for (let index = start; index < end; index += 1) if (bytes[index] === backslash) return false;
  out.move(start + 1, end - 1);
  return true;
}
