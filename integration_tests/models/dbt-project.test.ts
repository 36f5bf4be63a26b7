import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { messagesOf, run } from '../support/processes.ts';

/**
 * A project of everyday dbt, and the specification's last part, as a person would follow it: its YAML in dbt_project.yml, its two models in the
 * folders that it names, then the pipeline, then the relationships out of it.
 */

const document = await readFile(new URL('../../docs/customer-io-integration.md', import.meta.url), 'utf8');
const [yaml = '', ...otherYaml] = [...document.matchAll(/^```yaml\n(.*?)^```$/gms)].map(
  ([, text]) => text ?? '',
);
const sql = [...document.matchAll(/^```sql\n(.*?)^```$/gms)].map(([, text]) => text ?? '');

let folder: string;
let config: string;

const database = (...statements: string[]) => inDatabase(join(folder, 'w.duckdb'), ...statements);

async function inDatabase(path: string, ...statements: string[]): Promise<Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  let rows: Record<string, unknown>[] = [];
  for (const statement of statements) rows = (await connection.runAndReadAll(statement)).getRowObjectsJson();
  connection.closeSync();
  instance.closeSync();
  return rows;
}

const identifiers = (source: string, rows: string) =>
  `CREATE TABLE ${source}_entity_identifiers AS SELECT *, TIMESTAMP '2025-01-01' AS occurred_at, NULL::VARCHAR AS role, '${source}' AS source
   FROM (VALUES ${rows}) t(event_id, edge_id, entity_type, identifier_type, identifier_value)`;

const tables = [
  identifiers(
    'lobbie',
    `('evt_1', 'x', 'person', 'patient_id', 'p1'), ('evt_1', 'x', 'person', 'email', 'ann@x.io'), ('evt_1', 'y', 'group', 'location_id', 'L1')`,
  ),
  identifiers('stranger', `('evt_9', 'z', 'person', 'email', 'eve@x.io')`),
  `CREATE TABLE lobbie_entity_traits AS SELECT *, TIMESTAMP '2025-01-01' AS occurred_at, 'lobbie' AS source FROM (VALUES
    ('evt_1', 'person', 'email', 'ann@x.io', 'email', 'ann@x.io'), ('evt_1', 'group', 'location_id', 'L1', 'location_id', 'L1'),
    ('evt_1', 'group', 'location_id', 'L1', 'location_name', 'Downtown'), ('evt_1', 'group', 'location_id', 'L1', 'location_lobbie_integration_uuid', 'uuid-1'),
    ('evt_1', 'person', 'email', 'ann@x.io', 'segment_anonymous_id', 'anon-1')
  ) t(event_id, entity_type, identifier_type, identifier_value, trait_name, trait_value)`,
  `CREATE TABLE lobbie_events AS SELECT 'evt_1' AS event_id, TIMESTAMP '2025-02-01 10:00:00' AS occurred_at, 'visit' AS event_name,
    NULL::VARCHAR AS event_description, 'appointment' AS event_type, 1.0::DOUBLE AS significance, 'lobbie' AS source, 'a' AS source_table, now()::TIMESTAMP AS _ingested_at`,
  `CREATE TABLE lobbie_appointment_events AS SELECT 'evt_1' AS event_id, TIMESTAMP '2025-02-01 10:00:00' AS occurred_at, 'p1' AS patient_id, 'L1' AS location_id`,
];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dbt-project-'));
  config = join(folder, 'config.json');
  const models = sql.flatMap((text) => {
    const [, path] = /^-- (models\/sources\/\S+\.sql)\n/.exec(text) ?? [];
    return path === undefined ? [] : [{ path, text }];
  });
  expect(models).toHaveLength(2);
  const project = { path: 'dbt_project.yml', text: yaml.replace('your_source', 'lobbie') };
  for (const { path, text } of [project, ...models]) {
    await mkdir(dirname(join(folder, 'project', path)), { recursive: true });
    await writeFile(join(folder, 'project', path), text);
  }
  await writeFile(config, JSON.stringify({ warehouse: { type: 'duckdb', path: join(folder, 'w.duckdb') } }));
  await database(...tables);
});

afterAll(() => rm(folder, { recursive: true }));

it('has one YAML block, which this test uses', () => {
  expect(yaml).toContain('relationships: true');
  expect(otherYaml).toEqual([]);
});

it('runs the pipeline of the sources that the YAML names, with the declaration models', async () => {
  const { code, stderr } = await run('nexus-customer-io', [
    'run',
    '--config',
    config,
    '--project-dir',
    join(folder, 'project'),
  ]);
  expect(stderr).toContain('lobbie_relationship_declarations  table  1 rows');
  expect(code).toBe(0);
  expect(
    await database(
      'SELECT relationship_type, primary_source, established_at::VARCHAR AS at FROM nexus_relationships',
    ),
  ).toEqual([{ relationship_type: 'membership', primary_source: 'lobbie', at: '2025-02-01 10:00:00' }]);
  // The stranger's tables are in the warehouse, but not in the YAML.
  expect(await database("SELECT email FROM nexus_entities WHERE entity_type = 'person'")).toEqual([
    { email: 'ann@x.io' },
  ]);
});

it('reads the relationships out of what the pipeline made', async () => {
  const catalog = join(folder, 'catalog.json');
  const stream = { name: 'relationships', json_schema: {}, supported_sync_modes: ['full_refresh'] };
  await writeFile(
    catalog,
    JSON.stringify({
      streams: [{ stream, sync_mode: 'full_refresh', destination_sync_mode: 'overwrite' }],
    }),
  );
  const { code, stdout } = await run('source-nexus', [
    'read',
    '--config',
    config,
    '--catalog',
    catalog,
    '--project-dir',
    join(folder, 'project'),
  ]);
  expect(code).toBe(0);
  const records = messagesOf(stdout).filter((message) => message.type === 'RECORD');
  expect(records).toMatchObject([
    { record: { stream: 'relationships', data: { groupId: 'L1', objectTypeId: '1', userId: 'ann@x.io' } } },
  ]);
});

it('builds of a project of everyday dbt what dbt-core 1.11.16 on DuckDB built of it', async () => {
  const project = fileURLToPath(new URL('../fixtures/dbt-project', import.meta.url));
  const built = JSON.parse(await readFile(join(project, 'built-by-dbt.json'), 'utf8'));
  const path = join(folder, 'shop.duckdb');
  await inDatabase(
    path,
    'CREATE SCHEMA raw_data',
    `CREATE TABLE raw_data.orders AS SELECT * FROM (VALUES (1, 1, 1000, 'card', TIMESTAMP '2024-02-01'), (2, 1, 300, 'cash', TIMESTAMP '2024-02-02'),
      (3, 2, 900, 'gift', TIMESTAMP '2024-02-03'), (4, 2, 900, 'cash', TIMESTAMP '2023-02-03')) t(id, customer_id, amount, method, ordered_at)`,
    "CREATE TABLE raw_data.customers_v1 AS SELECT * FROM (VALUES (1, ' Ann@X.io'), (2, 'bob@x.io'), (3, 'c@x.io')) t(id, email)",
  );
  const shop = join(folder, 'shop.json');
  await writeFile(shop, JSON.stringify({ warehouse: { type: 'duckdb', path } }));
  const ended = await run('nexus-customer-io', ['run', '--config', shop, '--project-dir', project]);
  expect(ended).toMatchObject({ code: 0 });
  const ours: Record<string, unknown> = {};
  for (const table of Object.keys(built)) {
    ours[table] = await inDatabase(path, `SELECT * FROM "${table}" ORDER BY ALL`);
  }
  expect(ours).toEqual(built);
});
