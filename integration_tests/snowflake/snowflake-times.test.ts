import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SnowflakeServer, startSnowflakeServer } from '../snowflake-server/server.ts';
import { run } from '../support/processes.ts';
import { errorsOf, lastState, read } from '../support/reading.ts';
import { snowflakeConfig } from '../support/warehouses.ts';

/** Times with mixed offsets: what counts is the instant, never what the clock showed. */

let server: SnowflakeServer;

beforeAll(async () => {
  server = await startSnowflakeServer();
});

afterAll(() => server.close());

const config = (rest: Readonly<Record<string, unknown>>) => ({
  warehouse: snowflakeConfig(server.url),
  changes: 'cursor',
  persons: [],
  objects: [],
  relationships: [],
  events: [],
  ...rest,
});

const cursors = (states: readonly { stream?: { stream_state?: unknown } | undefined }[]): string =>
  JSON.stringify(states.at(-1)?.stream?.stream_state);

/** In the order of their instants, which is not that of their clocks. */
const instants = [
  ['a', '2024-03-01 23:00:00 +1400', '2024-03-01T09:00:00'],
  ['b', '2024-03-01 10:00:00 +0000', '2024-03-01T10:00:00'],
  ['c', '2024-03-01 01:30:00.123456789 -1000', '2024-03-01T11:30:00.123456'],
] as const;

const later = ['d', '2024-03-01 02:00:00 -1000', '2024-03-01T12:00:00'] as const;

const types: readonly (readonly [string, (text: string) => string])[] = [
  ['TIMESTAMP_TZ', (text) => `'${text}'::TIMESTAMP_TZ`],
  ['TIMESTAMP_LTZ', (text) => `'${text}'::TIMESTAMP_LTZ`],
  ['VARCHAR', (text) => `'${text}'`],
];

describe.each(types)('a cursor of %s', (type, literal) => {
  const table = `PEOPLE_${type}`;
  const insert = ([id, text]: readonly [string, string, string]): string =>
    `INSERT INTO ${table} SELECT '${id}', ${literal(text)}`;
  const persons = () => config({ persons: [{ from: 'relation', name: table }] });

  beforeAll(async () => {
    await server.run(`CREATE TABLE ${table} ("userId" VARCHAR, "timestamp" ${type})`);
    await server.run(...instants.toReversed().map(insert));
  });

  it('is in UTC, so that no row is passed over', async () => {
    const first = await read(persons());
    expect(first.rows.map((row) => row.userId)).toEqual(['a', 'b', 'c']);
    expect(cursors(first.states)).toContain(`"timestamp":"${instants[2][2]}`);
    await server.run(insert(later));
    const second = await read(persons(), lastState(first));
    expect(second.rows.map((row) => row.userId)).toEqual(['d']);
    expect(cursors(second.states)).toContain(`"timestamp":"${later[2]}"`);
  });
});

it('takes a number in a text for a time', async () => {
  const sql = `SELECT 'u' AS "userId", '1709287200' AS "timestamp"`;
  const { states } = await read(config({ persons: [{ from: 'sql', sql }] }));
  expect(cursors(states)).toContain('"timestamp":"2024-03-01T10:00:00"');
});

