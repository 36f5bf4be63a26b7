import { limits } from '../limits.ts';

/** Below this many bytes a loop is quicker than a call. */
const longEnoughToMove = 16;

const zero = 0x30;

/**
 * One buffer in which lines lie behind the place where an operation is written. Within a buffer bytes are moved
 * without a view on them, which takes half the time of a copy between two and leaves nothing to collect.
 */
export class Workbench {
  /** Replaced where lines come that are longer than all before. */
  bytes = new Uint8Array(limits.operation);
  /** Bytes of the operation that is being written. */
  length = 0;
  #heldFrom = -1;
  #heldTo = -1;

  /** Lays lines on the bench, in place of those before; where they begin. */
  load(lines: Uint8Array): number {
    const size = limits.operation + lines.length;
    if (this.bytes.length < size) this.bytes = new Uint8Array(size);
    this.bytes.set(lines, limits.operation);
    return limits.operation;
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
