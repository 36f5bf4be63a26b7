import { expect, it } from 'vitest';
import { passDays } from './pass-days.ts';
import { byProcesses } from './transfer/by-processes.ts';

const { SEED = '7', KILLS = '20' } = process.env;

const killsADay = 5;

/** `read` and `write` as processes: twenty times by default one of the two is killed, and only states that came back are kept. */
it('holds however often either process is killed', async () => {
  const { differences, history } = await passDays({
    seed: Number(SEED),
    days: Number(KILLS) / killsADay,
    way: 'snapshot',
    carrier: byProcesses,
    stumbles: killsADay,
  });
  expect(differences, history.join('\n')).toEqual([]);
  expect(history.filter((line) => line.includes('was killed'))).toHaveLength(Number(KILLS));
}, 600_000);
