import type { ScannedRecord } from '../../../../protocol/lines/scan-record.ts';
import { secondsOfValue } from '../../../mapping/bytes/parts/attribute-bytes.ts';
import { encoded, hasValue } from '../../../mapping/bytes/values/record-values.ts';
import { secondsOfBytes } from '../../../mapping/bytes/values/timestamp-bytes.ts';
import type { Workbench } from '../../../mapping/bytes/values/workbench.ts';

const quote = 0x22;
const letterT = 0x54;
/** `YYYY-MM-DDTHH:MM:SS` */
const digits = 19;

const isoTime = (seconds: number): Uint8Array => encoded(new Date(seconds * 1000).toISOString());
const endOfTime = encoded('.000Z');

/** Writes times of calls: whole seconds, in ISO 8601. */
export class IsoTimeBytes {
  readonly #out: Workbench;
  /** The clock is asked only where a time lies ahead of its last answer. */
  #now = 0;
  #nowText = isoTime(0);

  constructor(out: Workbench) {
    this.#out = out;
  }

  /**
   * Writes the time of a column, without quotes: now where it has none, or one that is ahead.
   *
   * @param place of the column in the record, -1 where it has none
   * @returns false for a value that the slow path must look at
   */
  write(record: ScannedRecord, place: number): boolean {
    const { bytes, valueStart, valueEnd } = record;
    const start = valueStart[place] ?? 0;
    const end = valueEnd[place] ?? 0;
    if (!hasValue(record, place)) return this.#writeNow();
    const usual = bytes[start] === quote ? secondsOfBytes(bytes, start + 1, end - 1) : Number.NaN;
    const seconds = Number.isNaN(usual) ? secondsOfValue(bytes, start, end) : usual;
    // Also the empty text, which counts as none.
    if (Number.isNaN(seconds)) return false;
    if (this.#isAhead(seconds)) return this.#writeNow();
    if (Number.isNaN(usual)) this.#out.put(isoTime(seconds));
    else this.#writeDigits(start + 1);
    return true;
  }

  /** The digits stand there already, with a T or a space between date and time. */
  #writeDigits(start: number): void {
    const out = this.#out;
    const from = out.length;
    out.move(start, start + digits);
    out.bytes[from + 10] = letterT;
    out.put(endOfTime);
  }

  #writeNow(): true {
    this.#refresh();
    this.#out.put(this.#nowText);
    return true;
  }

  #isAhead(seconds: number): boolean {
    if (seconds > this.#now) this.#refresh();
    return seconds > this.#now;
  }

  #refresh(): void {
    const now = Math.floor(Date.now() / 1000);
    if (now === this.#now) return;
    this.#now = now;
    this.#nowText = isoTime(now);
  }
}
