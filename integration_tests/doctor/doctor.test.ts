import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { diagnose } from '../../src/doctor/doctor.ts';
import { allFindings, type Finding, type Report } from '../../src/doctor/finding.ts';
import type { StreamName } from '../../src/streams/contract.ts';
import { duckdbEngine, type Engine, snowflakeEngine } from '../support/warehouses.ts';

type Config = Readonly<Record<string, unknown>>;

const track = { site_id: 'site', api_key: 'secret-key' };
const none = { persons: [], objects: [], relationships: [], events: [] };
const table = (name: string): Config => ({ from: 'relation', name });
const sql = (text: string): Config => ({ from: 'sql', sql: text });

const ofStream = (report: Report, stream: StreamName): Finding[] =>
  report.streams
    .filter((each) => each.stream === stream)
    .flatMap(({ findings, models }) => [...findings, ...models.flatMap((model) => model.findings)]);

/** `code column` → count, of what is no info. */
const countsOf = (findings: readonly Finding[]) =>
  Object.fromEntries(
    findings
      .filter(({ severity }) => severity !== 'info')
      .map(({ code, column, count }) => [`${code}${column === undefined ? '' : ` ${column}`}`, count]),
  );

const find = (findings: readonly Finding[], code: string): Finding | undefined =>
  findings.find((finding) => finding.code === code);

const person = (userId: string, timestamp = `'2024-01-01'`, bio = 'NULL'): string =>
  `(${userId}, ${timestamp}, ${bio}, NULL)`;

const engines = { duckdb: duckdbEngine, snowflake: snowflakeEngine };

