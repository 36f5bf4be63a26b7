import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nexusTables } from '../../src/models/nexus-tables.fixture.ts';
import { streamNames } from '../../src/streams/contract.ts';
import { type SnowflakeServer, startSnowflakeServer } from '../snowflake-server/server.ts';
import { copiedTables } from '../support/copied-tables.ts';
import { errorsOf, type ReadResult, read } from '../support/reading.ts';
import { duckdbEngine, snowflakeConfig } from '../support/warehouses.ts';
import { inShort, streamsOf, tables } from './days.ts';

/** Where the warehouse says that no table has changed, no model is evaluated. */

let server: SnowflakeServer;
let states: ReadResult['states'];

beforeEach(async () => {
  server = await startSnowflakeServer();
  states = [];
  await server.run(
    'USE SCHEMA "NEXUS"',
    ...tables,
    `INSERT INTO "p" VALUES ('u1', '2024-01-01', 'a', 'x'), ('u2', '2024-01-01', 'b', 'x')`,
    `INSERT INTO "o" VALUES ('g1', '1', '2024-01-01', 'a')`,
    `INSERT INTO "r" VALUES ('g1', '1', 'u1', '2024-01-01', 'a', 'x')`,
    `INSERT INTO "e" VALUES ('e1', 'u1', '2024-01-01', 'seen', '1')`,
  );
});

afterEach(() => server.close());

/** A server with tables that DuckDB has made. */
async function withTables(...statements: readonly string[]): Promise<void> {
  const duckdb = await duckdbEngine();
  const { run, warehouse } = await duckdb.create();
  await run(...statements);
  await server.run(...(await copiedTables(String(warehouse.path))));
  await duckdb.close();
}

interface Day {
  readonly sent: readonly string[];
  /** The streams whose models were evaluated. */
  readonly evaluated: readonly string[];
  readonly result: ReadResult;
}

type Config = Readonly<Record<string, unknown>>;

/** A sync of all streams. */
async function day(more: Config = {}, streams: readonly string[] = streamNames): Promise<Day> {
  const before = server.statements.length;
  const given = { ...streamsOf({ dialect: 'snowflake' }), ...more };
  const config = { warehouse: snowflakeConfig(server.url), changes: 'snapshot', ...given };
  const result = await read(config, states, streams);
  expect(errorsOf(result)).toEqual([]);
  states = result.states.slice(-streams.length);
  const made = server.statements
    .slice(before)
    .filter((sql) => /^CREATE OR REPLACE TEMPORARY TABLE/.test(sql));
  const evaluated = streams.filter((stream) =>
    made.some((sql) => sql.split('\n')[0]?.includes(`"nexus_customer_io_${stream}`)),
  );
  return { sent: result.rows.map(inShort), evaluated, result };
}

const sql = (text: string): Config => ({ persons: [{ from: 'sql', sql: text }] });

describe('where no table has changed', () => {
  it('evaluates nothing, keeps the states, and says so', async () => {
    expect((await day()).evaluated).toEqual(streamNames);
    const before = states;
    const second = await day();
    expect(second.sent).toEqual([]);
    expect(second.evaluated).toEqual([]);
    expect(JSON.stringify(states.map(({ state }) => state))).toBe(
      JSON.stringify(before.map(({ state }) => state)),
    );
    expect(JSON.stringify(second.result)).toContain('persons: no table that its models read has changed');
    expect((await day()).evaluated).toEqual([]);
  });
});

describe('a change that sends nothing', () => {
  it('is evaluated once', async () => {
    await day();
    await server.run(`UPDATE "o" SET "name" = 'a'`);
    expect((await day()).evaluated).toEqual(['objects']);
    expect((await day()).evaluated).toEqual([]);
    await server.run(`UPDATE "o" SET "name" = 'b'`);
    expect((await day()).sent).toEqual(['g1']);
    expect((await day()).evaluated).toEqual([]);
  });
});

