import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { diagnose } from './doctor.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'doctor-identifiers-'));
  path = join(folder, 'w.duckdb');
});
afterEach(() => rm(folder, { recursive: true }));

async function given(...statements: readonly string[]): Promise<void> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  for (const statement of statements) await connection.run(statement);
  connection.closeSync();
  instance.closeSync();
}

const findings = async (vars: object = {}) =>
  (await diagnose({ warehouse: { type: 'duckdb', path }, vars }, undefined, new AbortController().signal))
    .findings;

const people = `CREATE TABLE crm_entity_identifiers AS SELECT 'e' || i AS event_id, 'e' || i AS edge_id, 'person' AS entity_type,
  kind AS identifier_type, CASE kind WHEN 'email' THEN i || '@x.io' WHEN 'phone' THEN '555' ELSE ['', 'N/A'][1 + i % 2] END AS identifier_value,
  TIMESTAMP '2024-01-01' AS occurred_at FROM range(25) r(i), (VALUES ('email'), ('phone'), ('fax')) k(kind)`;

it('names values that identify no one, and values that tie many', async () => {
  await given(people);
  expect(await findings()).toMatchObject([
    {
      code: 'identifier_placeholder',
      severity: 'warning',
      count: 25,
      examples: [
        { identifier_type: 'fax', identifier_value: '', rows: 13 },
        { identifier_type: 'fax', identifier_value: 'N/A', rows: 12 },
      ],
    },
    {
      code: 'identifier_shared',
      message: expect.stringContaining('1 identifier ties more than 20 other identifiers together'),
      examples: [{ identifier_type: 'phone', identifier_value: '555', others: 25 }],
    },
    { code: 'no_model' },
  ]);
});

it('goes by the vars, and is silent where nothing is doubtful', async () => {
  await given(people, "DELETE FROM crm_entity_identifiers WHERE identifier_value = ''");
  const nexus = { placeholder_identifiers: ['-'], shared_identifier_threshold: 30 };
  expect((await findings({ nexus })).map(({ code }) => code)).toEqual(['no_model']);
});

it('says that the identifiers were not looked at where a table is not what it seems', async () => {
  await given('CREATE TABLE crm_entity_identifiers AS SELECT 1 AS entity_type');
  expect((await findings())[0]).toMatchObject({
    code: 'remark',
    message: expect.stringContaining('no column "identifier_type"'),
  });
});
