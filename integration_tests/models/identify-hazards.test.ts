import { beforeAll, describe, expect, it } from 'vitest';
import { compileModel } from '../../src/models/compile.ts';
import type { IdentifyDefinition } from '../../src/models/definition.ts';
import {
  projectOf,
  type Row,
  type SmallWarehouse,
  smallWarehouse,
  snowflakeNames,
} from '../../src/models/small-warehouse.fixture.ts';

/** The hazards of customer_io_identify, by the codes of docs/models.md: what is decided for each, by value. */

type Parameters = Omit<IdentifyDefinition, 'from'>;

const columns = `entity_id VARCHAR, entity_type VARCHAR, user_id VARCHAR, email VARCHAR, anon VARCHAR,
  location_id VARCHAR, _processed_at TIMESTAMP, _updated_at TIMESTAMP, _created_at TIMESTAMP, _last_merged_at TIMESTAMP`;

let warehouse: SmallWarehouse;

beforeAll(async () => {
  warehouse = await smallWarehouse(
    `CREATE TABLE nexus_entities (${columns})`,
    `INSERT INTO nexus_entities VALUES
      ('e1', 'person', 'u1', 'Ann@x.io', NULL, NULL, now(), '2025-01-01', '2024-01-01', '2025-01-02'),
      ('e2', 'person', 'u2', ' ann@x.io', 'a2', NULL, now(), '2025-02-01', '2024-02-01', NULL),
      ('e4', 'person', 'u4', NULL, 'a4', NULL, now(), '2025-01-04', NULL, NULL),
      ('e5', 'person', 'u5', NULL, NULL, NULL, now(), NULL, NULL, NULL),
      ('e7', 'person', 'u7', 'tie@x.io', NULL, NULL, now(), '2025-01-07', NULL, NULL),
      ('e6', 'person', 'u6', 'tie@x.io', NULL, NULL, now(), '2025-01-07', NULL, NULL),
      ('e8', 'person', NULL, 'visitor@x.io', 'a8', NULL, now(), '2025-01-08', NULL, NULL),
      ('g1', 'group', NULL, NULL, NULL, 'L1', now(), '2025-01-01', '2024-01-01', NULL)`,
  );
});

const rowsOf = (parameters: Parameters = {}): Promise<Row[]> =>
  warehouse.run({ from: 'identify', ...parameters });
const idsOf = async (parameters: Parameters = {}): Promise<unknown[]> =>
  (await rowsOf(parameters)).map((row) => row.userId).sort();
const one = (email: string): Parameters => ({ filters: [`email = '${email}'`] });

it('M1, no dedupe key: rows without one are kept apart, as the specification says', async () => {
  expect(await idsOf({ filters: ['email IS NULL'] })).toEqual(['u4', 'u5']);
});

it('M2, "timestamp" is _updated_at; that and the other times of nexus are traits too', async () => {
  const [row] = await rowsOf(one('Ann@x.io'));
  expect(row).toEqual({
    userId: 'u1',
    timestamp: '2025-01-01 00:00:00',
    email: 'Ann@x.io',
    anon: null,
    location_id: null,
    _updated_at: '2025-01-01 00:00:00',
    created_at: '2024-01-01 00:00:00',
    _last_merged_at: '2025-01-02 00:00:00',
  });
});

it('M3, id columns are no traits: with the email as userId it is deduplicated all the same', async () => {
  const rows = await rowsOf({ user_id_column: 'email', anonymous_id_column: 'anon', ...one(' ann@x.io') });
  expect(rows).toMatchObject([{ userId: ' ann@x.io', anonymousId: 'a2', user_id: 'u2' }]);
  expect(Object.keys(rows[0] ?? {})).not.toContain('email');
  expect(Object.keys(rows[0] ?? {})).not.toContain('anon');
});

describe('M4, the dedupe column', () => {
  const expected = ['u2', 'u4', 'u5', 'u6'];

  it.each<Parameters>([
    {},
    { ignore_traits: ['email'] },
    { rename_traits: { email: 'mail' } },
    { rename_traits: { email: 'anon', anon: 'email' } },
    { rename_traits: { email: 'mail' }, dedupe_column: 'mail' },
  ])('ignored, renamed or named by its new name: %j', async (parameters) => {
    expect(await idsOf(parameters)).toEqual(expected);
  });

  it('is named by the output, as in the macro', async () => {
    expect(await idsOf({ user_id_column: 'email', dedupe_column: 'userId' })).toEqual([
      ' ann@x.io',
      'tie@x.io',
      'visitor@x.io',
    ]);
  });

  it.each<[Parameters, string]>([
    [
      { dedupe_column: 'e_mail' },
      'dedupe_column: nexus_entities has no column "e_mail". Did you mean "email"?',
    ],
    [
      { user_id_column: 'userid' },
      'user_id_column: nexus_entities has no column "userid". Did you mean "user_id"?',
    ],
  ])('that is absent is an error: %j', (parameters, message) => {
    expect(() => warehouse.compile({ from: 'identify', ...parameters })).toThrow(message);
  });
});

it("M5, one wide table: a person's row carries the groups' traits as NULL unless they are ignored", async () => {
  expect((await rowsOf(one('Ann@x.io')))[0]).toHaveProperty('location_id', null);
  expect((await rowsOf({ ...one('Ann@x.io'), ignore_traits: ['location_id'] }))[0]).not.toHaveProperty(
    'location_id',
  );
});

