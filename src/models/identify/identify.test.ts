import { beforeAll, describe, expect, test } from 'vitest';
import type { Column } from '../../warehouse/warehouse.ts';
import { compileModel } from '../compile.ts';
import type { IdentifyDefinition } from '../definition.ts';
import {
  projectOf,
  type SmallWarehouse,
  smallWarehouse,
  snowflakeNames,
} from '../small-warehouse.fixture.ts';

let warehouse: SmallWarehouse;

beforeAll(async () => {
  warehouse = await smallWarehouse(
    `CREATE TABLE nexus_entities (entity_id VARCHAR, entity_type VARCHAR, user_id VARCHAR, email VARCHAR,
       anon VARCHAR, status VARCHAR, score INTEGER, born DATE, traits_entity_id VARCHAR, _processed_at TIMESTAMP,
       _updated_at TIMESTAMP, _created_at TIMESTAMP)`,
    `INSERT INTO nexus_entities VALUES
      ('e1', 'person', 'u1', 'Ann@x.io ', 'a1', 'active', 1, '1990-01-02', 'e1', '2025-01-01', '2025-01-01', '2024-01-01'),
      ('e2', 'person', 'u2', 'ann@x.io', NULL, 'lead', 2, NULL, 'e2', '2025-01-01', '2025-02-01', '2024-02-01'),
      ('e3', 'person', 'u3', NULL, NULL, 'active', 3, NULL, 'e3', '2025-01-01', '2025-01-03', NULL),
      ('e4', 'person', 'u4', NULL, NULL, 'active', 4, NULL, 'e4', '2025-01-01', NULL, NULL),
      ('e5', 'person', NULL, 'bob@x.io', 'a5', 'lead', 5, NULL, 'e5', '2025-01-01', '2025-01-05', NULL),
      ('e6', 'group', 'g1', NULL, NULL, 'active', 6, NULL, 'e6', '2025-01-01', '2025-01-06', NULL),
      ('e7', 'person', 'u7', 'tie@x.io', NULL, 'b', 7, NULL, 'e7', '2025-01-01', '2025-01-07', NULL),
      ('e8', 'person', 'u8', 'tie@x.io', NULL, 'a', 8, NULL, 'e8', '2025-01-01', '2025-01-07', NULL),
      ('e9', 'person', 'u9', 'late@x.io', NULL, 'a', 9, NULL, 'e9', '2025-01-01', NULL, NULL),
      ('e10', 'person', 'u10', 'late@x.io', NULL, 'a', 9, NULL, 'e10', '2025-01-01', '1999-01-01', NULL)`,
  );
});

const identify = (parameters: Omit<IdentifyDefinition, 'from'> = {}) =>
  ({ from: 'identify', ...parameters }) as const;
const ids = async (parameters: Omit<IdentifyDefinition, 'from'> = {}) =>
  (await warehouse.run(identify(parameters))).map((row) => row.userId).sort();

describe('the rows', () => {
  test('the newest of one folded email stays, NULL keys stay apart, ties go to the lower entity', async () => {
    expect(await ids()).toEqual(['u10', 'u2', 'u3', 'u4', 'u7']);
  });

  test('entity_type chooses', async () => {
    expect(await ids({ entity_type: 'group' })).toEqual(['g1']);
  });

  test('an anonymous id is enough', async () => {
    const rows = await warehouse.run(
      identify({ anonymous_id_column: 'anon', filters: ["email = 'bob@x.io'"] }),
    );
    expect(rows[0]).toMatchObject({ userId: null, anonymousId: 'a5' });
  });

  test('a filter keeps its OR and its comment to itself', async () => {
    const filters = ["status = 'lead' OR status = 'active' -- both", 'email IS NOT NULL'];
    expect(await ids({ filters })).toEqual(['u2']);
  });

  test("filters see the table's columns, also by its name, whatever the output is called", async () => {
    const rename_traits = { status: 'score', score: 'status' };
    expect(await ids({ filters: ['nexus_entities.score = 3', "status = 'active'"], rename_traits })).toEqual([
      'u3',
    ]);
  });

  test('another dedupe column, of any type', async () => {
    expect(await ids({ dedupe_column: 'score' })).toEqual(['u1', 'u10', 'u2', 'u3', 'u4', 'u7', 'u8']);
  });

  test('the dedupe column may be ignored or renamed', async () => {
    const expected = await ids();
    expect(await ids({ ignore_traits: ['email'] })).toEqual(expected);
    expect(await ids({ rename_traits: { email: 'mail' } })).toEqual(expected);
    expect(await ids({ user_id_column: 'email' })).toEqual(['ann@x.io', 'bob@x.io', 'late@x.io', 'tie@x.io']);
  });
});