describe('nexus tables with offsets', () => {
  beforeAll(() =>
    server.run(
      `CREATE TABLE nexus_entities (entity_id VARCHAR, entity_type VARCHAR, email VARCHAR, user_id VARCHAR,
        location_id VARCHAR, location_name VARCHAR, visited_at TIMESTAMP_TZ, _created_at TIMESTAMP_TZ,
        _updated_at TIMESTAMP_TZ, _processed_at TIMESTAMP_LTZ)`,
      `INSERT INTO nexus_entities SELECT 'per_1', 'person', 'ann@example.com', 'u1', NULL, NULL,
        '2024-03-01 01:00:00 -0800'::TIMESTAMP_TZ, '2024-01-01 23:00:00 -0800'::TIMESTAMP_TZ,
        '2024-03-01 02:00:00 +0530'::TIMESTAMP_TZ, NULL`,
      `INSERT INTO nexus_entities SELECT 'grp_1', 'group', NULL, NULL, 'l1', 'North', NULL,
        '2024-01-01 23:00:00 -0800'::TIMESTAMP_TZ, '2024-03-01 02:00:00 +0530'::TIMESTAMP_TZ, NULL`,
      `CREATE TABLE nexus_entity_participants (event_id VARCHAR, entity_id VARCHAR, entity_type VARCHAR)`,
      `INSERT INTO nexus_entity_participants VALUES ('evt_1', 'per_1', 'person')`,
      `CREATE TABLE nexus_events (event_id VARCHAR, occurred_at TIMESTAMP_TZ, event_name VARCHAR,
        event_type VARCHAR, source VARCHAR)`,
      `INSERT INTO nexus_events SELECT 'evt_1', '2024-03-01 01:00:00 -0800'::TIMESTAMP_TZ, 'seen', 'visit', 'web'`,
      `CREATE TABLE nexus_relationships (relationship_type VARCHAR, entity_a_id VARCHAR, entity_a_type VARCHAR,
        entity_b_id VARCHAR, entity_b_type VARCHAR, is_active BOOLEAN, established_at TIMESTAMP_TZ,
        last_updated_at TIMESTAMP_TZ, _created_at TIMESTAMP_TZ, _updated_at TIMESTAMP_TZ)`,
      `INSERT INTO nexus_relationships SELECT 'membership', 'per_1', 'person', 'grp_1', 'group', TRUE, t, t, t, t
        FROM (SELECT '2024-03-01 01:00:00 -0800'::TIMESTAMP_TZ AS t)`,
    ),
  );

  it.each([
    [
      'persons',
      {
        timestamp: '2024-02-29T20:30:00Z',
        created_at: '2024-01-02T07:00:00',
        visited_at: '2024-03-01T09:00:00',
      },
    ],
    ['events', { timestamp: '2024-03-01T09:00:00' }],
    ['objects', { timestamp: '2024-02-29T20:30:00', created_at: '2024-01-02T07:00:00' }],
    [
      'relationships',
      {
        timestamp: '2024-03-01T09:00:00',
        relationshipAttributes: expect.objectContaining({
          first_interaction_at: '2024-03-01 09:00:00.000',
          last_interaction_at: '2024-03-01 09:00:00.000',
        }),
      },
    ],
  ])('give %s in UTC by the shipped models', async (stream, expected) => {
    const result = await read({ warehouse: snowflakeConfig(server.url) }, [], [stream]);
    expect(errorsOf(result)).toEqual([]);
    expect(result.rows).toEqual([expect.objectContaining(expected)]);
  });
});

it('builds nexus tables in UTC, the latest trait by its instant', async () => {
  const own = await startSnowflakeServer();
  const folder = await mkdtemp(join(tmpdir(), 'snowflake-times-'));
  const at = (text: string): string => `'${text}'::TIMESTAMP_TZ`;
  await own.run(
    'CREATE TABLE web_events (event_id VARCHAR, occurred_at TIMESTAMP_TZ, event_name VARCHAR)',
    `INSERT INTO web_events SELECT 'evt_1', ${at('2024-03-01 23:00:00 +1400')}, 'visit'`,
    `CREATE TABLE web_entity_identifiers (event_id VARCHAR, edge_id VARCHAR, entity_type VARCHAR,
      identifier_type VARCHAR, identifier_value VARCHAR, role VARCHAR, occurred_at TIMESTAMP_TZ)`,
    `INSERT INTO web_entity_identifiers SELECT 'evt_1', 'edge_1', 'person', 'email', 'ann@example.com', 'visitor',
      ${at('2024-03-01 23:00:00 +1400')}`,
    `CREATE TABLE web_entity_traits (entity_type VARCHAR, identifier_type VARCHAR, identifier_value VARCHAR,
      trait_name VARCHAR, trait_value VARCHAR, occurred_at TIMESTAMP_TZ)`,
    ...[
      ['email', 'ann@example.com', '2024-03-01 23:00:00 +1400'],
      ['plan', 'old', '2024-03-01 23:00:00 +1400'],
      ['plan', 'new', '2024-03-01 01:30:00 -1000'],
    ].map(
      ([name, value, text]) =>
        `INSERT INTO web_entity_traits SELECT 'person', 'email', 'ann@example.com', '${name}', '${value}', ${at(text ?? '')}`,
    ),
  );
  const config = join(folder, 'source.json');
  await writeFile(config, JSON.stringify({ warehouse: snowflakeConfig(own.url) }));
  const built = await run('nexus-customer-io', ['run', '--config', config]);
  expect(built.code, built.stderr).toBe(0);
  const persons = [{ from: 'identify', user_id_column: 'email' }];
  const result = await read({ warehouse: snowflakeConfig(own.url), persons, events: [] });
  await own.close();
  await rm(folder, { recursive: true });
  expect(errorsOf(result)).toEqual([]);
  expect(result.rows).toMatchObject([
    { plan: 'new', timestamp: '2024-03-01T11:30:00', created_at: '2024-03-01T09:00:00' },
  ]);
});
