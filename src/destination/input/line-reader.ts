import { isUtf8 } from 'node:buffer';
import { lineText } from '../../protocol/ndjson.ts';
import { type ParsedMessage, parseMessage } from '../../protocol/parse-message.ts';
import { type ScannedRecord, scannedRecord, scanRecord } from '../../protocol/scan-record.ts';
import type { Workbench } from '../mapping/bytes/workbench.ts';
import type { RecordLine } from '../settlement/ledger.ts';

/** Goes through lines one after another, and numbers them over all of the input. */
export interface LineReader {
  /** @param lines whole ones, each ended by a newline. */
  open(lines: Uint8Array): void;
  /** To the next line that is not blank; false at the end. */
  next(): boolean;
  /** Where the line is: one object, filled anew by each step, since lines come by the million. */
  readonly line: RecordLine;
  /** The columns of the line where it is a record of the usual spelling, filled anew likewise. */
  readonly scanned: ScannedRecord | undefined;
  /** Counts a line that was not kept; its number. */
  pass(): number;
  /** @throws ConnectorError that names the line. */
  parse(): ParsedMessage;
}

const newline = 0x0a;

/**
 * The lines are laid on the bench: what they came in is free again at once.
 *
 * @param columns the names that a message about a broken line may show
 */
export function lineReader(bench: Workbench, columns: ReadonlySet<string> = new Set()): LineReader {
  const record = scannedRecord();
  const line: { -readonly [K in keyof RecordLine]: RecordLine[K] } = {
    bytes: bench.bytes,
    start: 0,
    end: 0,
  };
  let isScanned = false;
  let number = 0;
  let scannable = false;
  let last = 0;
  const step = (): void => {
    number += 1;
    line.start = line.end;
    const scanned = scannable ? scanRecord(record, line.bytes, line.start) : -1;
    isScanned = scanned >= 0;
    line.end = isScanned ? scanned : endOfLine(line.bytes, line.start, last);
  };
  return {
    line,
    open(lines) {
      line.end = bench.load(lines);
      line.bytes = bench.bytes;
      last = line.end + lines.length;
      // What is no UTF-8 has to be mended as it is decoded.
      scannable = lines[lines.length - 1] === newline && isUtf8(lines);
    },
    next() {
      while (line.end < last) {
        step();
        if (isScanned || textOf(line, number) !== '') return true;
      }
      return false;
    },
    get scanned() {
      return isScanned ? record : undefined;
    },
    pass() {
      number += 1;
      return number;
    },
    parse: () => parseMessage({ text: textOf(line, number), number }, columns),
  };
}

function endOfLine(bytes: Uint8Array, start: number, last: number): number {
  const end = bytes.indexOf(newline, start);
  return end < 0 || end >= last ? last : end + 1;
}

/** The line as it came, without its line end. */
export function textOf({ bytes, start, end }: RecordLine, number = 0): string {
  return lineText(bytes.subarray(start, end), number);
}
