/**
 * The first cells of a chunk's rows as bytes, without making a string of each: a chunk is JSON rows without
 * their outer brackets, `["line","2024-…","key"],["line",…`.
 */

const quote = 0x22;
const comma = 0x2c;
const open = 0x5b;
const backslash = 0x5c;
const close = 0x5d;
const space = 0x20;

/** What stands behind a backslash, by the byte that it means; 0 for `\u`, which hardly ever comes. */
const escapes = new Uint8Array(256);
for (const [letter, byte] of Object.entries({
  '"': '"',
  '\\': '\\',
  '/': '/',
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
})) {
  escapes[letter.charCodeAt(0)] = byte.charCodeAt(0);
}

/** A chunk that is not of the plain form: JSON.parse must read it. */
class Unusual extends Error {}

export interface ScannedChunk {
  /** The first cells one after another. */
  readonly bytes: Buffer;
  /** Where the first cell of each row ends in `bytes`. */
  readonly ends: readonly number[];
  /** The other cells of a row. */
  others(row: number): unknown;
}

class Scanner {
  readonly input: Buffer;
  readonly output: Buffer;
  at = 0;
  end = 0;

  constructor(input: Buffer) {
    this.input = input;
    this.output = Buffer.allocUnsafe(input.length);
  }

  expect(byte: number): void {
    if (this.input[this.at] !== byte) throw new Unusual();
    this.at += 1;
  }

  /** Between rows stand a comma and perhaps line breaks. */
  skipBetweenRows(): void {
    for (;;) {
      const byte = this.input[this.at];
      if (byte === undefined || (byte > space && byte !== comma)) return;
      this.at += 1;
    }
  }

  /** From behind a string's opening quote to behind its closing one, unescaped into the output. */
  copyString(): void {
    const { input, output } = this;
    let { at, end } = this;
    for (let byte = input[at]; byte !== quote; byte = input[at]) {
      if (byte === undefined) throw new Unusual();
      let value = byte;
      if (byte === backslash) {
        at += 1;
        value = escapes[input[at] ?? 0] ?? 0;
        if (value === 0) throw new Unusual();
      }
      output[end] = value;
      at += 1;
      end += 1;
    }
    this.at = at + 1;
    this.end = end;
  }

  /** To behind the row's closing bracket; brackets inside strings do not count. */
  skipRow(): void {
    let inside = false;
    for (let byte = this.input[this.at]; inside || byte !== close; byte = this.input[this.at]) {
      if (byte === undefined) throw new Unusual();
      if (byte === quote) inside = !inside;
      this.at += byte === backslash ? 2 : 1;
    }
    this.at += 1;
  }
}

function scan(input: Buffer): ScannedChunk {
  const scanner = new Scanner(input);
  const ends: number[] = [];
  const spans: (readonly [number, number])[] = [];
  for (scanner.skipBetweenRows(); scanner.at < scanner.input.length; scanner.skipBetweenRows()) {
    scanner.expect(open);
    scanner.expect(quote);
    scanner.copyString();
    ends.push(scanner.end);
    const start = scanner.at;
    scanner.skipRow();
    spans.push([start, scanner.at - 1]);
  }
  const others = (row: number): unknown => {
    const [start, end] = spans[row] ?? [0, 0];
    // The span begins with the comma behind the first cell.
    return JSON.parse(`[${scanner.input.toString('utf8', start, end).replace(/^\s*,/, '')}]`);
  };
  return { bytes: scanner.output.subarray(0, scanner.end), ends, others };
}

/** Undefined where the chunk is not of the plain form. */
export function scanChunk(bytes: Buffer): ScannedChunk | undefined {
  try {
    return scan(bytes);
  } catch (error) {
    if (error instanceof Unusual) return undefined;
    throw error;
  }
}
