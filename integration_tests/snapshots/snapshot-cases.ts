import { afterAll, beforeAll, describe, expect } from 'vitest';
import { casesWith, type Gaps } from '../cases/gaps.ts';
import { dayCases } from './day-cases.ts';
import { Life, type Place } from './days.ts';
import { hintCases } from './hint-cases.ts';
import { stateCases } from './state-cases.ts';

/** What a snapshot must find, the same in every place that one can be kept in. */
export function snapshotCases(start: () => Promise<Place>, gaps: Gaps = {}): void {
  const it = casesWith(gaps);
  let place: Place;

  beforeAll(async () => {
    place = await start();
  });

  afterAll(() => place.close());

  describe('sends exactly what changed:', () => {
    for (const { name, streams, more, days } of dayCases) {
      it(name, async () => {
        const life = await Life.begin(place, { streams, ...(more === undefined ? {} : { more }) });
        for (const [index, [changes, told]] of days.entries()) {
          expect([index, await life.told(...changes)]).toEqual([index, told]);
        }
      });
    }
  });

  for (const [name, run] of [...stateCases, ...hintCases]) it(name, () => run(place));
}
