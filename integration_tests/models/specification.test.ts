import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nexusSource } from '../../src/source/source.ts';

/**
 * Every SQL block of the specification, taken from the document at test time, run as it stands on a small
 * warehouse worked out by hand.
 */

type Row = Record<string, unknown>;

const document = await readFile(new URL('../../docs/customer-io-integration.md', import.meta.url), 'utf8');

/** The n-th SQL block after a heading. */
function under(heading: string, n = 0): string {
  const start = document.indexOf(`${heading}\n`);
  if (start < 0) throw new Error(`The specification has no heading "${heading}"`);
  const blocks = [...document.slice(start).matchAll(/^```sql\n(.*?)^```$/gms)];
  const text = blocks[n]?.[1];
  if (text === undefined) throw new Error(`No SQL under "${heading}"`);
  return text;
}

const files = {
  customer_io: under('## Quick Start'),
  customer_io_journey: under('### Filtering by Customer Journey and Adding Custom Traits'),
  customer_io_events: under('## Example Model'),
  customer_io_locations: under('## Example: Location Objects'),
  customer_io_location_relationships: under('## Example: Person-Location Relationships'),
  lobbie_patient_location_relationship_declarations: under('## Example: Patient-Location Relationships'),
  lobbie_relationship_declarations: under('## Union Model'),
};

const warehouse = [
  `CREATE TABLE nexus_entities (entity_id VARCHAR, entity_type VARCHAR, user_id VARCHAR, email VARCHAR,
    segment_anonymous_id VARCHAR, status VARCHAR, first_name VARCHAR, last_name VARCHAR, phone_number VARCHAR,
    internal_score VARCHAR, location_id VARCHAR, location_name VARCHAR, location_lobbie_integration_uuid VARCHAR,
    traits_entity_id VARCHAR, _processed_at TIMESTAMP, _updated_at TIMESTAMP, _created_at TIMESTAMP)`,
  `INSERT INTO nexus_entities VALUES
    ('per_ann', 'person', 'u1', 'ann@x.io', 'anon-1', 'active', 'Ann', 'A', '1', '9', NULL, NULL, NULL, 'per_ann', now(), '2025-03-01', '2025-01-01'),
    ('per_old', 'person', 'u9', ' ANN@x.io', NULL, 'active', 'Old', 'A', NULL, NULL, NULL, NULL, NULL, 'per_old', now(), '2025-02-01', '2025-01-01'),
    ('per_bob', 'person', 'u2', 'bob@x.io', NULL, 'lapsed', 'Bob', 'B', NULL, NULL, NULL, NULL, NULL, 'per_bob', now(), '2025-04-01', '2025-01-02'),
    ('per_cat', 'person', 'u3', NULL, 'anon-3', 'active', 'Cat', 'C', NULL, NULL, NULL, NULL, NULL, 'per_cat', now(), '2025-05-01', '2025-01-03'),
    ('grp_1', 'group', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'L1', 'Downtown', 'uuid-1', 'grp_1', now(), '2025-01-10', '2025-01-05'),
    ('grp_2', 'group', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'L2', 'Uptown', NULL, 'grp_2', now(), '2025-01-11', '2025-01-06')`,
  `CREATE TABLE nexus_events AS SELECT * FROM (VALUES
    ('evt_1', TIMESTAMP '2025-02-01 10:00:00', 'payment completed', 'transaction', 12.5::DOUBLE, 'USD', 'your_source'),
    ('evt_2', TIMESTAMP '2025-02-02 10:00:00', 'page seen', 'web', NULL, NULL, 'other')
  ) t(event_id, occurred_at, event_name, event_type, value, value_unit, source)`,
  `CREATE TABLE nexus_entity_participants AS SELECT * FROM (VALUES
    ('evt_1', 'per_ann', 'person'), ('evt_1', 'grp_1', 'group'), ('evt_2', 'per_ann', 'person')) t(event_id, entity_id, entity_type)`,
  `CREATE TABLE nexus_relationships AS SELECT * FROM (VALUES
    ('rel_1', 'per_ann', 'person', 'grp_1', 'group', 'membership', TIMESTAMP '2025-01-15 10:30:00', TIMESTAMP '2025-01-20 08:00:00', TIMESTAMP '2025-01-20 08:00:00'),
    ('rel_2', 'per_ann', 'person', 'grp_2', 'group', 'membership', TIMESTAMP '2025-02-01 09:00:00', TIMESTAMP '2025-09-20 14:45:00', TIMESTAMP '2025-09-20 14:45:00')
  ) t(relationship_id, entity_a_id, entity_a_type, entity_b_id, entity_b_type, relationship_type, established_at, last_updated_at, _updated_at)`,
  `CREATE TABLE high_level_customer_journey AS SELECT * FROM (VALUES
    ('per_ann', 'lead', false), ('per_ann', 'paying customer', true), ('per_bob', 'lead', true)) t(entity_id, state_value, is_current)`,
  `CREATE TABLE lobbie_appointment_events AS SELECT * FROM (VALUES
    ('evt_1', TIMESTAMP '2025-02-01 10:00:00', 'p1', 'L1'), ('evt_3', TIMESTAMP '2025-02-03 10:00:00', NULL, 'L1')
  ) t(event_id, occurred_at, patient_id, location_id)`,
];

