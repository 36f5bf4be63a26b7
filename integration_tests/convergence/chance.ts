/** Chance that a seed decides: the same seed takes the same turns on every machine. */
export interface Chance {
  /** From 0 up to 1. */
  number(): number;
  /** A whole number from 0 up to `below`. */
  below(below: number): number;
  /** Whether something of this probability happens. */
  happens(probability: number): boolean;
  pick<T>(list: readonly [T, ...T[]]): T;
  /** One of a list that may be empty. */
  maybe<T>(list: Iterable<T>): T | undefined;
  shuffled<T>(list: Iterable<T>): T[];
}

export function chanceOf(seed: number): Chance {
  const number = generator(seed);
  const below = (limit: number): number => Math.floor(number() * limit);
  return {
    number,
    below,
    happens: (probability) => number() < probability,
    pick: (list) => list[below(list.length)] ?? list[0],
    maybe: (list) => {
      const all = [...list];
      return all[below(all.length)];
    },
    shuffled: (list) =>
      [...list]
        .map((item) => [number(), item] as const)
        .toSorted(([a], [b]) => a - b)
        .map(([, item]) => item),
  };
}

/** SplitMix32, by which every seed, small ones too, has a sequence of its own. */
function generator(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}
