import { expect, it } from 'vitest';
import { passDays } from './pass-days.ts';

const { SEED, SEEDS = '12', DAYS = '3' } = process.env;

/** `SEED=17 DAYS=4` repeats one of them, `SEEDS=2000` goes through more in each file. */
function seedsOf(part: number): number[] {
  if (SEED !== undefined) return [Number(SEED)];
  return Array.from({ length: Number(SEEDS) }, (_, index) => 2 * index + part);
}

/**
 * After any days, with any sync killed in its middle, Customer.io holds what one first sync of the last day leaves, less
 * what the policy keeps; each event once. There are two files of seeds, for two processors.
 */
export function holdDays(part: 1 | 2): void {
  it.each(seedsOf(part))(`of seed %i end like a first sync of the last one`, async (seed) => {
    const { differences, history } = await passDays({ seed, days: Number(DAYS), way: 'snapshot' });
    const again = `SEED=${seed} DAYS=${DAYS} npx vitest run integration_tests/convergence/days-${part}.test.ts`;
    expect(
      differences,
      `${differences.slice(0, 3).join('\n')}\n\n${concerned(differences, history)}\n\nAgain: ${again}`,
    ).toEqual([]);
  });
}

/** What happened to those who are named in a difference, or else all. */
function concerned(differences: readonly string[], history: readonly string[]): string {
  const names = differences
    .slice(0, 3)
    .flatMap((text) => text.match(/\b(?:evt_\d+|p\d+@example\.com|L\d+)/g) ?? []);
  const told = history.filter(
    (line) => names.some((name) => line.includes(name)) || /sync|state|\{/.test(line),
  );
  return (told.length > 2 ? told : history).join('\n');
}
