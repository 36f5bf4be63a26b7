import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { nexusId } from '../models/identify/nexus-id.ts';
import { differences } from './differences.fixture.ts';
import { packageStatements, type TestWarehouse, testWarehouse } from './test-warehouse.fixture.ts';

/**
 * What the dbt package made of the same sources is in fixtures/. Every row and column must be equal, except
 * what fixtures/exceptions.json lists one by one, each with the fault of the package that was mended:
 *
 * Q1  established_at is the first declaration, not the latest
 * Q8  a chain of 16 identifiers is one person, not eleven
 * Q15 patients whose email is blank or 'null' are known by their other identifiers, and two strangers are no one person
 */
const exceptions = z
  .array(
    z.object({
      fault: z.enum(['Q1', 'Q8', 'Q15']),
      table: z.string(),
      id: z.string(),
      column: z.string().optional(),
      package: z.string().nullish(),
      ours: z.string().nullish(),
      only: z.enum(['package', 'ours']).optional(),
    }),
  )
  .parse(JSON.parse(readFileSync(new URL('fixtures/exceptions.json', import.meta.url), 'utf8')));

const listed = (...faults: readonly string[]) =>
  exceptions.filter(({ fault }) => faults.includes(fault)).map(({ fault: _, ...difference }) => difference);

let test: TestWarehouse;

beforeAll(async () => {
  test = await testWarehouse(packageStatements, nexusId);
});
afterAll(() => test.close());

describe("the package's own warehouse", () => {
  it('comes out the same but for the exceptions', async () => {
    await test.resolve();
    const found = await differences(test);
    expect(sorted(found)).toEqual(sorted(listed('Q1', 'Q8', 'Q15')));
  });

  it("has the package's very ids with its limit of ten steps", async () => {
    await test.resolve({ nexus: { max_recursion: 10 } });
    expect(sorted(await differences(test))).toEqual(sorted(listed('Q1', 'Q15')));
  });

  it('names the declarations that made no relationship', async () => {
    await test.resolve();
    const rows = await test.rows(
      'SELECT reason, count(*) AS n FROM nexus_unresolved_declarations GROUP BY reason ORDER BY reason',
    );
    expect(rows.map(({ reason, n }) => `${n} ${reason}`)).toMatchInlineSnapshot(`
      [
        "1 entity_a: 'C-0001' is no Contact_ID but known as contact_id",
        "1 entity_a: contact_id 'C-0001' belongs to a person, not to a group",
        "1 entity_a: no person has contact_id 'C-0001 ', but one has 'C-0001' (case or padding differs)",
        "1 entity_a: no person has contact_id 'NOPE0'",
        "1 entity_a: no person has contact_id 'NOPE1'",
        "1 entity_a: no person has contact_id 'NOPE2'",
        "1 entity_a: no person has contact_id 'NOPE3'",
        "1 entity_a: no person has contact_id 'NOPE4'",
        "1 entity_a: no person has contact_id 'NOPE5'",
        "1 entity_a: no person has contact_id 'NOPE6'",
        "1 entity_a: no person has contact_id 'NOPE7'",
        "1 entity_a: no person has contact_id 'c-0001', but one has 'C-0001' (case or padding differs)",
        "1 entity_a: no person has email 'USER071@MAIL.EXAMPLE.NET'",
        "1 entity_a: no person has email 'user071@mail.example.net'",
        "1 entity_a: no person has email 'user074@mail.example.net', but one has '  user074@mail.example.net ' (case or padding differs)",
        "1 entity_a: no person has email 'user075@example.com', but one has 'User075@Example.Com' (case or padding differs)",
        "1 entity_b: its identifier, identifier type or entity type is NULL",
        "2 entity_b: no group has location_id 'L12'",
      ]
    `);
  });

  it('has the columns of the package in every table', async () => {
    const columns = async (table: string): Promise<string[]> =>
      (await test.warehouse.describe(`SELECT * FROM ${table}`)).map((column) => column.name).sort();
    for (const table of ['events', 'entity_participants', 'entities', 'relationships']) {
      const theirs = new Set([...(await columns(`package_${table}`)), '_processed_at']);
      if (table === 'entity_participants') theirs.delete('_processed_at');
      expect(await columns(`nexus_${table}`)).toEqual([...theirs].sort());
    }
  });
});

describe('the exceptions', () => {
  it('of Q15 are rows of other entities, none of a cell', () => {
    expect(listed('Q15').every(({ only }) => only !== undefined)).toBe(true);
  });

  it('of Q1 are all in established_at, and earlier', () => {
    for (const { column, ours, package: theirs } of listed('Q1')) {
      expect(column).toBe('established_at');
      expect(String(ours) < String(theirs)).toBe(true);
    }
  });

  it('of Q8 are all about the one long chain', async () => {
    await test.resolve();
    const [chain] = await test.rows(
      `SELECT entity_id FROM nexus_entities WHERE segment_anonymous_id LIKE 'chain-anon-%'`,
    );
    const participants = await test.rows(
      `SELECT entity_participant_id AS id FROM nexus_entity_participants WHERE entity_id = '${chain?.entity_id}'`,
    );
    const ids = new Set(participants.map((row) => row.id));
    const ours = listed('Q8').filter(({ only }) => only === 'ours');
    expect(ours.length).toBeGreaterThan(0);
    expect(ours.every(({ id }) => ids.has(id))).toBe(true);
    expect(
      listed('Q8').filter(({ table, only }) => table === 'nexus_entities' && only === 'package'),
    ).toHaveLength(10);
  });
});

const sorted = (list: readonly object[]): string[] => list.map((each) => JSON.stringify(each)).sort();
