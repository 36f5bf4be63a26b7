import { limits } from '../../limits.ts';

/** Below this many bytes a loop is quicker than a call. */
const longEnoughToMove = 16;

const zero = 0x30;

const [newline, quote, slash, backslash] = [0x0a, 0x22, 0x2f, 0x5c];

/** What an escape may stand for that is unescaped here; others are the slow path's. */
const isUnescaped = (byte: number | undefined): boolean =>
  byte === quote || byte === backslash || byte === slash;

/** Where lines begin: behind the operation and what is unescaped aside. */
const linesStart = 2 * limits.operation;

/**
 * One buffer in which lines lie behind the place where an operation is written. Within a buffer bytes are moved
 * without a view on them, which takes half the time of a copy between two and leaves nothing to collect.
 */
export class Workbench {
  /** Replaced where lines come that are longer than all before. */
  bytes = new Uint8Array(linesStart);
  /** Bytes of the operation that is being written. */
  length = 0;
  #heldFrom = -1;
  #heldTo = -1;

  /** Lays lines on the bench, in place of those before; where they begin. */
  load(lines: Uint8Array): number {
    const size = linesStart + lines.length;
    if (this.bytes.length < size) this.bytes = new Uint8Array(size);
    this.bytes.set(lines, linesStart);
    return linesStart;
  }

  /** Where `unescapeAside` writes. */
  readonly aside = limits.operation;

  /**
   * Writes the inside of a JSON text without its escapes at `aside`, and a newline behind it.
   *
   * @param end at most as many bytes behind `start` as an operation has.
   * @returns where the newline is; -1 where an escape is none of quotes, backslashes and slashes.
   */
  unescapeAside(start: number, end: number): number {
    const { bytes } = this;
    let at = this.aside;
    for (let index = start; index < end; index += 1) {
      if (bytes[index] === backslash) {
        index += 1;
        if (!isUnescaped(bytes[index])) return -1;
      }
      bytes[at] = bytes[index] ?? 0;
      at += 1;
    }
    bytes[at] = newline;
    return at;
  }

  begin(): void {
    this.length = 0;
    this.#heldFrom = -1;
  }

  /** Bytes of the bench from here on are to be added, up to where `holdTo` says: one move for all of them. */
  hold(start: number): void {
    this.#heldFrom = start;
    this.#heldTo = start;
  }

  holdTo(end: number): void {
    this.#heldTo = end;
  }

  get isHolding(): boolean {
    return this.#heldFrom >= 0;
  }

  /** Adds what is held. */
  release(): void {
    if (this.#heldFrom >= 0) this.move(this.#heldFrom, this.#heldTo);
    this.#heldFrom = -1;
  }

  /** Adds the bytes `start` to `end` of the bench to the operation. The caller sees to the room. */
  move(start: number, end: number): void {
    const { bytes } = this;
    let at = this.length;
    this.length = at + end - start;
    if (end - start >= longEnoughToMove) {
      bytes.copyWithin(at, start, end);
      return;
    }
    for (let index = start; index < end; index += 1) {
      bytes[at] = bytes[index] ?? 0;
      at += 1;
    }
  }

  /** Adds a text that was encoded before. */
  put(text: Uint8Array): void {
    this.bytes.set(text, this.length);
    this.length += text.length;
  }

  byte(byte: number): void {
    this.bytes[this.length] = byte;
    this.length += 1;
  }

  /** Adds a whole number. Ten digits are written one by one: unix seconds have ten, and records have many. */
  integer(value: number): void {
    if (value >= 1e9 && value < 1e10) {
      const high = Math.floor(value / 1e5);
      this.#fiveDigits(high, this.length);
      this.#fiveDigits(value - high * 1e5, this.length + 5);
      this.length += 10;
      return;
    }
    for (const character of String(value)) this.byte(character.charCodeAt(0));
  }

  #fiveDigits(value: number, at: number): void {
    let rest = value | 0;
    for (let index = at + 4; index >= at; index -= 1) {
      const tenth = (rest / 10) | 0;
      this.bytes[index] = zero + rest - tenth * 10;
      rest = tenth;
    }
  }
}
