import type { Place } from '../fault.ts';
import type { Limits } from '../limits.ts';

interface Piece {
  readonly text: string;
  readonly place: Place;
  /** Whether it stands in the template as it is printed. */
  readonly verbatim: boolean;
}

/** What a template has printed so far, piece by piece, with where each was written. */
export class Output {
  readonly #limits: Limits;
  readonly #pieces: Piece[] = [];
  #length = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  write(text: string, place: Place, verbatim = false): void {
    if (text === '') return;
    this.#length += text.length;
    this.#limits.text(text.length);
    if (this.#length > 10_000_000) this.#limits.text(this.#length);
    this.#pieces.push({ text, place, verbatim });
  }

  text(): string {
    return this.#pieces.map(({ text }) => text).join('');
  }

  /** For each line of the text, the line of the template that wrote it, from 1. */
  lines(): number[] {
    const lines: number[] = [];
    const written: boolean[] = [];
    const template = this.#pieces[0]?.place.source.text ?? '';
    const newlines = [...template.matchAll(/\n/g)].map(({ index }) => index);
    let at = 0;
    for (const { text, place, verbatim } of this.#pieces) {
      const first = lineIn(newlines, place.at);
      for (const [index, part] of text.split('\n').entries()) {
        if (index > 0) at += 1;
        if (written[at] === true) continue;
        lines[at] = verbatim ? first + index : first;
        written[at] = part.trim() !== '';
      }
    }
    return lines;
  }
}

/** By halves, since a template may have many pieces. */
function lineIn(newlines: readonly number[], at: number): number {
  let [low, high] = [0, newlines.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((newlines[middle] ?? 0) < at) low = middle + 1;
    else high = middle;
  }
  return low + 1;
}
