import { isUtf8 } from 'node:buffer';
import { type ParsedMessage, parseMessage } from '../../protocol/lines/parse-message.ts';
import { type ScannedRecord, scannedRecord, scanRecord } from '../../protocol/lines/scan-record.ts';
import type { Workbench } from '../mapping/bytes/values/workbench.ts';
import { type RecordLine, textOf } from '../settlement/record-line.ts';

const newline = 0x0a;

/**
 * Goes through lines one after another, and numbers them over all of the input. They are laid on the bench: what they
 * came in is free again at once.
 */
export class LineReader {
  /** Where the line is: one object, filled anew by each step, since lines come by the million. */
  readonly line: RecordLine;
  readonly #line: { -readonly [K in keyof RecordLine]: RecordLine[K] };
  readonly #bench: Workbench;
  readonly #columns: ReadonlySet<string>;
  readonly #record = scannedRecord();
  #isScanned = false;
  #isScannable = false;
  #number = 0;
  #last = 0;

  /** @param columns the names that a message about a broken line may show */
  constructor(bench: Workbench, columns: ReadonlySet<string> = new Set()) {
    this.#bench = bench;
    this.#columns = columns;
    this.#line = { bytes: bench.bytes, start: 0, end: 0 };
    this.line = this.#line;
  }

  /** @param lines whole ones, each ended by a newline. */
  open(lines: Uint8Array): void {
    this.#line.end = this.#bench.load(lines);
    this.#line.bytes = this.#bench.bytes;
    this.#last = this.#line.end + lines.length;
    // What is no UTF-8 has to be mended as it is decoded.
    this.#isScannable = lines[lines.length - 1] === newline && isUtf8(lines);
  }

  /** To the next line that is not blank; false at the end. */
  next(): boolean {
    while (this.#line.end < this.#last) {
      this.#step();
      if (this.#isScanned || textOf(this.#line, this.#number) !== '') return true;
    }
    return false;
  }

  /** The columns of the line where it is a record of the usual spelling, filled anew likewise. */
  get scanned(): ScannedRecord | undefined {
    return this.#isScanned ? this.#record : undefined;
  }

  /** Counts a line that was not kept; its number. */
  pass(): number {
    this.#number += 1;
    return this.#number;
  }

  /** @throws ConnectorError that names the line. */
  parse(): ParsedMessage {
    return parseMessage({ text: textOf(this.#line, this.#number), number: this.#number }, this.#columns);
  }

  #step(): void {
    this.#number += 1;
    const line = this.#line;
    line.start = line.end;
    const scanned = this.#isScannable ? scanRecord(this.#record, line.bytes, line.start) : -1;
    this.#isScanned = scanned >= 0;
    line.end = this.#isScanned ? scanned : endOfLine(line.bytes, line.start, this.#last);
  }
}

function endOfLine(bytes: Uint8Array, start: number, last: number): number {
  const end = bytes.indexOf(newline, start);
  return end < 0 || end >= last ? last : end + 1;
}
