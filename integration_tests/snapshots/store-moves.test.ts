import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorsOf, lastState } from '../support/reading.ts';
import { duckdbEngine, type Engine, hostileSnowflakeEngine } from '../support/warehouses.ts';
import { dayCases } from './day-cases.ts';
import { inShort, Life, type Place } from './days.ts';
import { inFile } from './places.ts';

/** A snapshot goes with the setting of where it is kept: in the warehouse, or in a file. */

type Store = 'warehouse' | 'file';

const directions: readonly (readonly [Store, Store])[] = [
  ['warehouse', 'file'],
  ['file', 'warehouse'],
];

const engines: readonly (readonly [string, () => Promise<Engine>])[] = [
  ['DuckDB', duckdbEngine],
  ['a Snowflake account with hostile parameters', hostileSnowflakeEngine],
];

/** A file for each case, and a schema of the same number. */
async function inEither(start: () => Promise<Engine>): Promise<Place> {
  const place = await inFile(start);
  let cases = 0;
  const changes = () => {
    cases += 1;
    return { ...place.changes(), schema: `moves_${cases}` };
  };
  return { ...place, changes };
}

function keepIn(life: Life, store: Store): void {
  life.config = { ...life.config, changes: { ...Object(life.config.changes), store } };
}

const fileOf = (life: Life): string => Object(life.config.changes).file;

const storesOf = (life: Life): unknown[] =>
  life.state.map((state) => Object(state).stream?.stream_state?.store);

const many = (place: Place, count: number): string =>
  `INSERT INTO "p" SELECT 'u' || CAST("i" AS VARCHAR), CAST('2024-01-01' AS TIMESTAMP), 'n', 'x' FROM ${place.engine.numbers(count)}`;

const edit = (id: string): string => `UPDATE "p" SET "name" = "name" || '!' WHERE "userId" = '${id}'`;
const persons = { streams: ['persons'] };

describe.each(engines)('on %s', (_engine, start) => {
  let place: Place;

  beforeAll(async () => {
    place = await inEither(start);
  });

  afterAll(() => place.close());

  async function begin(store: Store, ...changes: readonly string[]): Promise<Life> {
    const life = await Life.begin(place, persons);
    keepIn(life, store);
    await life.day(...changes);
    return life;
  }

  describe.each(directions)('from day to day between %s and %s', (...stores) => {
    it.each(dayCases)('sends exactly what changed: $name', async ({ streams, more, days }) => {
      const life = await Life.begin(place, { streams, ...(more === undefined ? {} : { more }) });
      for (const [index, [changes, told]] of days.entries()) {
        keepIn(life, stores[index % 2 === 0 ? 0 : 1]);
        expect([index, await life.told(...changes)]).toEqual([index, told]);
      }
    });
  });

  describe.each(directions)('from %s to %s', (from, to) => {
    it('goes with a state midway, with exactly the rows that were left', async () => {
      const rows = 12_000;
      const life = await Life.begin(place, persons);
      keepIn(life, from);
      await life.database.run(many(place, rows));
      const whole = await life.look();
      expect(errorsOf(whole)).toEqual([]);
      expect(whole.states.length).toBeGreaterThan(1);
      life.state = whole.states.slice(0, 1);
      keepIn(life, to);
      expect(await life.told()).toHaveLength(rows - (whole.rowsAtState[0] ?? 0));
      expect(storesOf(life)).toEqual([to]);
      expect(await life.told(edit('u7'))).toEqual(['u7']);
    }, 60_000);

    it('loses nothing where a state of the new store never came back, and can turn back', async () => {
      const life = await begin(from, many(place, 5));
      await life.database.run(edit('u1'), `INSERT INTO "p" VALUES ('new', '2024-01-02', 'n', 'x')`);
      keepIn(life, to);
      expect((await life.look()).rows.map(inShort).sort()).toEqual(['new', 'u1']);
      expect((await life.look()).rows.map(inShort).sort()).toEqual(['new', 'u1']);
      keepIn(life, from);
      expect((await life.look()).rows.map(inShort).sort()).toEqual(['new', 'u1']);
      keepIn(life, to);
      await life.database.run(`DELETE FROM "p" WHERE "userId" = 'new'`);
      expect((await life.told()).sort()).toEqual(['new left', 'u1']);
      expect(await life.told()).toEqual([]);
    });

    it('sends nothing where nothing was new, however often the move begins anew', async () => {
      const life = await begin(from, many(place, 5));
      await life.day(edit('u1'));
      keepIn(life, to);
      for (const _ of [1, 2, 3]) expect((await life.look()).rows).toEqual([]);
      const moved = await life.day();
      expect(JSON.stringify(moved.others)).toContain('persons: its snapshot moves from');
      expect(JSON.stringify((await life.day()).others)).not.toContain('its snapshot moves');
    });

    it('refuses a state that is older than the snapshot that has moved', async () => {
      const life = await begin(from, many(place, 5));
      const old = life.state;
      keepIn(life, to);
      await life.day(edit('u1'));
      await life.day(edit('u2'));
      const refused = await life.look(old);
      expect(refused.rows).toEqual([]);
      expect(errorsOf(refused).join()).toContain('older than its snapshot');
    });

    it('waits in its old store while its stream is switched off', async () => {
      const life = await begin(from, many(place, 5));
      const { config } = life;
      life.config = { ...config, persons: [] };
      keepIn(life, to);
      const off = await life.look();
      expect(off.rows).toEqual([]);
      life.config = config;
      keepIn(life, to);
      expect(await life.told(edit('u1'))).toEqual(['u1']);
    });

    it('sends all and removes nothing where it is no longer in its old store', async () => {
      const life = await begin(from, many(place, 3));
      const [state] = life.state;
      const lost = JSON.parse(JSON.stringify(state).replace(/"base":"\w+"/, '"base":"0123456789ab"'));
      keepIn(life, to);
      await life.database.run(`DELETE FROM "p" WHERE "userId" = 'u1'`);
      const anew = await life.look([lost]);
      expect(anew.rows.map(inShort).sort()).toEqual(['u0', 'u2']);
      expect(JSON.stringify(anew.others)).toContain('no longer exists');
    });
  });

  it('says why where the file cannot be reached, and changes nothing', async () => {
    const life = await begin('file', many(place, 3));
    await rm(fileOf(life));
    keepIn(life, 'warehouse');
    const result = await life.look();
    expect(result.rows).toEqual([]);
    expect(errorsOf(result).join()).toContain(
      `is kept in a file, where it cannot be reached: ${fileOf(life)} (changes.file) does not exist. Fix that, or reset`,
    );
    expect(lastState(result)).toEqual([]);
  });

  it('goes to a file that is there, where the config does not say which', async () => {
    const life = await begin('file', many(place, 3));
    keepIn(life, 'warehouse');
    await life.day(edit('u1'));
    const { store: _, ...changes } = Object(life.config.changes);
    life.config = { ...life.config, changes };
    expect(await life.told(edit('u2'))).toEqual(['u2']);
    expect(storesOf(life)).toEqual(['file']);
  });

  it('says why where the schema in the warehouse cannot be read', async () => {
    const life = await begin('warehouse', many(place, 3));
    life.config = { ...life.config, changes: { ...Object(life.config.changes), schema: 'elsewhere' } };
    keepIn(life, 'file');
    const result = await life.look();
    expect(result.rows).toEqual([]);
    expect(errorsOf(result).join()).toMatch(
      /is kept in the warehouse, where it cannot be reached: .*elsewhere/is,
    );
  });
});
