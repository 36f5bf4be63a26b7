import { expect } from 'vitest';
import { errorsOf, lastState } from '../support/reading.ts';
import { inShort, Life, type Place } from './days.ts';

const persons = { streams: ['persons'] };

/** Persons `u0`, `u1` … with a name each. */
const many = (place: Place, count: number): string =>
  `INSERT INTO "p" SELECT 'u' || CAST("i" AS VARCHAR), CAST('2024-01-01' AS TIMESTAMP), 'n', 'x' FROM ${place.engine.numbers(count)}`;

type StateCase = readonly [name: string, run: (place: Place) => Promise<void>];

/** What states, and those that are lost, make of a snapshot. */
export const stateCases: readonly StateCase[] = [
  [
    'goes on from a state midway, with exactly the rows that were left',
    async (place) => {
      const life = await Life.begin(place, persons);
      await life.database.run(many(place, 25_000));
      const whole = await life.look();
      expect(errorsOf(whole)).toEqual([]);
      expect(whole.rows).toHaveLength(25_000);
      const [middle] = whole.states;
      const rest = await life.look(middle === undefined ? [] : [middle]);
      expect(whole.states.length).toBeGreaterThan(1);
      expect(rest.rows).toHaveLength(25_000 - (whole.rowsAtState[0] ?? 0));
      life.state = lastState(rest);
      expect(await life.told(`DELETE FROM "p" WHERE "userId" = 'u7'`)).toEqual(['u7 left']);
    },
  ],

  [
    'sends again what a state that never came back had',
    async (place) => {
      const life = await Life.begin(place, persons);
      await life.day(many(place, 3));
      await life.database.run(`UPDATE "p" SET "name" = 'N' WHERE "userId" = 'u1'`);
      expect((await life.look()).rows.map(inShort)).toEqual(['u1']);
      expect((await life.look()).rows.map(inShort)).toEqual(['u1']);
      expect(await life.told()).toEqual(['u1']);
      expect(await life.told()).toEqual([]);
    },
  ],

  [
    'refuses a state that is older than its snapshot',
    async (place) => {
      const life = await Life.begin(place, persons);
      await life.day(many(place, 3));
      const old = life.state;
      await life.day(`UPDATE "p" SET "name" = 'N'`);
      await life.day();
      expect(errorsOf(await life.look(old)).join()).toContain('older than its snapshot');
    },
  ],

  [
    'stops where more has left than is allowed, and goes on once it is',
    async (place) => {
      const life = await Life.begin(place, persons);
      await life.day(many(place, 300));
      await life.database.run(`DELETE FROM "p" WHERE "userId" LIKE 'u1%'`);
      const stopped = await life.look();
      expect(stopped.rows).toEqual([]);
      expect(errorsOf(stopped).join()).toMatch(/111 of 300 persons .*"u1", "u10", "u100".*--allow-removals/);
      life.config = { ...life.config, changes: { ...Object(life.config.changes), allow_removals: true } };
      expect(await life.told()).toHaveLength(111);
    },
  ],

  [
    'sends all again and removes nothing where the state was lost',
    async (place) => {
      const life = await Life.begin(place, persons);
      await life.day(many(place, 3));
      await life.day();
      await life.database.run(`DELETE FROM "p" WHERE "userId" = 'u1'`);
      const again = await life.look([]);
      expect(again.rows.map(inShort)).toEqual(['u0', 'u2']);
      expect(JSON.stringify(again.others)).toContain('there is no state, but there is a snapshot');
    },
  ],

  [
    'adopts what another tool has sent',
    async (place) => {
      const life = await Life.begin(place, { ...persons, more: { changes: { first: 'adopt' } } });
      expect(await life.told(many(place, 3))).toEqual([]);
      expect(await life.told(`UPDATE "p" SET "name" = 'N' WHERE "userId" = 'u1'`)).toEqual(['u1']);
    },
  ],

  [
    'goes on from a cursor without sending what it had sent',
    async (place) => {
      const life = await Life.begin(place, { streams: ['persons', 'events'] });
      const { changes } = life.config;
      life.config = { ...life.config, changes: { persons: 'cursor', events: 'cursor' } };
      const events = `INSERT INTO "e" SELECT 'e' || CAST("i" AS VARCHAR), 'u1', CAST('2024-01-01' AS TIMESTAMP), 'seen', '1' FROM ${place.engine.numbers(3)}`;
      expect(await life.told(many(place, 3), events)).toHaveLength(6);
      life.config = { ...life.config, changes };
      expect(await life.told(`INSERT INTO "p" VALUES ('new', '2024-02-01', 'n', 'x')`)).toEqual(['new']);
      expect(await life.told(`UPDATE "p" SET "name" = 'N' WHERE "userId" = 'u1'`)).toEqual(['u1']);
    },
  ],
];
