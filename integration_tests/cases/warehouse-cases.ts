import { Ajv } from 'ajv';
import { afterAll, beforeAll, expect } from 'vitest';
import { catalogOf, checkOf, errorsOf, lastState, read, userIds } from '../support/reading.ts';
import type { Engine } from '../support/warehouses.ts';
import { casesWith, type Gaps } from './gaps.ts';
import { usualWay } from './usual-way.ts';

const table = `CREATE TABLE "p" ("userId" VARCHAR, "timestamp" TIMESTAMP, "note" VARCHAR)`;
const persons = { persons: [{ from: 'relation', name: 'p' }] };
const byCursor = { ...persons, changes: 'cursor' };
const insert = (...rows: readonly string[]): string => `INSERT INTO "p" VALUES ${rows.join(', ')}`;

const literalOf = ({ dialect }: Engine) => {
  return (text: string): string => {
    const escaped = dialect === 'snowflake' ? text.replaceAll('\\', '\\\\') : text;
    return `'${escaped.replaceAll("'", "''")}'`;
  };
};

/** What every warehouse must do alike; the suite is the same on all of them. */
export function warehouseCases(start: () => Promise<Engine>, gaps: Gaps = {}): void {
  const it = casesWith(gaps);
  let engine: Engine;

  beforeAll(async () => {
    engine = await start();
  });

  afterAll(() => engine.close());

  async function source(statements: readonly string[], rest: Readonly<Record<string, unknown>> = persons) {
    const { run, warehouse } = await engine.create();
    await run(...statements);
    return { run, config: { warehouse, ...usualWay, ...rest } };
  }

  it('goes on strictly after the last row, to the microsecond', async () => {
    const { run, config } = await source(
      [
        table,
        insert(
          `('b', '2024-01-01', '')`,
          `('a', '2024-01-01', '')`,
          `('c', '2024-01-02 03:04:05.000006', '')`,
        ),
      ],
      byCursor,
    );
    const first = await read(config);
    expect(errorsOf(first)).toEqual([]);
    expect(userIds(first)).toEqual(['a', 'b', 'c']);
    expect(JSON.stringify(lastState(first))).toContain('"2024-01-02T03:04:05.000006"');
    expect(userIds(await read(config, lastState(first)))).toEqual([]);
    await run(insert(`('d', '2024-01-02 03:04:05.000006', '')`, `('e', '2024-01-02 03:04:05.000007', '')`));
    expect(userIds(await read(config, lastState(first)))).toEqual(['d', 'e']);
  });

  it('can be taken up at every state, with exactly the rows that were left', async () => {
    const { config } = await source(
      [
        table,
        `INSERT INTO "p" SELECT 'u' || CAST(MOD("i", 4500) AS VARCHAR), CAST(CASE WHEN "i" < 9000 THEN '2024-01-01' ELSE '2024-01-02' END AS TIMESTAMP), 'x' FROM ${engine.numbers(25_000)}`,
      ],
      byCursor,
    );
    const whole = await read(config);
    expect(whole.rows).toHaveLength(25_000);
    expect(whole.states.length).toBeGreaterThan(1);
    for (const [index, state] of whole.states.entries()) {
      const rest = await read(config, [state]);
      expect(rest.rows).toHaveLength(25_000 - (whole.rowsAtState[index] ?? 0));
    }
  });

  it('reads rows without a timestamp once, and rows of the future once', async () => {
    const { config } = await source(
      [table, insert(`('none', NULL, '')`, `('now', '2024-01-01', '')`, `('later', '2099-01-01', '')`)],
      byCursor,
    );
    const first = await read(config);
    expect(userIds(first)).toEqual(['none', 'now', 'later']);
    expect(JSON.stringify(first.others)).toContain('1 rows have no timestamp');
    expect(userIds(await read(config, lastState(first)))).toEqual([]);
  });

  it('goes back by the look-back', async () => {
    const { run, config } = await source([table, insert(`('a', '2024-01-10', '')`)], {
      ...byCursor,
      lookback: '2d',
    });
    const state = lastState(await read(config));
    await run(insert(`('late', '2024-01-09', '')`, `('too late', '2024-01-07', '')`));
    expect(userIds(await read(config, state))).toEqual(['late', 'a']);
  });

  it('reads texts exactly, also quotes, backslashes and line breaks', async () => {
    const notes = ['ü "q" \\ \'', 'a\nb\tc', '', '😀\u2028', 'NULL', 'C:\\new'];
    const literal = literalOf(engine);
    const rows = notes.map((note, index) => `('${index}', '2024-01-01', ${literal(note)})`);
    const { config } = await source([table, insert(...rows)]);
    expect((await read(config)).rows.map((row) => row.note)).toEqual(notes);
  });

  const keys: Readonly<Record<string, string>> = {
    quotes: `' '' " \` and marks ? ?? $1 :a %s`,
    backslashes: String.raw`back\slash \\ \n \0 \u0041`,
    'characters beyond the first plane': '😀 and a\u0308\u0323 \uFB01 \uFFFD',
    'line breaks': 'line\nbreak\r\n\ttab \u2028',
    comments: '-- a comment /* and another */ ; $$ $tag$',
    'ten thousand bytes': ` ${'ten thousand '.repeat(800)}`,
    nothing: '',
  };
  for (const [name, userId] of Object.entries(keys)) {
    it(`goes on behind a key of ${name}`, async () => {
      const literal = literalOf(engine);
      const { run, config } = await source([table, insert(`(${literal(userId)}, '2024-01-01', '')`)]);
      const state = lastState(await read(config));
      expect(userIds(await read(config, state))).toEqual([]);
      await run(insert(`(${literal(`${userId}!`)}, '2024-01-01', '')`, `('later', '2024-01-02', '')`));
      const next = await read(config, JSON.parse(JSON.stringify(state)));
      expect(errorsOf(next)).toEqual([]);
      expect(userIds(next)).toEqual([`${userId}!`, 'later']);
    });
  }

  it('sends the columns __key, __timestamp, __model and __rows as any other', async () => {
    const names = ['__key', '__timestamp', '__model', '__rows', 'ts', 'key', 'line', 'hash'];
    const columns = names.map((name) => `'${name} of a' AS "${name}"`).join(', ');
    const { config } = await source([
      `CREATE TABLE "p" AS SELECT 'a' AS "userId", CAST('2024-01-01' AS TIMESTAMP) AS "timestamp", ${columns}`,
    ]);
    const first = await read(config);
    expect(errorsOf(first)).toEqual([]);
    expect(first.rows).toEqual([
      {
        userId: 'a',
        timestamp: '2024-01-01T00:00:00',
        ...Object.fromEntries(names.map((name) => [name, `${name} of a`])),
      },
    ]);
    expect(userIds(await read(config, lastState(first)))).toEqual([]);
  });

  it('gives one message id to one row in every run, the same on every warehouse', async () => {
    const { config } = await source(
      [
        `CREATE TABLE "e" ("userId" VARCHAR, "event" VARCHAR, "timestamp" TIMESTAMP, "event_id" VARCHAR)`,
        `INSERT INTO "e" VALUES ('a', 'seen', '2024-01-01 00:00:00.5', 'e1'), ('b', 'seen', '1960-01-01', 'e2'), ('b', 'seen', NULL, 'e3')`,
      ],
      { events: [{ from: 'relation', name: 'e' }] },
    );
    const ids = (await read(config, [], ['events'])).rows.map((row) => row.messageId);
    expect(ids.toSorted()).toEqual([
      '0000000000B3YYCCJ3GQQ0AS12',
      '0000000000VHGPHW8DBPJ4RZJ5',
      '01HK153XFMGTN4QVH6GV3TV1A8',
    ]);
  });

  it('prints timestamps inside objects with milliseconds', async () => {
    const { config } = await source([table, insert(`('a', '2024-01-01 10:11:12', '')`)], {
      persons: [
        { from: 'sql', sql: `SELECT *, OBJECT_CONSTRUCT('at', "timestamp", 'none', NULL) AS "o" FROM "p"` },
      ],
    });
    expect((await read(config)).rows.map((row) => row.o)).toEqual([{ at: '2024-01-01 10:11:12.000' }]);
  });

  it('discovers a schema that every record fits, with no column beside it', async () => {
    const { config } = await source([
      `CREATE TABLE "p" AS SELECT 'a' AS "userId", CAST('2024-01-01' AS TIMESTAMP) AS "timestamp", 1 AS "i",
        CAST(1.5 AS DECIMAL(9,2)) AS "d", CAST(0.1 AS DOUBLE) AS "f", DATE '2024-01-01' AS "day", 1 = 1 AS "b",
        CAST(NULL AS VARCHAR) AS "nothing", CAST('10:11:12' AS TIME) AS "t"`,
    ]);
    const [stream] = (await catalogOf(config)).streams;
    const validate = new Ajv({ strict: false, validateFormats: false }).compile({
      ...stream?.json_schema,
      additionalProperties: false,
    });
    const { rows } = await read(config);
    expect(rows).toEqual([
      {
        userId: 'a',
        timestamp: '2024-01-01T00:00:00',
        i: 1,
        d: 1.5,
        f: 0.1,
        day: '2024-01-01',
        b: true,
        nothing: null,
        t: '10:11:12',
      },
    ]);
    expect(rows.map((row) => validate(row) || validate.errors)).toEqual([true]);
    expect(stream?.source_defined_primary_key).toEqual([['userId']]);
  });

  for (const changes of ['cursor', 'full', 'snapshot']) {
    it(`sends null for a value that JSON cannot hold, and says so (${changes})`, async () => {
      const { config } = await source([
        `CREATE TABLE "p" AS SELECT 'bad' AS "userId", CAST('2024-01-01' AS TIMESTAMP) AS "timestamp", CAST('NaN' AS DOUBLE) AS "score", CAST('-inf' AS DOUBLE) AS "rate", 'é' AS "name"`,
        `INSERT INTO "p" VALUES ('good', CAST('2024-01-02' AS TIMESTAMP), 1.5, 2.5, 'é')`,
      ]);
      const { rows, metas, others, findings } = await read({ ...config, changes });
      const score = { field: 'score', change: 'NULLED', reason: 'SOURCE_SERIALIZATION_ERROR' };
      expect(errorsOf({ others })).toEqual([]);
      expect(rows).toMatchObject([
        { userId: 'bad', score: null, rate: null, name: 'é' },
        { userId: 'good', score: 1.5, rate: 2.5, name: 'é' },
      ]);
      expect(metas).toEqual([{ changes: [score, { ...score, field: 'rate' }] }, undefined]);
      expect(findings.join()).toMatch(
        /bad_value: .*column "score" has a value .* 1 record was sent with null/,
      );
    });

    it(`reads no column that the catalog leaves out (${changes})`, async () => {
      const { config } = await source([
        `CREATE TABLE "p" AS SELECT 'a' AS "userId", CAST('2024-01-01' AS TIMESTAMP) AS "timestamp", CAST('NaN' AS DOUBLE) AS "score", 'n' AS "name"`,
      ]);
      const selected = { properties: { name: {}, timestamp: {} } };
      const { rows, others } = await read(
        { ...config, changes, on_bad_value: 'fail' },
        [],
        ['persons'],
        selected,
      );
      expect(errorsOf({ others })).toEqual([]);
      expect(rows.map(({ timestamp: _timestamp, ...row }) => row)).toEqual([{ userId: 'a', name: 'n' }]);
    });
  }

  it('names column and row of a value that JSON cannot hold', async () => {
    const { config } = await source([
      `CREATE TABLE "p" AS SELECT 'bad' AS "userId", CAST('2024-01-01' AS TIMESTAMP) AS "timestamp", CAST('NaN' AS DOUBLE) AS "score"`,
    ]);
    expect(errorsOf(await read({ ...config, on_bad_value: 'fail' })).join()).toMatch(
      /column "score" holds NaN or Infinity.*the row bad/,
    );
  });

  it('fills every stream from nexus tables by the shipped models', async () => {
    const { config } = await source(
      [
        `CREATE TABLE "NEXUS_ENTITIES" ("ENTITY_ID" VARCHAR, "ENTITY_TYPE" VARCHAR, "EMAIL" VARCHAR, "FIRST_NAME" VARCHAR, "_REGISTERED_AT" TIMESTAMP, "_UPDATED_AT" TIMESTAMP, "_CREATED_AT" TIMESTAMP)`,
        `INSERT INTO "NEXUS_ENTITIES" VALUES ('e1', 'person', 'Ann@x.org', 'Ann', '2024-01-01', '2024-01-02', '2024-01-01'), ('e2', 'person', 'ann@x.org ', 'Anne', '2024-01-01', '2024-01-03', '2024-01-01'), ('e3', 'group', 'g@x.org', 'G', '2024-01-01', '2024-01-02', '2024-01-01')`,
      ],
      {},
    );
    expect(await checkOf(config)).toMatchObject({ status: 'SUCCEEDED' });
    const result = await read(config);
    expect(errorsOf(result)).toEqual([]);
    expect(result.rows).toHaveLength(1);
  });

  it('says which tables there are where nothing can be read', async () => {
    const { config } = await source([`CREATE TABLE "X" ("A" INTEGER)`], {});
    expect(await checkOf(config)).toMatchObject({
      status: 'FAILED',
      message: expect.stringMatching(/Nothing to read.*It has X/),
    });
  });
}