let folder: string;
let database: string;
let models: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'specification-'));
  database = join(folder, 'w.duckdb');
  models = join(folder, 'models');
  await mkdir(models);
  const instance = await DuckDBInstance.create(database);
  const connection = await instance.connect();
  for (const statement of warehouse) await connection.run(statement);
  connection.closeSync();
  instance.closeSync();
  for (const [name, sql] of Object.entries(files)) await writeFile(join(models, `${name}.sql`), sql);
});

afterAll(() => rm(folder, { recursive: true }));

/** Reads one stream made by one definition: the records, in order. */
async function rowsOf(stream: string, definition: Row, path = database): Promise<Row[]> {
  const config = { warehouse: { type: 'duckdb', path }, models, [stream]: [definition] };
  const catalog = {
    streams: [
      {
        stream: { name: stream, json_schema: {} },
        sync_mode: 'incremental' as const,
        destination_sync_mode: 'append' as const,
      },
    ],
  };
  const rows: Row[] = [];
  const { signal } = new AbortController();
  for await (const output of nexusSource.read({ config, catalog, state: [], signal })) {
    if (output.type === 'RECORD_LINES') {
      const lines = Buffer.from(output.lines).toString().trimEnd().split('\n');
      rows.push(...lines.map((line) => JSON.parse(line).record.data));
    } else if (output.type === 'TRACE' && output.trace.type === 'ERROR') {
      throw new Error(output.trace.error?.message);
    }
  }
  return rows;
}

const users = (rows: readonly Row[]): unknown[] => rows.map((row) => row.userId);
const persons = (sql: string): Promise<Row[]> => rowsOf('persons', { from: 'sql', sql });

/** What the identify examples give of Ann, less what a block renames or leaves out. */
const ann = {
  userId: 'u1',
  timestamp: '2025-03-01T00:00:00',
  email: 'ann@x.io',
  segment_anonymous_id: 'anon-1',
  status: 'active',
  first_name: 'Ann',
  last_name: 'A',
  phone_number: '1',
  internal_score: '9',
  location_id: null,
  location_name: null,
  location_lobbie_integration_uuid: null,
  _updated_at: '2025-03-01T00:00:00',
  created_at: '2025-01-01T00:00:00',
};

const without = (row: Row, ...names: string[]): Row =>
  Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name)));

describe('people', () => {
  it('quick start: active persons with an email, the newest of each', async () => {
    const rows = await rowsOf('persons', { from: 'model', name: 'customer_io' });
    expect(rows).toEqual([{ ...without(ann, 'segment_anonymous_id'), anonymousId: 'anon-1' }]);
  });

  it('basic usage', async () => {
    const rows = await persons(under('### Basic Usage'));
    expect(users(rows)).toEqual(['u1', 'u2']);
    expect(rows[0]).toEqual(ann);
  });

  it('with anonymous id', async () => {
    const rows = await persons(under('### With Anonymous ID'));
    expect(rows.map(({ userId, anonymousId }) => [userId, anonymousId])).toEqual([
      ['u1', 'anon-1'],
      ['u2', null],
    ]);
  });

  it('excluding traits', async () => {
    const [row] = await persons(under('### Excluding Traits'));
    expect(row).toEqual(without(ann, 'internal_score'));
  });

  it('renaming traits', async () => {
    const [row] = await persons(under('### Renaming Traits'));
    const renamed = without(ann, 'first_name', 'last_name', 'phone_number');
    expect(row).toEqual({ ...renamed, firstName: 'Ann', lastName: 'A', phone: '1' });
  });

  it('filtering by customer journey and adding custom traits', async () => {
    const rows = await rowsOf('persons', { from: 'model', name: 'customer_io_journey' });
    expect(rows).toMatchObject([
      { userId: 'ann@x.io', anonymousId: 'anon-1', customer_journey_state: 'paying customer' },
    ]);
    expect(rows[0]).not.toHaveProperty('location_id');
  });

  it('the deduplication that the text prints', async () => {
    const select = `SELECT user_id AS "userId", email, _updated_at AS "timestamp" FROM nexus_entities WHERE email IS NOT NULL`;
    expect(users(await persons(`${select}\n${under('### Deduplication')}`))).toEqual(['u1', 'u2']);
  });
});