describe('M6, names', () => {
  it('are quoted: spaces, reserved words, quotes, mixed case', async () => {
    const odd = await smallWarehouse(
      `CREATE TABLE nexus_entities (${columns}, "order" VARCHAR, "Fav Color" VARCHAR, fav_color VARCHAR, "a""b" VARCHAR,
        "É" VARCHAR, "100%" VARCHAR, "x.y" VARCHAR, "--" VARCHAR)`,
      `INSERT INTO nexus_entities SELECT 'e1', 'person', 'u1', 'a@x', NULL, NULL, NULL, NULL, NULL, NULL,
        'o', 'F', 'f', 'q', 'e', 'p', 'd', 'c'`,
    );
    const parameters = { ignore_traits: ['FAV COLOR', 'a"b'], rename_traits: { Order: 'No. 1', 'X.Y': '"' } };
    const [row] = await odd.run({ from: 'identify', ...parameters });
    expect(row).toMatchObject({ 'No. 1': 'o', fav_color: 'f', é: 'e', '100%': 'p', '"': 'd', '--': 'c' });
    expect(Object.keys(row ?? {})).not.toContain('fav color');
    expect(
      await odd.run({ from: 'identify', user_id_column: 'Fav Color', dedupe_column: 'order' }),
    ).toMatchObject([{ userId: 'F' }]);
  });

  it('of the contract are not taken by a trait, which may be renamed or ignored', async () => {
    const odd = await smallWarehouse(
      `CREATE TABLE nexus_entities (${columns}, "timestamp" VARCHAR, "userId" VARCHAR)`,
      `INSERT INTO nexus_entities SELECT 'e1', 'person', 'u1', 'a@x', NULL, NULL, NULL, '2025-01-01', NULL, NULL, 't', 'i'`,
    );
    const [plain] = await odd.run({ from: 'identify' });
    expect(plain).toMatchObject({ userId: 'u1', timestamp: '2025-01-01 00:00:00' });
    const rename_traits = { timestamp: 'seen', userid: 'other_id', _updated_at: 'nexus_updated_at' };
    const [renamed] = await odd.run({ from: 'identify', rename_traits });
    expect(renamed).toMatchObject({ seen: 't', other_id: 'i', nexus_updated_at: '2025-01-01 00:00:00' });
    const { notes } = odd.compile({ from: 'identify', ignore_traits: ['TIMESTAMP', 'USERID'] });
    expect(notes).toEqual([]);
  });

  it("in Snowflake: a quoted trait beside nexus' own column of that name does not take its place", () => {
    const names = [
      'ENTITY_ID',
      'ENTITY_TYPE',
      'USER_ID',
      'EMAIL',
      '_updated_at',
      '_UPDATED_AT',
      '_CREATED_AT',
    ];
    const relation = {
      name: 'NEXUS_ENTITIES',
      columns: names.map((name) => ({ name, type: name.endsWith('_AT') ? 'TIMESTAMP_NTZ(9)' : 'TEXT' })),
    };
    const context = warehouse.context(projectOf({}), { relations: [relation], dialect: snowflakeNames });
    const { sql, notes } = compileModel({ from: 'identify' }, context);
    expect(sql).toContain('"NEXUS_ENTITIES"."_UPDATED_AT" AS "timestamp"');
    expect(sql).toContain('TO_TIMESTAMP_NTZ("NEXUS_ENTITIES"."_UPDATED_AT") AS "_updated_at"');
    expect(notes).toEqual([
      expect.stringMatching(/^The column "_updated_at" is not sent: its name is taken/),
    ]);
  });
});

it('M7, a tie goes to the lower entity_id', async () => {
  expect(await idsOf(one('tie@x.io'))).toEqual(['u6']);
});

it('M8, a filter is bracketed: an OR stays inside, a comment at its end swallows nothing', async () => {
  const filters = ["email = 'Ann@x.io' OR location_id = 'L1' -- or a place", "user_id = 'u1'"];
  expect(await idsOf({ filters })).toEqual(['u1']);
});

it('M9, columns are found when a run begins: a new trait is read, and no table is said', async () => {
  const empty = await smallWarehouse();
  expect(() => empty.compile({ from: 'identify' })).toThrow('There is no table or view "nexus_entities"');
  const more = await smallWarehouse(
    `CREATE TABLE nexus_entities (${columns}, new_trait VARCHAR)`,
    `INSERT INTO nexus_entities (entity_id, entity_type, user_id, new_trait) VALUES ('e1', 'person', 'u1', 'new')`,
  );
  expect(await more.run({ from: 'identify' })).toMatchObject([{ new_trait: 'new' }]);
});

it('M10, TO_TIMESTAMP_NTZ and QUALIFY run on DuckDB as on Snowflake', async () => {
  const { sql } = warehouse.compile({ from: 'identify' });
  expect(sql).toContain('TO_TIMESTAMP_NTZ("nexus_entities"."_created_at") AS "created_at"');
  expect(sql).toContain('QUALIFY ROW_NUMBER()');
  expect(await rowsOf(one(' ann@x.io'))).toMatchObject([{ created_at: '2024-02-01 00:00:00' }]);
});

it("M11, one call's renames do not reach the next", async () => {
  const sql = `SELECT a."since", b."created_at" FROM (
      {{ nexus.customer_io_identify(rename_traits={'_created_at': 'since'}, filters=["user_id = 'u1'"]) }}) a,
    ({{ nexus.customer_io_identify(filters=["user_id = 'u1'"]) }}) b`;
  expect(await warehouse.run({ from: 'sql', sql })).toEqual([
    { since: '2024-01-01 00:00:00', created_at: '2024-01-01 00:00:00' },
  ]);
});

it('M12, an anonymous id alone is enough for a row; its userId is NULL', async () => {
  expect(await idsOf(one('visitor@x.io'))).toEqual([]);
  expect(await rowsOf({ anonymous_id_column: 'anon', ...one('visitor@x.io') })).toMatchObject([
    { userId: null, anonymousId: 'a8' },
  ]);
});
