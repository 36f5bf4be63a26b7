import { isUtf8 } from 'node:buffer';
import { hash } from 'node:crypto';
import type { ScannedRecord } from '../../../../protocol/lines/scan-record.ts';
import { limits } from '../../limits.ts';
import { isOwnPrint, isOwnPrintOfMembers } from '../values/own-print.ts';
import { encoded } from '../values/record-values.ts';
import type { Workbench } from '../values/workbench.ts';
import type { Made } from './step.ts';

/** Every byte of an operation may come to be escaped. */
const mostBytes = 2 * limits.operation + 1_000;

const [quote, backslash] = [0x22, 0x5c];

const pieces = {
  start: encoded('['),
  afterPerson: encoded('"},"'),
  afterName: encoded('","'),
  end: encoded('"]'),
  nothing: encoded('null'),
};

/**
 * What tells an event from others, as the text of which its id is made: JSON of the person's identifiers, the event's
 * name, and its key or, without one, JSON of its time and its attributes.
 */
export class IdentityText {
  readonly #out: Workbench;
  readonly #text = new Uint8Array(mostBytes);
  #length = 0;

  constructor(out: Workbench) {
    this.#out = out;
  }

  /** The text up to the first quote of the key. */
  begin({ personStart, personEnd, nameStart, nameEnd }: Made): void {
    this.#length = 0;
    this.#put(pieces.start);
    this.add(personStart, personEnd);
    this.#put(pieces.afterPerson);
    this.add(nameStart, nameEnd);
    this.#put(pieces.afterName);
  }

  /** Adds bytes of the bench as they are. */
  add(start: number, end: number): void {
    const { bytes } = this.#out;
    for (let index = start; index < end; index += 1) this.#byte(bytes[index] ?? 0);
  }

  /**
   * Adds `[time, {attributes}]` in the place of a key.
   *
   * @returns false where JSON.stringify may print them otherwise than they stand.
   */
  addRecord(
    record: ScannedRecord,
    place: number,
    { attributesStart, attributesEnd }: Pick<Made, 'attributesStart' | 'attributesEnd'>,
  ): boolean {
    const { bytes } = this.#out;
    const start = place < 0 ? 0 : (record.valueStart[place] ?? 0);
    const end = place < 0 ? 0 : (record.valueEnd[place] ?? 0);
    if (place >= 0 && !(isOwnPrint(bytes, start, end) && isUtf8(bytes.subarray(start, end)))) return false;
    if (!isOwnPrintOfMembers(bytes, attributesStart, attributesEnd)) return false;
    if (!isUtf8(bytes.subarray(attributesStart, attributesEnd))) return false;
    this.#byte(0x5b);
    if (place < 0) this.#put(pieces.nothing);
    else this.#addEscaped(start, end);
    this.#byte(0x2c);
    this.#byte(0x7b);
    this.#addEscaped(attributesStart, attributesEnd);
    this.#byte(0x7d);
    this.#byte(0x5d);
    return true;
  }

  /** The hash of the whole text, a character a byte. */
  digest(): string {
    this.#put(pieces.end);
    return hash('sha1', this.#text.subarray(0, this.#length), 'binary');
  }

  /** Adds JSON as the inside of a JSON text. */
  #addEscaped(start: number, end: number): void {
    const { bytes } = this.#out;
    for (let index = start; index < end; index += 1) {
      const byte = bytes[index] ?? 0;
      if (byte === quote || byte === backslash) this.#byte(backslash);
      this.#byte(byte);
    }
  }

  #put(piece: Uint8Array): void {
    this.#text.set(piece, this.#length);
    this.#length += piece.length;
  }

  #byte(byte: number): void {
    this.#text[this.#length] = byte;
    this.#length += 1;
  }
}
