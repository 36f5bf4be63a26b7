import { expect } from 'vitest';
import type { ReadResult } from '../support/reading.ts';
import { Life, type Place } from './days.ts';

type HintCase = readonly [name: string, run: (place: Place) => Promise<void>];

/** What the log of a day says beside the counts. */
const logged = ({ others }: ReadResult): string[] =>
  others.flatMap((message) => (message.type === 'LOG' ? [message.log.message] : []));

const people = (place: Place, count: number): string =>
  `INSERT INTO "p" SELECT 'u' || CAST("i" AS VARCHAR), CAST('2024-01-01' AS TIMESTAMP), 'n', 'x' FROM ${place.engine.numbers(count)}`;

const columnHint = /only "(\w+)" has changed/;
const columnsIn = (result: ReadResult): string[] =>
  logged(result).flatMap((text) => columnHint.exec(text)?.[1] ?? []);

const share = (percent: number): string => `WHERE CAST(SUBSTR("userId", 2) AS INTEGER) % 100 < ${percent}`;

/** Days on which 200 people change, and the column that is named for it. */
const days: readonly (readonly [what: string, change: string, named: readonly string[]])[] = [
  ['one column in all rows', `UPDATE "p" SET "plan" = 'y'`, ['plan']],
  ['a value that became NULL', `UPDATE "p" SET "plan" = NULL`, ['plan']],
  ['the time alone', `UPDATE "p" SET "timestamp" = CAST('2024-02-02' AS TIMESTAMP)`, ['timestamp']],
  ['two columns', `UPDATE "p" SET "plan" = 'z', "name" = 'm'`, []],
  ['few rows', `UPDATE "p" SET "name" = 'k' ${share(10)}`, []],
  ['some rows', `UPDATE "p" SET "name" = 'l' ${share(50)}`, ['name']],
  ['nothing', `UPDATE "p" SET "name" = "name"`, []],
];

export const hintCases: readonly HintCase[] = [
  [
    'names a column that alone explains most changes',
    async (place) => {
      const life = await Life.begin(place, { streams: ['persons'] });
      expect(columnsIn(await life.day(people(place, 200)))).toEqual([]);
      for (const [what, change, named] of days) {
        expect([what, columnsIn(await life.day(change))]).toEqual([what, named]);
      }
    },
  ],
  [
    'names a column in a sample of many rows, and none that is ignored',
    async (place) => {
      const life = await Life.begin(place, { streams: ['persons'], more: { changes: { ignore: ['name'] } } });
      await life.day(people(place, 30_000));
      const result = await life.day(`UPDATE "p" SET "plan" = 'y', "name" = 'm'`);
      expect(columnsIn(result)).toEqual(['plan']);
      expect(logged(result).find((text) => columnHint.test(text))).toContain('in 100 % of the changed rows');
      expect((await life.day(`UPDATE "p" SET "name" = 'k'`)).rows).toEqual([]);
    },
  ],
  [
    'says how many rows a changed model sends',
    async (place) => {
      const sql = (filter: string) => [
        { from: 'sql', name: 'm', sql: `SELECT "userId", "timestamp", ${filter} FROM "p"` },
      ];
      const life = await Life.begin(place, { streams: ['persons'], more: { persons: sql('"name"') } });
      await life.day(people(place, 5));
      expect(logged(await life.day()).filter((text) => text.includes('have changed'))).toEqual([]);
      life.config = { ...life.config, persons: sql('"name", "plan" AS "level"') };
      const result = await life.day();
      expect(result.rows).toHaveLength(5);
      expect(logged(result).join('\n')).toMatch(
        /have changed since the last sync\. 5 of its 5 rows are sent/,
      );
      expect(logged(await life.day()).join('\n')).not.toContain('have changed');
    },
  ],
  [
    'says that a table has another column',
    async (place) => {
      const life = await Life.begin(place, { streams: ['persons'] });
      await life.day(people(place, 5));
      const result = await life.day(
        'ALTER TABLE "p" ADD COLUMN "tier" VARCHAR',
        `UPDATE "p" SET "tier" = 'gold' WHERE "userId" IN ('u1', 'u2')`,
      );
      expect(result.rows).toHaveLength(2);
      expect(logged(result).join('\n')).toMatch(
        /have changed since the last sync\. 2 of its 5 rows are sent/,
      );
    },
  ],
  [
    'gives a model that asks for the last sync all of its rows, and says so',
    async (place) => {
      const filtered = `SELECT "userId", "timestamp", "name" FROM "p" WHERE "timestamp" > TO_TIMESTAMP({{ last_sync_time }})`;
      const life = await Life.begin(place, {
        streams: ['persons'],
        more: { persons: [{ from: 'sql', sql: filtered }] },
      });
      const said = async (...changes: string[]): Promise<number> => {
        const result = await life.day(...changes);
        expect(result.rows.filter((row) => row._ab_cdc_deleted_at !== undefined)).toEqual([]);
        return logged(result).filter((text) => text.includes('last_sync_time')).length;
      };
      expect(await said(people(place, 3))).toBe(1);
      expect(await said(`UPDATE "p" SET "name" = 'm' WHERE "userId" = 'u1'`)).toBe(1);
    },
  ],
];
