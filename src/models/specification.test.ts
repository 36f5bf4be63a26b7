import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { nexusTables } from './nexus-tables.fixture.ts';
import { loadProject, type ModelProject } from './project/project.ts';
import { type Row, type SmallWarehouse, smallWarehouse } from './small-warehouse.fixture.ts';

const pathOf = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const document = readFileSync(pathOf('docs/customer-io-integration.md'), 'utf8');
const blocks = [...document.matchAll(/```sql\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
const files = blocks.flatMap((text) => {
  const name = /^-- models\/\S*?(\w+)\.sql\n/.exec(text)?.[1];
  return name === undefined ? [] : [{ name, text }];
});

let warehouse: SmallWarehouse;
let project: ModelProject;
beforeAll(async () => {
  warehouse = await smallWarehouse(...nexusTables);
  project = await loadProject({
    target: { type: 'duckdb' },
    folder: pathOf('models/specification'),
    shipped: pathOf('models'),
  });
});

const run = (name: string) => warehouse.run({ from: 'model', name }, project);
const runBlock = (sql: string) => warehouse.run({ from: 'sql', sql }, project);
const pick = (rows: Row[], ...columns: string[]) => rows.map((row) => columns.map((column) => row[column]));

test.each(files)('models/specification/$name.sql is the specification’s text', async ({ name, text }) => {
  expect(await readFile(pathOf(`models/specification/${name}.sql`), 'utf8')).toBe(text);
});

test('the specification has six models', () => {
  expect(files).toHaveLength(6);
});

test('quick start: active persons with an email', async () => {
  expect(pick(await run('customer_io'), 'userId', 'anonymousId').sort()).toEqual([
    ['u1', 'an1'],
    ['u3', null],
  ]);
});

test('events', async () => {
  expect(await run('customer_io_events')).toEqual([
    {
      userId: 'ann@x.io ',
      anonymousId: 'an0',
      timestamp: '2025-01-10 10:00:00',
      event: 'visit',
      event_type: 'appointment',
      value: 12.5,
      value_unit: 'USD',
      event_data_source: 'your_source',
    },
  ]);
});

test('locations: one row per group', async () => {
  expect(pick(await run('customer_io_locations'), 'groupId', 'nexus_entity_id', 'created_at').sort()).toEqual(
    [
      ['L1', 'g1', '2024-05-01 00:00:00'],
      ['L1', 'g2', '2024-06-01 00:00:00'],
      ['L2', 'g3', '2024-07-01 00:00:00'],
    ],
  );
});

test('relationships: a to b only, also inactive ones', async () => {
  const rows = await run('customer_io_location_relationships');
  expect(pick(rows, 'groupId', 'userId').sort()).toEqual([
    ['L1', 'bob@x.io'],
    ['L2', 'bob@x.io'],
  ]);
});

test('lobbie: declarations and their union', async () => {
  const [row, ...others] = await run('lobbie_relationship_declarations');
  expect(others).toEqual([]);
  expect(row).toMatchObject({
    event_id: 'ev1',
    entity_a_identifier: 'P1',
    entity_b_identifier: 'L1',
    is_active: true,
  });
  // printf 'ev1-P1-L1-patient-2025-01-10 00:00:00' | md5sum
  expect(row?.relationship_declaration_id).toBe('rel_decl_50c4db8624eefa9c7e1db791a0e0558d');
});

test('the journey example: its filter sees the CTE around it', async () => {
  const journey = blocks.find((text) => text.includes('paying_customers')) ?? '';
  expect(pick(await runBlock(journey), 'userId', 'anonymousId', 'customer_journey_state')).toEqual([
    ['ann@x.io ', 'an0', 'customer'],
  ]);
});

const examples = blocks.filter((text) => text.startsWith('{{ nexus.customer_io_identify'));
test.each(examples)('example %#: %j', async (example) => {
  expect(pick(await runBlock(example), 'userId').sort()).toEqual([['u2'], ['u3']]);
});

test('the example of renaming renames', async () => {
  const example = examples.find((text) => text.includes('firstName')) ?? '';
  expect(pick(await runBlock(example), 'firstName').sort()).toEqual([['Anne'], ['Bob']]);
});

test('identify inside a CTE that bears the name of its own table', async () => {
  const text = `with nexus_entities as ({{ nexus.customer_io_identify() }}),
    n as (select count(*) as total from {{ ref('nexus_entities') }})
    select nexus_entities."userId", n.total from nexus_entities, n order by 1`;
  expect(pick(await runBlock(text), 'userId', 'total')).toEqual([
    ['u2', '7'],
    ['u3', '7'],
    ['u4', '7'],
  ]);
});

const queries = blocks.filter((text) => /YOUR_\w*SCHEMA/.test(text));
test.each(queries)('reverse ETL query %#: %j', async (query) => {
  const name = /SCHEMA\.(\w+)/.exec(query)?.[1] ?? '';
  const { sql } = warehouse.compile({ from: 'model', name }, project);
  await warehouse.rows(`CREATE TABLE ${name} AS ${sql}`);
  const all = await warehouse.rows(`SELECT * FROM ${name}`);
  expect(all.length).toBeGreaterThan(0);
  expect(await runBlock(query.replace(/YOUR_\w*SCHEMA/, 'main'))).toEqual(all);
});