describe('the columns', () => {
  const columns = async (parameters: Omit<IdentifyDefinition, 'from'> = {}) =>
    Object.keys((await warehouse.run(identify(parameters)))[0] ?? {});

  test('contract first, then traits, without system columns and helpers', async () => {
    expect(await columns()).toEqual(
      'userId timestamp email anon status score born _updated_at created_at'.split(' '),
    );
  });

  test('anonymousId stands second and is no trait', async () => {
    expect(await columns({ anonymous_id_column: 'anon' })).toEqual(
      'userId anonymousId timestamp email status score born _updated_at created_at'.split(' '),
    );
  });

  test('ignore_traits and rename_traits, in any case', async () => {
    const parameters = {
      ignore_traits: ['BORN', 'anon'],
      rename_traits: { Status: 'State "x"', _created_at: 'since' },
    };
    expect(await columns(parameters)).toEqual([
      'userId',
      'timestamp',
      'email',
      'State "x"',
      'score',
      '_updated_at',
      'since',
    ]);
  });

  test('dates become timestamps', async () => {
    const [row] = await warehouse.run(identify({ filters: ["user_id = 'u1'"] }));
    expect(row).toMatchObject({ born: '1990-01-02 00:00:00', timestamp: '2025-01-01 00:00:00' });
  });

  test('names that match nothing are said', () => {
    const parameters = { ignore_traits: ['statuz'], rename_traits: { nope: 'x', user_id: 'y' } };
    expect(warehouse.compile(identify(parameters)).notes).toEqual([
      'ignore_traits: nexus_entities has no column "statuz". Did you mean "status"?',
      'rename_traits: nexus_entities has no column "nope".',
      'rename_traits: "user_id" is not among the traits, so its new name is not used.',
    ]);
  });
});

describe('mistakes', () => {
  test.each([
    [
      { user_id_column: 'userid' },
      'user_id_column: nexus_entities has no column "userid". Did you mean "user_id"?',
    ],
    [
      { dedupe_column: 'e_mail' },
      'dedupe_column: nexus_entities has no column "e_mail". Did you mean "email"?',
    ],
    [{ anonymous_id_column: 'zzz' }, 'anonymous_id_column: nexus_entities has no column "zzz".'],
    [
      { rename_traits: { status: 'userId' } },
      /"status" "userId", which is also the column "userId" that every record has/,
    ],
    [
      { rename_traits: { status: 'Email' } },
      /"status" "Email", which is also the name of the column "email"\. Choose/,
    ],
    [
      { rename_traits: { status: 'x', anon: 'X' } },
      /"anon" "X", which is also the column "status" \(by rename_traits\)/,
    ],
    [
      { rename_traits: { status: 'created_at' } },
      /"_created_at" "created_at", which is also the column "status"/,
    ],
  ])('%j', (parameters, message) => {
    expect(() => warehouse.compile(identify(parameters))).toThrow(message);
  });

  test('a table that nexus did not make', async () => {
    const other = await smallWarehouse('CREATE TABLE nexus_entities (user_id VARCHAR, email VARCHAR)');
    expect(() => other.compile(identify())).toThrow('nexus_entities has no column "_updated_at"');
  });

  test('no table', async () => {
    const other = await smallWarehouse('CREATE TABLE nexus_entity (x INTEGER)');
    expect(() => other.compile(identify())).toThrow(
      'There is no table or view "nexus_entities" in schema main. Did you mean "nexus_entity"?',
    );
  });
});