describe.each(Object.entries(engines))('on %s', (_name, start) => {
  let engine: Engine;
  let folder: string;

  beforeAll(async () => {
    engine = await start();
    folder = await mkdtemp(join(tmpdir(), 'doctor-'));
  });

  afterAll(async () => {
    await engine.close();
    await rm(folder, { recursive: true });
  });

  async function examined(
    statements: readonly string[],
    streams: Config,
    destination: Config | undefined = track,
  ): Promise<Report> {
    const { run, warehouse } = await engine.create();
    await run(...statements);
    const source = { warehouse, ...none, ...streams };
    return diagnose(source, destination, new AbortController().signal);
  }

  const persons = [
    `CREATE TABLE "p" ("userId" VARCHAR, "timestamp" TIMESTAMP, "bio" VARCHAR, "void" VARCHAR)`,
    `INSERT INTO "p" VALUES ${[
      person(`'a@x.io'`),
      person(`'A@x.io '`, `'2024-01-02'`),
      person('NULL'),
      person(`'  '`),
      person(`'b@x.io'`, 'NULL'),
      person(`'c@x.io'`, `'2099-01-01'`),
      person(`'d@x.io'`, `'2024-01-01'`, `REPEAT('é', 501)`),
      person(`'e@x.io'`, `'2024-01-01'`, `REPEAT('x', 1000)`),
      person(`'two@@x.io'`),
      person(`REPEAT('i', 151)`),
      person(`'no-address'`),
    ].join(', ')}`,
  ];

  describe('the rows of a table of persons', () => {
    it('are counted, each kind of fault by itself', async () => {
      const report = await examined(persons, { persons: [table('p')] });
      expect(countsOf(ofStream(report, 'persons'))).toEqual({
        key_repeated: 1,
        'key_missing userId': 2,
        'value_too_long userId': 1,
        'email_invalid userId': 1,
        'timestamp_missing timestamp': 1,
        'future_timestamp timestamp': 1,
        'value_too_long bio': 1,
      });
      expect(report.streams[0]?.models).toMatchObject([{ model: 'p', rows: 11 }]);
      expect(report.ok).toBe(false);
    });

    it('are shown: keys that repeat with their times, long values by their bytes', async () => {
      const found = ofStream(await examined(persons, { persons: [table('p')] }), 'persons');
      expect(find(found, 'key_repeated')?.examples).toEqual([
        { userId: 'A@x.io ', count: 2, first: '2024-01-01 00:00:00', last: '2024-01-02 00:00:00' },
      ]);
      const long = found.find(({ code, column }) => code === 'value_too_long' && column === 'bio');
      expect(long?.examples).toEqual([{ userId: 'd@x.io', timestamp: '2024-01-01 00:00:00', size: 1002 }]);
      expect(find(found, 'email_invalid')?.examples).toMatchObject([{ userId: 'two@@x.io' }]);
      expect(find(found, 'empty_attributes')?.details).toEqual([{ column: 'void' }]);
    });

    it('are judged by what the destination makes of them', async () => {
      const cut = await examined(
        persons,
        { persons: [table('p')] },
        { ...track, too_long: 'truncate', identifier: 'id' },
      );
      expect(countsOf(ofStream(cut, 'persons'))).not.toHaveProperty('value_too_long bio');
      expect(countsOf(ofStream(cut, 'persons'))).not.toHaveProperty('email_invalid userId');
      expect(countsOf(ofStream(cut, 'persons'))).not.toHaveProperty('key_repeated');
      const email = await examined(persons, { persons: [table('p')] }, { ...track, identifier: 'email' });
      expect(countsOf(ofStream(email, 'persons'))).toMatchObject({ 'email_invalid userId': 3 });
      const padded = { ...track, identifier: 'email', trim_identifiers: false };
      const kept = await examined(persons, { persons: [table('p')] }, padded);
      expect(countsOf(ofStream(kept, 'persons'))).toMatchObject({ 'email_invalid userId': 4 });
    });

    it('that are all of one kind are no error where Customer.io takes them', async () => {
      const future = sql(`SELECT 'a@x.io' AS "userId", CAST('2099-01-01' AS TIMESTAMP) AS "timestamp"`);
      const report = await examined([], { persons: [future] });
      expect(find(ofStream(report, 'persons'), 'future_timestamp')).toMatchObject({
        severity: 'warning',
        count: 1,
      });
      expect(report.ok).toBe(true);
    });

    it('are an error where Customer.io would take none', async () => {
      const report = await examined([], {
        persons: [sql(`SELECT 'a@' AS "userId", CAST('2024-01-01' AS TIMESTAMP) AS "timestamp"`)],
      });
      expect(find(ofStream(report, 'persons'), 'email_invalid')).toMatchObject({
        severity: 'error',
        count: 1,
      });
    });
  });

  describe('customer_io_identify', () => {
    const entities = [
      `CREATE TABLE "NEXUS_ENTITIES" ("ENTITY_ID" VARCHAR, "ENTITY_TYPE" VARCHAR, "EMAIL" VARCHAR, "USER_ID" VARCHAR, "FIRST_NAME" VARCHAR, "STATUS" VARCHAR, "_UPDATED_AT" TIMESTAMP, "_CREATED_AT" TIMESTAMP)`,
      `INSERT INTO "NEXUS_ENTITIES" VALUES ${[
        `('e1', 'person', 'Ann@x.org', 'u1', 'Ann', 'active', '2024-01-02', '2024-01-01')`,
        `('e2', 'person', 'ann@x.org ', 'u2', 'Anne', 'active', '2024-01-03', '2024-01-01')`,
        `('e3', 'person', 'bob@x.org', NULL, 'Bob', 'active', '2024-01-02', '2024-01-01')`,
        `('e4', 'person', NULL, 'u4', 'Cy', 'active', '2024-01-02', '2024-01-01')`,
        `('e5', 'person', 'dee@x.org', 'u5', 'Dee', 'lead', '2024-01-02', '2024-01-01')`,
        `('e6', 'group', NULL, NULL, 'G', 'active', '2024-01-02', '2024-01-01')`,
      ].join(', ')}`,
    ];
    const identify = (rest: Config = {}) => ({ persons: [{ from: 'identify', ...rest }] });

    it('tells the rows that are left after each condition', async () => {
      const found = ofStream(
        await examined(entities, identify({ filters: [`STATUS = 'active'`] })),
        'persons',
      );
      expect(find(found, 'identify_rows')?.details?.map(({ rows }) => rows)).toEqual([6, 5, 4, 3, 2]);
      expect(find(found, 'no_dedupe_key')).toMatchObject({ severity: 'warning', count: 1, column: 'email' });
    });

    it('tells which entities share a key, and which of them is sent', async () => {
      const found = ofStream(await examined(entities, identify()), 'persons');
      expect(find(found, 'combined_entities')).toMatchObject({
        count: 1,
        examples: [
          {
            key: 'ann@x.org',
            entities: 2,
            sent: 'e2',
            updated_at: expect.stringContaining('2024-01-03'),
            not_sent: 'e1',
          },
        ],
      });
    });

    it('tells which columns are no attributes, and why', async () => {
      const rest = {
        ignore_traits: ['status', 'statsu'],
        rename_traits: { first_name: 'name', nobody: 'x' },
      };
      const found = ofStream(await examined(entities, identify(rest)), 'persons');
      const why = find(found, 'attributes_not_sent')?.details?.map((detail) => [
        String(detail.column).toLowerCase(),
        detail.why,
      ]);
      expect(why).toEqual([
        ['entity_id', 'a system column'],
        ['entity_type', 'a system column'],
        ['user_id', 'it is the userId'],
        ['first_name', 'renamed to name'],
        ['status', 'ignored by ignore_traits'],
        ['_created_at', 'renamed to created_at'],
      ]);
      const unused = found.filter(({ code }) => code === 'parameter_unused').map(({ message }) => message);
      expect(unused).toEqual([
        expect.stringMatching(/^ignore_traits: .*"statsu".*Did you mean "status"/i),
        expect.stringMatching(/^rename_traits: .*"nobody"/),
      ]);
    });

    it('says once what is to be said of a model that several streams read', async () => {
      const models = await mkdtemp(join(folder, 'models-'));
      await writeFile(
        join(models, 'customer_io_persons.sql'),
        `{{ nexus.customer_io_identify(ignore_traits=['nobody']) }}`,
      );
      const events = sql(
        `SELECT "userId", "timestamp", 'seen' AS "event" FROM {{ ref('customer_io_persons') }}`,
      );
      const persons = [{ from: 'model', name: 'customer_io_persons' }];
      const report = await examined(entities, { models, persons, events: [events] });
      expect(allFindings(report).filter(({ code }) => code === 'parameter_unused')).toHaveLength(1);
    });

    it('names the filter that leaves nothing', async () => {
      const report = await examined(
        entities,
        identify({ filters: [`STATUS = 'active'`, `FIRST_NAME = 'Zoe'`] }),
      );
      const found = ofStream(report, 'persons');
      expect(find(found, 'condition_empties')).toMatchObject({
        severity: 'error',
        message: expect.stringMatching(/FIRST_NAME = 'Zoe' leaves none of 3 rows/),
      });
      expect(find(found, 'stream_empty')?.severity).toBe('error');
    });

    it('names the entity_type that is there', async () => {
      const found = ofStream(await examined(entities, identify({ entity_type: 'persn' })), 'persons');
      expect(find(found, 'condition_empties')).toMatchObject({
        message: expect.stringContaining('It has person (5 rows), group (1 row).'),
        mend: expect.stringContaining('entity_type: person'),
        details: [
          { entity_type: 'person', rows: 5 },
          { entity_type: 'group', rows: 1 },
        ],
      });
    });

    it('names the identifier that is empty', async () => {
      const found = ofStream(await examined(entities, identify({ entity_type: 'group' })), 'persons');
      expect(find(found, 'condition_empties')?.message).toMatch(/user_id is not NULL leaves none of 1 row/);
    });

    const macro = `{{ nexus.customer_io_identify(filters=["entity_id IN (SELECT entity_id FROM active)"]) }}`;
    const left = [6, 5, 4, 3, 2];

    it.each([
      ['in a CTE', `, persons as (${macro}) select * from persons p -- all of them`, left],
      ['in a FROM', ` select p."userId", p."timestamp" from (${macro}) p`, left],
      ['at the end', ` ${macro}`, left],
      // A question of another form does not fit behind UNION.
      [
        'behind UNION',
        ` select 'x' as "userId" union all select "userId" from (select * from nexus_entities) e join (${macro}) p on 1 = 0`,
        undefined,
      ],
    ])(
      'is counted, where that can be, %s of a model, whose CTEs its filters name',
      async (_, rest, expected) => {
        const models = await mkdtemp(join(folder, 'models-'));
        const active = `with active as (select entity_id from {{ ref('nexus_entities') }} where status = 'active')`;
        await writeFile(join(models, 'customer_io_persons.sql'), active + rest);
        const persons = [{ from: 'model', name: 'customer_io_persons' }];
        const found = ofStream(await examined(entities, { models, persons }), 'persons');
        const finding = find(found, 'identify_rows');
        expect(finding?.details?.map(({ rows }) => rows)).toEqual(expected);
        expect(finding?.message).toMatch(expected === undefined ? /could not be counted/ : /^Of 6 rows/);
      },
    );
  });

  describe('a model', () => {
    const one = `SELECT 'a@x.io' AS "userId", CAST('2024-01-01' AS TIMESTAMP) AS "timestamp"`;

    it('without rows is told with the rows of what it reads', async () => {
      const report = await examined(
        [`CREATE TABLE "FULL" AS ${one}`, `CREATE TABLE "BARE" AS ${one} WHERE 1 = 0`],
        {
          persons: [
            sql(`SELECT f.* FROM {{ ref('full') }} f JOIN {{ ref('bare') }} b ON f."userId" = b."userId"`),
          ],
        },
      );
      expect(find(ofStream(report, 'persons'), 'model_empty')).toMatchObject({
        details: [
          { name: 'FULL', rows: 1 },
          { name: 'BARE', rows: 0 },
        ],
        mend: 'Fill BARE first.',
      });
      expect(report.ok).toBe(false);
    });

    it('that lacks a column, or does not compile or run, is a finding; the others are examined', async () => {
      const report = await examined([], {
        persons: [sql(one)],
        objects: [
          sql(
            `SELECT 'g' AS "groupid", '1' AS "objectTypeId", CAST('2024-01-01' AS TIMESTAMP) AS "timestamp"`,
          ),
        ],
        relationships: [sql(`SELECT * FROM {{ ref('nowhere') }}`)],
        events: [
          sql(
            `SELECT 'a@x.io' AS "userId", 'e' AS "event", CAST('x' || "userId" AS TIMESTAMP) AS "timestamp" FROM (${one}) AS "o"`,
          ),
        ],
      });
      expect(ofStream(report, 'persons')).toEqual([]);
      expect(find(ofStream(report, 'objects'), 'required_column_missing')).toMatchObject({
        severity: 'error',
        column: 'groupId',
        mend: expect.stringContaining('groupid AS "groupId"'),
      });
      expect(find(ofStream(report, 'relationships'), 'does_not_compile')?.message).toContain('"nowhere"');
      expect(find(ofStream(report, 'events'), 'does_not_run')?.severity).toBe('error');
      expect(report.ok).toBe(false);
    });

    it('shares keys with another of its stream', async () => {
      const report = await examined([], {
        persons: [sql(one), sql(`${one} UNION ALL SELECT 'b@x.io', NULL`)],
      });
      expect(find(ofStream(report, 'persons'), 'key_shared')).toMatchObject({
        severity: 'warning',
        count: 1,
        examples: [{ key: 'a@x.io', one: 'sql', other: 'sql_2' }],
      });
    });

    it('has names that Customer.io reserves, or would read were they spelled otherwise', async () => {
      const found = ofStream(
        await examined([], {
          persons: [sql(`SELECT 'c1' AS "cio_id", 'x' AS "ANONYMOUSID", "o".* FROM (${one}) AS "o"`)],
        }),
        'persons',
      );
      expect(countsOf(found)).toEqual({
        'reserved_name cio_id': undefined,
        'name_differs_by_case ANONYMOUSID': undefined,
      });
    });

    it('breaks limits by its columns', async () => {
      const name = 'n'.repeat(151);
      const many = Array.from({ length: 301 }, (_, index) => `1 AS "c${index}"`).join(', ');
      const named = await examined([], {
        persons: [sql(`SELECT "o".*, 1 AS "${name}" FROM (${one}) AS "o"`)],
      });
      expect(find(ofStream(named, 'persons'), 'name_too_long')).toMatchObject({
        severity: 'error',
        count: 1,
      });
      const wide = await examined([], { persons: [sql(`SELECT "o".*, ${many} FROM (${one}) AS "o"`)] });
      expect(find(ofStream(wide, 'persons'), 'too_many_attributes')).toMatchObject({
        severity: 'error',
        count: 1,
      });
    });

    it('holds numbers that are none, times that are none, and phones that are none', async () => {
      const found = ofStream(
        await examined([], {
          persons: [
            sql(`SELECT 'a@x.io' AS "userId", '2024-01-01' AS "timestamp", CAST('NaN' AS DOUBLE) AS "score", '5551234567' AS "phone"
              UNION ALL SELECT 'b@x.io', 'yesterday', 1.5, '+15551234567' UNION ALL SELECT 'c@x.io', '1700000000', 2, NULL`),
          ],
        }),
        'persons',
      );
      expect(countsOf(found)).toEqual({
        'timestamp_unreadable timestamp': 1,
        'not_a_number score': 1,
        'phone_invalid phone': 1,
      });
      expect(find(found, 'not_a_number')?.severity).toBe('error');
    });
  });

  describe('events and relationships', () => {
    const people = sql(`SELECT 'Ann@x.io' AS "userId", CAST('2024-01-01' AS TIMESTAMP) AS "timestamp"`);
    const objects = sql(
      `SELECT 'L1' AS "groupId", '1' AS "objectTypeId", CAST('2024-01-01' AS TIMESTAMP) AS "timestamp"`,
    );
    const event = (userId: string, id: string, day = 1): string =>
      `SELECT '${userId}' AS "userId", 'seen' AS "event", CAST('2024-01-0${day}' AS TIMESTAMP) AS "timestamp"${id}`;
    const all = (...selects: readonly string[]): Config => sql(selects.join(' UNION ALL '));

    it('point at persons who are not sent', async () => {
      const events = all(
        event('ann@x.io', ''),
        event('bob@x.io', ''),
        event('bob@x.io', '', 2),
        event('cy@x.io', ''),
        event(' ', ''),
      );
      const found = ofStream(await examined([], { persons: [people], events: [events] }), 'events');
      expect(find(found, 'person_not_sent')).toMatchObject({
        severity: 'warning',
        count: 3,
        message: expect.stringContaining('3 rows of 2 userIds'),
        examples: [
          { userId: 'bob@x.io', rows: 2 },
          { userId: 'cy@x.io', rows: 1 },
        ],
      });
    });

    it('find persons by their id or their attribute email', async () => {
      const person = sql(
        `SELECT * REPLACE ('u1' AS "userId"), ' Ann@x.io' AS "email" FROM (${people.sql}) LIMIT 1`,
      );
      const events = all(event('ann@x.io', ''), event('u1', ''), event('u2', ''));
      const found = ofStream(await examined([], { persons: [person], events: [events] }), 'events');
      expect(find(found, 'person_not_sent')).toMatchObject({
        count: 1,
        examples: [{ userId: 'u2', rows: 1 }],
      });
    });

    it('are not compared with persons who are not known: none, or a model that does not run', async () => {
      const broken = sql('SELECT * FROM "nowhere"');
      const nobody = sql(`SELECT * FROM (${people.sql}) AS "o" WHERE 1 = 0`);
      for (const persons of [[], [people, broken], [nobody]]) {
        const report = await examined([], { persons, events: [all(event('bob@x.io', ''))] });
        expect(ofStream(report, 'events')).toEqual([]);
      }
    });

    it('that match no person at all are an error', async () => {
      const report = await examined([], { persons: [people], events: [all(event('u1', ''))] });
      expect(find(ofStream(report, 'events'), 'person_not_sent')?.severity).toBe('error');
    });

    it('repeat where their ids do, or all of their columns', async () => {
      const ids = all(
        event('ann@x.io', `, '1' AS "event_id"`),
        event('ann@x.io', `, '1'`),
        event('ann@x.io', `, '2'`),
      );
      const plain = all(event('ann@x.io', ''), event('ann@x.io', ''), event('ann@x.io', '', 2));
      for (const events of [ids, plain]) {
        const found = ofStream(await examined([], { persons: [people], events: [events] }), 'events');
        expect(find(found, 'key_repeated')).toMatchObject({
          severity: 'warning',
          count: 1,
          examples: [{ count: 2 }],
        });
      }
    });

    it('point at objects that are not sent, of types that are none, with attributes that are none', async () => {
      const row = (rest: string): string =>
        `SELECT 'Ann@x.io' AS "userId", CAST('2024-01-01' AS TIMESTAMP) AS "timestamp", ${rest}`;
      const relationships = all(
        row(`'L1' AS "groupId", '1' AS "objectTypeId", '{"role": "owner"}' AS "relationshipAttributes"`),
        row(`'L2', '1', 'owner'`),
        row(`'L1', 'location', NULL`),
      );
      const report = await examined([], {
        persons: [people],
        objects: [objects],
        relationships: [relationships],
      });
      expect(countsOf(ofStream(report, 'relationships'))).toEqual({
        'object_type_invalid objectTypeId': 1,
        'not_an_object relationshipAttributes': 1,
        'object_not_sent groupId': 2,
      });
    });

    it('may be too large, or override a message', async () => {
      const large = `${event('ann@x.io', '')}, REPEAT('x', 32000) AS "body", 'r@x.io' AS "recipient"`;
      const found = ofStream(await examined([], { persons: [people], events: [sql(large)] }), 'events');
      expect(countsOf(found)).toEqual({ operation_too_large: 1, 'reserved_name recipient': undefined });
    });

    it('need a userId with the Track API; an anonymousId alone is enough for the Pipelines API', async () => {
      const events = sql(
        `SELECT CAST(NULL AS VARCHAR) AS "userId", 'anon' AS "anonymousId", 'e' AS "event", CAST('2024-01-01' AS TIMESTAMP) AS "timestamp"`,
      );
      const byTrack = await examined([], { events: [events] });
      expect(find(ofStream(byTrack, 'events'), 'key_missing')?.severity).toBe('error');
      const byPipelines = await examined(
        [],
        { events: [events] },
        { api: 'pipelines', write_key: 'secret-key' },
      );
      expect(ofStream(byPipelines, 'events')).toEqual([]);
      const only = sql(
        `SELECT 'anon' AS "anonymousId", 'e' AS "event", CAST('2024-01-01' AS TIMESTAMP) AS "timestamp"`,
      );
      expect(find(ofStream(await examined([], { events: [only] }), 'events'), 'key_missing')?.severity).toBe(
        'error',
      );
    });
  });

  it('tells what is wrong with the destination, and examines the source with its defaults', async () => {
    const report = await examined(persons, { persons: [table('p')] }, { ...track, region: 'mars' });
    expect(report.findings).toMatchObject([{ code: 'destination_config', severity: 'error' }]);
    expect(ofStream(report, 'persons').length).toBeGreaterThan(3);
  });

  it('says where nothing can be read', async () => {
    const report = await examined([], {});
    expect(allFindings(report).map(({ code, severity }) => `${code} ${severity}`)).toEqual([
      'no_model error',
      ...Array(4).fill('no_model info'),
    ]);
  });

  it('says what the shipped model of a stream lacks, and which stream is switched off', async () => {
    const entities = `CREATE TABLE nexus_entities AS SELECT 'a' AS email`;
    const report = await examined([entities], { relationships: undefined });
    expect(ofStream(report, 'relationships')[0]?.message).toContain(
      'needs nexus_entities.location_id, nexus_rel',
    );
    expect(ofStream(report, 'events')[0]?.message).toContain('Switched off');
  });
});
