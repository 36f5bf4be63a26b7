import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AirbyteStateMessage } from '../../src/protocol/messages.ts';
import { identityOf, mayBeSame } from '../../src/warehouse/identity.ts';
import { read as readStreams } from '../support/reading.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'state-warehouse-'));
});
afterEach(() => rm(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

async function change(path: string, ...statements: readonly string[]): Promise<void> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  for (const statement of statements) await connection.run(statement);
  connection.closeSync();
  instance.closeSync();
}

/** People of a project, a minute apart. */
const people = (project: string, rows: number, from = '2024-01-01') =>
  `CREATE OR REPLACE TABLE people AS SELECT '${project}' || n AS "userId", n AS visits,
     TIMESTAMP '${from}' + to_minutes(n) AS "timestamp" FROM range(${rows}) r(n)`;

interface Reading {
  readonly rows: number;
  readonly state: readonly AirbyteStateMessage[];
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

async function read(
  path: string,
  state: readonly AirbyteStateMessage[],
  settings: object = {},
): Promise<Reading> {
  const persons = [{ from: 'relation', name: 'people' }];
  const config = { warehouse: { type: 'duckdb', path }, persons, changes: 'cursor', ...settings };
  const { rows, states, others } = await readStreams(config, state);
  return {
    rows: rows.length,
    // Out of a file, as the next run gets it.
    state: JSON.parse(JSON.stringify(states.slice(-1))),
    errors: others.flatMap((message) =>
      message.type === 'TRACE' ? (message.trace.error?.message ?? []) : [],
    ),
    warnings: others.flatMap((message) =>
      message.type === 'LOG' && message.log.level === 'WARN' ? message.log.message : [],
    ),
  };
}

async function firstRead(rows = 5_000) {
  await change(at('w.duckdb'), people('a', rows));
  const first = await read(at('w.duckdb'), []);
  expect(first).toMatchObject({ rows, errors: [] });
  return first.state;
}

describe('a state goes on in', () => {
  const elsewhere = 'elsewhere.duckdb';
  it.each<[string, number, () => Promise<string>]>([
    ['the same file', 0, async () => 'w.duckdb'],
    [
      'a copy of it',
      0,
      async () => {
        await copyFile(at('w.duckdb'), at(elsewhere));
        return elsewhere;
      },
    ],
    [
      'a file that was made anew, with two more rows',
      2,
      async () => {
        await change(at(elsewhere), people('a', 5_002));
        return elsewhere;
      },
    ],
    [
      'the same as parquet',
      0,
      async () => {
        await mkdir(at('parquet'));
        await change(at('w.duckdb'), `COPY people TO '${at('parquet/people.parquet')}'`);
        return 'parquet';
      },
    ],
    [
      'a file all but one of whose rows were deleted',
      0,
      async () => {
        await change(at('w.duckdb'), 'DELETE FROM people WHERE visits < 4999');
        return 'w.duckdb';
      },
    ],
    [
      'a file all of whose people were edited',
      5_000,
      async () => {
        await change(at('w.duckdb'), `UPDATE people SET "timestamp" = "timestamp" + INTERVAL 1 YEAR`);
        return 'w.duckdb';
      },
    ],
    [
      'a file in which those that it remembers were edited',
      4_000,
      async () => {
        await change(
          at('w.duckdb'),
          `UPDATE people SET "timestamp" = now()::TIMESTAMP WHERE visits % 5 <> 1`,
        );
        return 'w.duckdb';
      },
    ],
    [
      'a table that is empty today',
      0,
      async () => {
        await change(at('w.duckdb'), 'DELETE FROM people');
        return 'w.duckdb';
      },
    ],
  ])('%s: %i rows', async (_what, rows, prepare) => {
    const state = await firstRead();
    const next = await read(at(await prepare()), state);
    expect(next).toMatchObject({ rows, errors: [] });
    expect(next.warnings.filter((warning) => warning.includes('remembers'))).toEqual([]);
  });
});

describe('a state is refused by', () => {
  it.each([
    ['another project', people('A', 5_808), '5,000 rows'],
    ['another project with as many rows', people('A', 5_000), '5,000 rows'],
    ['another project with one row', people('b', 1), '1 row '],
    ['one with the same people at earlier times', people('a', 5_000, '2023-01-01'), '5,000 rows'],
    [
      'one whose people have no timestamp',
      `CREATE TABLE people AS SELECT 'b' AS "userId", NULL::TIMESTAMP AS "timestamp"`,
      '1 row ',
    ],
  ])('%s', async (_what, other, passedOver) => {
    const state = await firstRead();
    await change(at('other.duckdb'), other);
    const { rows, errors } = await read(at('other.duckdb'), state);
    expect(rows).toBe(0);
    expect(errors).toEqual([expect.stringContaining('The state belongs to another warehouse')]);
    expect(errors[0]).toContain(passedOver);
    expect(errors[0]).toContain(`written for DuckDB, ${at('w.duckdb')}`);
    expect(errors[0]).toMatch(/separate state.*reset the stream.*on_other_warehouse.*--accept-state/);
  });

  it.each([1, 2, 3])('another project, though it remembers of %i rows only', async (few) => {
    const state = await firstRead(few);
    await change(at('other.duckdb'), people('A', 9));
    expect((await read(at('other.duckdb'), state)).errors).toHaveLength(1);
  });

  it('another project after many small reads, and goes on in its own', async () => {
    let state = await firstRead(10);
    for (let day = 1; day <= 12; day += 1) {
      await change(at('w.duckdb'), people('a', 10 + day));
      const { rows, state: next } = await read(at('w.duckdb'), state);
      expect(rows).toBe(1);
      state = next;
    }
    expect(JSON.stringify(state).match(/"[0-9a-f]{16}"/g)?.length).toBeLessThanOrEqual(8);
    await change(at('w.duckdb'), 'DELETE FROM people WHERE visits > 15');
    expect((await read(at('w.duckdb'), state)).errors).toEqual([]);
    await change(at('other.duckdb'), people('b', 9));
    expect((await read(at('other.duckdb'), state)).errors).toHaveLength(1);
  });
});

describe('a state', () => {
  it('goes on in another warehouse where the config says so, and is that one’s from then on', async () => {
    const state = await firstRead();
    await change(at('other.duckdb'), people('A', 5_002));
    const accepted = await read(at('other.duckdb'), state, { on_other_warehouse: 'accept' });
    expect(accepted).toMatchObject({ rows: 2, errors: [] });
    expect(await read(at('other.duckdb'), accepted.state)).toMatchObject({ rows: 0, errors: [] });
    expect((await read(at('w.duckdb'), accepted.state)).errors).toHaveLength(1);
  });

  it('goes on, with a warning, in a table that holds the newest rows only: nothing is passed over', async () => {
    const state = await firstRead();
    await change(at('w.duckdb'), people('b', 100, '2025-01-01'));
    const warnings = [expect.stringMatching(/none of the 8 rows .* All 100 rows are after its cursor/)];
    const next = await read(at('w.duckdb'), state);
    expect(next).toMatchObject({ rows: 100, errors: [], warnings });
    expect(await read(at('w.duckdb'), next.state)).toMatchObject({ rows: 0, errors: [], warnings: [] });
  });

  it('of a version that named no warehouse is taken once with a warning', async () => {
    const [state] = await firstRead();
    const models = state?.stream?.stream_state?.models as Record<string, Record<string, unknown>>;
    const { anchors: _anchors, ...old } = models.people ?? {};
    const stream = { stream_descriptor: { name: 'persons' }, stream_state: { models: { people: old } } };
    const taken = await read(at('w.duckdb'), [{ type: 'STREAM', stream }]);
    expect(taken).toMatchObject({
      rows: 0,
      errors: [],
      warnings: [expect.stringContaining('does not say which')],
    });
    expect((await read(at('w.duckdb'), taken.state)).warnings).toEqual([]);
  });

  it.each([
    ['a timestamp without its key', { timestamp: '2024-01-01T00:00:00' }],
    ['anchors that are none', { anchors: [['2024-01-01T00:00:00', 'a1']] }],
  ])('with %s is refused', async (_what, changed) => {
    const models = { people: { definition: 'x', ...changed } };
    const stream = { stream_descriptor: { name: 'persons' }, stream_state: { models } };
    await change(at('w.duckdb'), people('a', 1));
    await expect(read(at('w.duckdb'), [{ type: 'STREAM', stream }])).rejects.toThrow(
      /not written by this source/,
    );
  });
});

describe('a warehouse', () => {
  const snowflake = {
    type: 'snowflake',
    account: 'myorg-my_account',
    user: 'u',
    warehouse: 'w',
    database: 'analytics',
    schema: 'NEXUS',
    credentials: { auth_type: 'password', password: 'p' },
    statement_timeout_seconds: 1,
  } as const;
  const duckdb = { type: 'duckdb', path: '/w.duckdb' } as const;

  it.each([
    ['the account written otherwise', { account: 'https://MyOrg-my-account.snowflakecomputing.com/' }, true],
    ['names in other letters', { database: 'ANALYTICS', schema: 'nexus' }, true],
    ['another user, warehouse and role', { user: 'v', warehouse: 'x', role: 'r' }, true],
    ['another account', { account: 'myorg-other' }, false],
    ['another database', { database: 'staging' }, false],
    ['a quoted name of other letters', { database: '"analytics"' }, false],
    ['another schema', { schema: 'dev' }, false],
  ])('of Snowflake, with %s: the same is %o', (_what, changed, same) => {
    expect(mayBeSame(identityOf(snowflake), identityOf({ ...snowflake, ...changed }))).toBe(same);
  });

  it('of one kind is none of the other', () => {
    expect(mayBeSame(identityOf(snowflake), identityOf(duckdb))).toBe(false);
    expect(mayBeSame(identityOf(duckdb), identityOf({ ...duckdb, path: '/other' }))).toBe(true);
  });

  it('whose secrets are in the config leaves none in its state', () => {
    expect(JSON.stringify(identityOf(snowflake))).not.toMatch(/password|"p"/);
  });
});