describe('what moves is seen:', () => {
  const changes: readonly (readonly [name: string, string, readonly string[]])[] = [
    ['a row that changed', `UPDATE "p" SET "name" = 'c' WHERE "userId" = 'u1'`, ['u1']],
    ['a new row', `INSERT INTO "p" VALUES ('u3', '2024-01-01', 'a', 'x')`, ['u3']],
    ['a row that left', `DELETE FROM "p" WHERE "userId" = 'u2'`, ['u2 left']],
    [
      'a table that was built again',
      `CREATE OR REPLACE TABLE "p" AS SELECT 'u1' AS "userId", '2024-01-01'::TIMESTAMP AS "timestamp", 'z' AS "name", 'x' AS "plan"`,
      ['u2 left', 'u1'],
    ],
  ];

  it.each(changes)('%s', async (_, statement, sent) => {
    await day();
    await day();
    await server.run(statement);
    expect((await day()).sent).toEqual(sent);
    await day();
    expect((await day()).evaluated).toEqual([]);
  });

  it('a model that changed', async () => {
    const model = (name: string) => sql(`SELECT "userId", "timestamp", ${name} AS "name" FROM "p"`);
    await day(model(`"name"`));
    expect((await day(model(`"name"`))).evaluated).toEqual([]);
    expect((await day(model(`'z'`))).sent).toEqual(['u1', 'u2']);
  });

  it('a person who has become another: once more, and then no more', async () => {
    const entity = { persons: [{ from: 'relation', name: 'q' }] };
    await server.run(`INSERT INTO "q" VALUES ('old', '2024-01-01', 'a', 'ent1')`);
    await day(entity);
    expect((await day(entity)).evaluated).toEqual([]);
    await server.run(`UPDATE "q" SET "userId" = 'new'`);
    expect((await day(entity)).sent).toContain('old is new');
    expect((await day(entity)).sent).toContain('old is new');
    expect((await day(entity)).sent).toEqual([]);
    expect((await day(entity)).evaluated).toEqual([]);
  });

  it('what a read sent by another model before it was stopped', async () => {
    const model = (name: string) => sql(`SELECT "userId", "timestamp", ${name} AS "name" FROM "p"`);
    const people = ['persons'];
    await day(model(`"name"`), people);
    const before = states;
    expect((await day(model(`'z'`), people)).sent).toEqual(['u1', 'u2']);
    // None of its states came back.
    states = before;
    expect((await day(model(`"name"`), people)).sent).toEqual(['u1', 'u2']);
    expect((await day(model(`"name"`), people)).evaluated).toEqual([]);
  });

  it('people in another sync than what is theirs', async () => {
    await day();
    await server.run(`UPDATE "p" SET "name" = 'c' WHERE "userId" = 'u1'`);
    const others = states.slice(1);
    await day({}, ['persons']);
    states = [...states, ...others];
    expect((await day()).evaluated).toEqual(['relationships', 'events']);
  });
});

describe('a model whose rows move by themselves is always evaluated:', () => {
  const columns = (value: string) => `SELECT "userId", "timestamp", ${value} AS "name" FROM "p"`;
  const models = [
    columns(`CASE WHEN CAST(CURRENT_TIMESTAMP AS VARCHAR) <> '' THEN 'now' END`),
    columns(`CASE WHEN "timestamp" < current_date THEN 'past' END`),
    columns(`CASE WHEN RANDOM() < 2 THEN 'less' END`),
    'SELECT "userId", "timestamp", "name" FROM "seen"',
    'SELECT "userId", "timestamp", "name" FROM "OTHER"."p"',
    'SELECT "userId", "timestamp", "name" FROM "DEMO"."OTHER"."p"',
    'SELECT "p"."userId", "p"."timestamp", "p"."name" FROM "p" JOIN "OTHER"."list" AS "l" ON "l"."userId" = "p"."userId"',
    columns(`"own"("name")`),
  ];

  beforeEach(() =>
    server.run(
      'CREATE VIEW "seen" AS SELECT * FROM "p" WHERE "timestamp" < CURRENT_TIMESTAMP',
      'CREATE SCHEMA "OTHER"',
      'CREATE TABLE "OTHER"."p" AS SELECT * FROM "NEXUS"."p"',
      'CREATE TABLE "OTHER"."list" AS SELECT * FROM "NEXUS"."p"',
      `CREATE FUNCTION "own"(x) AS x || '!'`,
    ),
  );

  it.each(models)('%s', async (model) => {
    await day(sql(model));
    expect((await day(sql(model))).evaluated).toEqual(['persons']);
    expect((await day(sql(model))).sent).toEqual([]);
  });
});

describe('a model of known words is not evaluated again:', () => {
  const models = [
    `-- current_date\nSELECT "userId", "timestamp", 'current_date' AS "name" FROM "p"`,
    `WITH x AS (SELECT * FROM "p") SELECT "userId", MAX("timestamp") AS "timestamp", COALESCE(MAX("name"), '') AS "name" FROM x GROUP BY "userId"`,
    `SELECT "userId", "timestamp", "name" FROM "p" WHERE "userId" IN (SELECT "userId" FROM "r") OR EXISTS (SELECT 1 FROM "e")`,
    `SELECT "userId", "timestamp", "name" FROM {{ ref('p') }}`,
    `SELECT "userId", "timestamp", CAST({{ last_sync_time }} AS VARCHAR(20)) AS "name" FROM "p"`,
  ];

  it.each(models)('%s', async (model) => {
    await day(sql(model));
    expect((await day(sql(model))).evaluated).toEqual([]);
    await server.run(`INSERT INTO "p" VALUES ('u1x', '2024-01-01', 'a', 'x')`);
    expect((await day(sql(model))).evaluated).toContain('persons');
  });
});

describe('the shipped models', () => {
  it('are not evaluated again', async () => {
    await withTables(...nexusTables);
    const shipped = { persons: undefined, objects: undefined, relationships: undefined, events: undefined };
    const first = await day(shipped);
    expect(first.evaluated).toEqual(streamNames);
    expect(first.sent.length).toBeGreaterThan(0);
    expect((await day(shipped)).evaluated).toEqual([]);
    const identify = { ...shipped, persons: [{ from: 'identify', user_id_column: 'user_id' }] };
    // The same people under other keys: told once more by the next sync.
    await day(identify);
    await day(identify);
    expect((await day(identify)).evaluated).toEqual([]);
  });
});
