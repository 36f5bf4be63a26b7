import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { nexusTables } from './nexus-tables.fixture.ts';
import { loadProject, type ModelProject } from './project/project.ts';
import { type Row, type SmallWarehouse, smallWarehouse } from './small-warehouse.fixture.ts';

const shipped = fileURLToPath(new URL('../../models', import.meta.url));
let warehouse: SmallWarehouse;
let project: ModelProject;

beforeAll(async () => {
  warehouse = await smallWarehouse(...nexusTables);
  project = await loadProject({ target: { type: 'duckdb' }, shipped });
});

const run = async (name: string, ...order: string[]): Promise<Row[]> => {
  const rows = await warehouse.run({ from: 'model', name }, project);
  const key = (row: Row) => order.map((column) => String(row[column])).join('|');
  return rows.sort((a, b) => (key(a) < key(b) ? -1 : 1));
};

test('persons: one per folded email, the newest', async () => {
  const rows = await run('customer_io_persons', 'userId');
  expect(rows.map((row) => [row.userId, row.anonymousId, row.first_name])).toEqual([
    ['ann@x.io ', 'an0', 'Anne'],
    ['bob@x.io', null, 'Bob'],
  ]);
});

test('events: of every source, one per event and person, also those of a folded duplicate', async () => {
  expect(await run('customer_io_events', 'event_id')).toEqual([
    {
      userId: 'ann@x.io ',
      anonymousId: 'an0',
      timestamp: '2025-01-10 10:00:00',
      event: 'visit',
      event_type: 'appointment',
      event_data_source: 'your_source',
      event_id: 'ev1',
      messageId: 'ev1',
    },
    {
      userId: 'bob@x.io',
      anonymousId: null,
      timestamp: '2025-01-11 11:00:00',
      event: 'pay',
      event_type: 'transaction',
      event_data_source: 'stripe',
      event_id: 'ev2',
      messageId: 'ev2',
    },
  ]);
});

test('locations: one object per location_id, the newest', async () => {
  const rows = await run('customer_io_locations', 'groupId');
  expect(rows.map((row) => [row.groupId, row.location_name, row.nexus_entity_id])).toEqual([
    ['L1', 'New', 'g2'],
    ['L2', 'Two', 'g3'],
  ]);
});

test('relationships: both directions, one row per location and person, an inactive one as a removal', async () => {
  const rows = await run('customer_io_location_relationships', 'userId', 'groupId');
  expect(rows.map((row) => [row.groupId, row.objectTypeId, row.userId, row.timestamp])).toEqual([
    ['L1', '1', 'ann@x.io ', '2025-03-05 00:00:00'],
    ['L2', '1', 'ann@x.io ', '2025-03-05 00:00:00'],
    ['L1', '1', 'bob@x.io', '2025-01-02 00:00:00'],
    ['L2', '1', 'bob@x.io', '2025-01-02 00:00:00'],
  ]);
  expect(rows.map((row) => row._ab_cdc_deleted_at)).toEqual([null, null, null, '2000-01-01 00:00:00']);
  expect(rows.map((row) => JSON.parse(String(row.relationshipAttributes)))).toEqual([
    attributes(true, false, 2, '2025-01-15', '2025-03-05', 'New'),
    attributes(false, true, 2, '2025-01-10', '2025-01-20', 'Two'),
    attributes(true, true, 1, '2025-01-02', '2025-01-02', 'New'),
    null,
  ]);
});

test('traits that no source gives are left out', async () => {
  const bare = await smallWarehouse(
    `CREATE TABLE nexus_entities AS SELECT * FROM (VALUES
       ('p1', 'person', 'a@x.io', NULL, TIMESTAMP '2025-01-01'), ('g1', 'group', NULL, 'L1', TIMESTAMP '2025-01-01'))
       v(entity_id, entity_type, email, location_id, _updated_at)`,
    'ALTER TABLE nexus_entities ADD COLUMN _created_at TIMESTAMP',
    ...nexusTables.filter((statement) => /nexus_(events|relationships|entity_participants)/.test(statement)),
  );
  const rowsOf = (name: string) => bare.run({ from: 'model', name }, project);
  expect(await rowsOf('customer_io_persons')).toEqual([
    {
      userId: 'a@x.io',
      timestamp: '2025-01-01 00:00:00',
      location_id: null,
      _updated_at: '2025-01-01 00:00:00',
      created_at: null,
    },
  ]);
  expect(Object.keys((await rowsOf('customer_io_locations'))[0] ?? {})).toEqual(
    'groupId objectTypeId timestamp nexus_entity_id created_at'.split(' '),
  );
  expect(Object.keys((await rowsOf('customer_io_events'))[0] ?? {})).toEqual(
    'userId timestamp event event_type event_data_source event_id messageId'.split(' '),
  );
  const [relationship] = await rowsOf('customer_io_location_relationships');
  expect(JSON.parse(String(relationship?.relationshipAttributes))).not.toHaveProperty('location_name');
});

function attributes(primary: boolean, first: boolean, count: number, from: string, to: string, name: string) {
  return {
    is_primary_location: primary,
    is_most_recent_location: primary,
    is_first_location: first,
    has_multiple_locations: count > 1,
    location_count: count,
    first_interaction_at: `${from} 00:00:00.000`,
    last_interaction_at: `${to} 00:00:00.000`,
    location_name: name,
  };
}
