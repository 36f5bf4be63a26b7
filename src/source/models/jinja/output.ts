import type { Place } from './fault.ts';
import type { Limits } from './limits.ts';

interface Piece {
  readonly text: string;
  readonly place: Place;
}

/** What a template has printed so far, piece by piece, with where each was written. */
export class Output {
  readonly #limits: Limits;
  readonly #pieces: Piece[] = [];
  #length = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  write(text: string, place: Place): void {
    if (text === '') return;
    this.#length += text.length;
    this.#limits.text(text.length);
    if (this.#length > 10_000_000) this.#limits.text(this.#length);
    this.#pieces.push({ text, place });
  }

  text(): string {
    return this.#pieces.map(({ text }) => text).join('');
  }

  get pieces(): readonly Piece[] {
    return this.#pieces;
  }
}