test('names that break the package do not break this', async () => {
  const odd = await smallWarehouse(
    `CREATE TABLE nexus_entities (entity_id VARCHAR, entity_type VARCHAR, user_id VARCHAR, email VARCHAR,
       "timestamp" VARCHAR, "userId" VARCHAR, "Fav ""Color""" VARCHAR, "select" VARCHAR, "MixedCase" VARCHAR,
       created_at VARCHAR, _updated_at TIMESTAMP, _created_at TIMESTAMP)`,
    `INSERT INTO nexus_entities VALUES
      ('e1', 'person', 'u1', 'a@x', 'zzz', 'no', 'red', 's', 'm', 'no', '2025-01-01', '2024-01-01'),
      ('e2', 'person', 'u2', 'a@x', 'aaa', 'no', 'blue', 't', 'n', 'no', '2025-02-01', '2024-01-01')`,
  );
  expect(await odd.run(identify())).toEqual([
    {
      userId: 'u2',
      timestamp: '2025-02-01 00:00:00',
      email: 'a@x',
      'fav "color"': 'blue',
      select: 't',
      mixedcase: 'n',
      _updated_at: '2025-02-01 00:00:00',
      created_at: '2024-01-01 00:00:00',
    },
  ]);
  expect(odd.compile(identify()).notes.map((note) => note.split(':')[0])).toEqual([
    'The column "timestamp" is not sent',
    'The column "userId" is not sent',
    'The column "created_at" is not sent',
  ]);
});

test("Snowflake's names: upper case becomes lower, quoted ones stay", () => {
  const column = (name: string, type = 'TEXT'): Column => ({ name, type });
  const columns = ['ENTITY_ID', 'ENTITY_TYPE', 'USER_ID', 'EMAIL', 'FOO', 'foo', 'firstName', 'CITY'].map(
    (name) => column(name),
  );
  const relation = {
    name: 'NEXUS_ENTITIES',
    columns: [...columns, column('_UPDATED_AT', 'TIMESTAMP_NTZ(9)')],
  };
  const context = warehouse.context(projectOf({}), { relations: [relation], dialect: snowflakeNames });
  const { sql } = compileModel(identify({ ignore_traits: ['email'] }), context);
  expect(sql).toContain('"NEXUS_ENTITIES"."USER_ID" AS "userId"');
  const outputs = [...sql.matchAll(/ AS ("[^"]+"),?$/gm)].map((match) => match[1]);
  expect(outputs).toEqual(
    ['userId', 'timestamp', 'FOO', 'foo', 'firstName', 'city', '_updated_at', 'NEXUS_ENTITIES'].map(
      (name) => `"${name}"`,
    ),
  );
  expect(sql).toContain('TO_TIMESTAMP_NTZ("NEXUS_ENTITIES"."_UPDATED_AT") AS "_updated_at"');
});

test('a new trait does not move the fingerprint, a parameter does', async () => {
  const more = await smallWarehouse(
    'CREATE TABLE nexus_entities (entity_id INT, entity_type VARCHAR, user_id INT, email INT, _updated_at TIMESTAMP, more INT)',
  );
  const { fingerprint } = warehouse.compile(identify());
  expect(more.compile(identify()).fingerprint).toBe(fingerprint);
  expect(warehouse.compile(identify({ user_id_column: 'user_id' })).fingerprint).toBe(fingerprint);
  expect(warehouse.compile(identify({ filters: ['true'] })).fingerprint).not.toBe(fingerprint);
});
