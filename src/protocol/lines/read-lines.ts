import type { InputLines, LongLine } from '../connector.ts';

const newline = 0x0a;

/** How much of a line that is too long is kept: enough to tell what it was. */
const headBytes = 4_096;

/**
 * The lines of a stream of bytes, a chunk's worth at a time and cut only at newlines. What a chunk leaves over is
 * joined with its rest alone, once that is there: neither chunks nor long lines are copied again and again.
 *
 * @param longest bytes of a line, its newline left out. A longer one is skipped in constant memory.
 */
export async function* readLines(
  input: AsyncIterable<Uint8Array>,
  longest: number,
): AsyncGenerator<InputLines | LongLine> {
  const cutter = new LineCutter(longest);
  for await (const chunk of input) yield* cutter.cut(chunk);
  const last = cutter.end();
  if (last !== undefined) yield last;
}

class LineCutter {
  readonly #longest: number;
  /** Of a line whose end has not come yet. */
  #pieces: Uint8Array[] = [];
  /** Bytes of that line up to now, its newline left out. */
  #length = 0;
  #isOpen = false;
  /** Its beginning, once it is too long: the rest is only counted. */
  #head: Uint8Array | undefined;

  constructor(longest: number) {
    this.#longest = longest;
  }

  *cut(chunk: Uint8Array): Generator<InputLines | LongLine> {
    for (let at = 0; at < chunk.length; ) {
      const whole = this.#isOpen ? at : this.#wholeLines(chunk, at);
      if (whole > at) {
        yield { type: 'LINES', lines: chunk.subarray(at, whole) };
        at = whole;
      } else {
        const found = chunk.indexOf(newline, at);
        const end = found < 0 ? chunk.length : found;
        this.#take(chunk.subarray(at, end));
        if (found >= 0) yield this.#close();
        at = end + 1;
      }
    }
  }

  /** The last line where no newline ended it. */
  end(): InputLines | LongLine | undefined {
    return this.#isOpen ? this.#close() : undefined;
  }

  /** Where the whole lines that begin at `at` and are not too long end. */
  #wholeLines(chunk: Uint8Array, at: number): number {
    if (chunk.length - at <= this.#longest) return Math.max(at, chunk.lastIndexOf(newline) + 1);
    let start = at;
    for (let end = chunk.indexOf(newline, at); end >= 0; end = chunk.indexOf(newline, start)) {
      if (end - start > this.#longest) return start;
      start = end + 1;
    }
    return start;
  }

  #take(piece: Uint8Array): void {
    this.#isOpen = true;
    this.#length += piece.length;
    if (this.#head !== undefined) return;
    this.#pieces.push(piece);
    if (this.#length <= this.#longest) return;
    this.#head = Buffer.concat(this.#pieces, Math.min(headBytes, this.#length));
    this.#pieces = [];
  }

  #close(): InputLines | LongLine {
    const head = this.#head;
    const bytes = this.#length;
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#length = 0;
    this.#isOpen = false;
    this.#head = undefined;
    if (head !== undefined) return { type: 'LONG_LINE', head, bytes };
    return { type: 'LINES', lines: Buffer.concat([...pieces, Buffer.of(newline)]) };
  }
}
