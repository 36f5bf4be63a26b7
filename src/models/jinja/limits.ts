import { TemplateFault } from './fault.ts';

/**
 * What one model may cost while it is rendered. Counts, not seconds: they are the same on every machine. All of it
 * takes a second or two, and no model that people write comes near.
 */
const MOST_STEPS = 4_000_000;
const LONGEST_TEXT = 10_000_000;
const MOST_ITEMS = 1_000_000;
/** Of texts that are made on the way, all together; an item of a list counts as eight characters. */
const MOST_MADE = 200_000_000;
const DEEPEST_CALL = 100;
/** Python's own limit for printing a whole number. */
const MOST_DIGITS = 4300;
const MOST_BITS = Math.ceil(MOST_DIGITS * Math.log2(10));

export class Limits {
  readonly #share: number;
  #steps = 0;
  #made = 0;
  #depth = 0;

  /** @param share of what a whole model may cost */
  constructor(share = 1) {
    this.#share = share;
  }

  /** Counts work that is done before anything is made, in steps. */
  work(steps: number): void {
    this.#steps += steps;
    if (this.#steps > MOST_STEPS * this.#share) {
      throw new TemplateFault(
        'the model takes too many steps to render. Look for a loop over too many things, or in a loop.',
      );
    }
  }

  /** To be asked before a text is made, with its length. */
  text(length: number): void {
    if (length > LONGEST_TEXT) {
      throw new TemplateFault(
        `a text of more than ${LONGEST_TEXT / 1e6} million characters is too long for a model.`,
      );
    }
    this.#make(length);
  }

  /** To be asked before a list is made, with its length. */
  items(count: number): void {
    if (count > MOST_ITEMS) {
      throw new TemplateFault(
        `a list of more than ${MOST_ITEMS / 1e6} million items is too long for a model.`,
      );
    }
    this.#make(count * 8);
  }

  /** To be asked before a whole number is made, with its size in bits. */
  bits(count: number): void {
    if (count > MOST_BITS)
      throw new TemplateFault(`a number of more than ${MOST_DIGITS} digits is too long for a model.`);
  }

  #make(length: number): void {
    this.#made += length;
    if (this.#made > MOST_MADE) {
      throw new TemplateFault(
        'the model makes too much text to render. Look for a text that grows in a loop.',
      );
    }
    this.work(1 + length / 64);
  }

  /** Runs what may call itself, to a depth that the stack can hold. */
  nested<T>(run: () => T): T {
    this.#depth += 1;
    if (this.#depth > DEEPEST_CALL) {
      throw new TemplateFault(`macros or loops call themselves more than ${DEEPEST_CALL} levels deep.`);
    }
    try {
      return run();
    } finally {
      this.#depth -= 1;
    }
  }
}
