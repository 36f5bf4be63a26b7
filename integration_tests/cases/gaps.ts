import { it } from 'vitest';

/** What a double cannot do, by the name of the case: why. */
export type Gaps = Readonly<Record<string, string>>;

type Test = () => Promise<void>;

/**
 * `it` for a suite that runs on doubles too. A case that a double is known to lack must fail there: once the
 * double can do it, the list of gaps says too much.
 */
export function casesWith(gaps: Gaps): (name: string, test: Test) => void {
  return (name, test) => {
    const gap = gaps[name];
    if (gap === undefined) it(name, test);
    else it.fails(`${name} (cannot: ${gap})`, test);
  };
}