describe('events, objects and relationships', () => {
  it('the events model gives the events of persons who are sent', async () => {
    expect(await rowsOf('events', { from: 'model', name: 'customer_io_events' })).toEqual([
      {
        messageId: expect.stringMatching(/^01JK0/),
        userId: 'ann@x.io',
        anonymousId: 'anon-1',
        timestamp: '2025-02-01T10:00:00',
        event: 'payment completed',
        event_type: 'transaction',
        value: 12.5,
        value_unit: 'USD',
        event_data_source: 'your_source',
      },
    ]);
  });

  it('the locations model gives one object a location', async () => {
    expect(await rowsOf('objects', { from: 'model', name: 'customer_io_locations' })).toEqual([
      {
        groupId: 'L1',
        objectTypeId: '1',
        timestamp: '2025-01-10T00:00:00',
        location_name: 'Downtown',
        location_lobbie_integration_uuid: 'uuid-1',
        nexus_entity_id: 'grp_1',
        created_at: '2025-01-05T00:00:00',
      },
      {
        groupId: 'L2',
        objectTypeId: '1',
        timestamp: '2025-01-11T00:00:00',
        location_name: 'Uptown',
        location_lobbie_integration_uuid: null,
        nexus_entity_id: 'grp_2',
        created_at: '2025-01-06T00:00:00',
      },
    ]);
  });

  it('the relationships model gives the attributes that the text shows', async () => {
    const rows = await rowsOf('relationships', { from: 'model', name: 'customer_io_location_relationships' });
    expect(rows.map((row) => row.groupId)).toEqual(['L1', 'L2']);
    expect(rows[1]).toEqual({
      groupId: 'L2',
      objectTypeId: '1',
      userId: 'ann@x.io',
      timestamp: '2025-09-20T14:45:00',
      relationshipAttributes: {
        is_primary_location: true,
        is_most_recent_location: true,
        is_first_location: false,
        has_multiple_locations: true,
        location_count: 2,
        first_interaction_at: '2025-02-01 09:00:00.000',
        last_interaction_at: '2025-09-20 14:45:00.000',
        location_name: 'Uptown',
      },
    });
  });
});

describe('the reverse ETL queries', () => {
  // What dbt would have built, under the schema that the text says to put in.
  const query = (heading: string, n: number): string =>
    under(heading, n).replace(/YOUR_(PRODUCTION_)?SCHEMA/, 'main');

  let built: string;

  beforeAll(async () => {
    built = join(folder, 'built.duckdb');
    const tables = [
      `CREATE TABLE customer_io AS SELECT 'a' AS "userId", TIMESTAMP '2025-01-01' AS "timestamp", TIMESTAMP '2025-01-01' AS "_updated_at"`,
      `CREATE TABLE customer_io_events AS SELECT 'a' AS "userId", 'seen' AS "event", TIMESTAMP '2025-01-01' AS "timestamp"`,
      `CREATE TABLE customer_io_locations AS SELECT 'L1' AS "groupId", '1' AS "objectTypeId", TIMESTAMP '2025-01-01' AS "timestamp"`,
      `CREATE TABLE customer_io_location_relationships AS SELECT 'L1' AS "groupId", '1' AS "objectTypeId", 'a' AS "userId", TIMESTAMP '2025-01-01' AS "timestamp"`,
    ];
    const instance = await DuckDBInstance.create(built);
    const connection = await instance.connect();
    for (const table of tables) await connection.run(table);
    connection.closeSync();
    instance.closeSync();
  });

  it.each([
    ['persons', '### 3. Define Your Query', 0],
    ['events', '# Events (Track Sync)', 1],
    ['objects', '# Objects (Group Sync)', 1],
    ['relationships', '# Relationships (Group Sync with userId)', 1],
  ])('of %s give everything on the first run', async (stream, heading, n) => {
    const sql = query(heading, n);
    expect(sql).toContain('{{last_sync_time}}');
    expect(await rowsOf(stream, { from: 'sql', sql }, built)).toHaveLength(1);
  });
});

describe('relationship declarations', () => {
  it('the declaration model and its union give the declarations with their nexus ids', async () => {
    const sql = `SELECT relationship_declaration_id AS "userId", occurred_at AS "timestamp", * FROM {{ ref('lobbie_relationship_declarations') }}`;
    const hash = createHash('md5').update('evt_1-p1-L1-patient-2025-02-01 10:00:00').digest('hex');
    expect(await persons(sql)).toMatchObject([
      {
        relationship_declaration_id: `rel_decl_${hash}`,
        event_id: 'evt_1',
        entity_a_identifier: 'p1',
        entity_b_identifier: 'L1',
        relationship_type: 'membership',
        relationship_direction: 'a_to_b',
        is_active: true,
        source: 'lobbie',
      },
    ]);
  });
});
