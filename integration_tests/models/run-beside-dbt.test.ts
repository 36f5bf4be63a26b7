import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { run } from '../support/processes.ts';
import { checkOf, read } from '../support/reading.ts';
import { duckdbEngine, type Engine, snowflakeEngine } from '../support/warehouses.ts';

/** Where dbt's nexus tables stand, `run` builds beside them, and a read takes what run has built. */

const engines: Engine[] = [];
afterAll(async () => {
  for (const engine of engines) await engine.close();
});

const input = [
  `CREATE TABLE web_entity_identifiers (event_id VARCHAR, edge_id VARCHAR, entity_type VARCHAR, identifier_type VARCHAR,
    identifier_value VARCHAR, role VARCHAR, occurred_at TIMESTAMP)`,
  `INSERT INTO web_entity_identifiers VALUES ('e', 'e', 'person', 'email', 'new@x.io', 'visitor', '2025-01-01 10:00:00')`,
  `CREATE TABLE web_entity_traits (entity_type VARCHAR, identifier_type VARCHAR, identifier_value VARCHAR,
    trait_name VARCHAR, trait_value VARCHAR, occurred_at TIMESTAMP)`,
  `INSERT INTO web_entity_traits VALUES ('person', 'email', 'new@x.io', 'email', 'new@x.io', '2025-01-01 10:00:00')`,
  'CREATE TABLE nexus_entities (entity_id VARCHAR, entity_type VARCHAR, email VARCHAR, _updated_at TIMESTAMP, _created_at TIMESTAMP)',
  `INSERT INTO nexus_entities VALUES ('per_old', 'person', 'old@x.io', '2025-01-01 10:00:00', '2025-01-01 10:00:00')`,
];

it.each([
  ['DuckDB', duckdbEngine, 'main_nexus_run'],
  ['Snowflake', snowflakeEngine, 'CASES_NEXUS_RUN'],
] as const)('on %s', async (_, start, schema) => {
  const engine = await start();
  engines.push(engine);
  const { warehouse, run: sql } = await engine.create();
  await sql(...input);
  const folder = await mkdtemp(join(tmpdir(), 'beside-dbt-'));
  const config = join(folder, 'config.json');
  await writeFile(config, JSON.stringify({ warehouse }));
  const people = async () => (await read({ warehouse })).rows.map((row) => row.userId);
  expect(await people()).toEqual(['old@x.io']);
  for (let runs = 0; runs < 2; runs += 1) {
    const { code, stderr } = await run('nexus-customer-io', ['run', '--config', config]);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain(`run builds the nexus tables in ${schema}`);
  }
  expect(await people()).toEqual(['new@x.io']);
  expect((await checkOf({ warehouse })).message).toMatch(
    new RegExp(`nexus_entities.* are read from the schema ${schema}`, 'i'),
  );
  await sql(`DROP SCHEMA "${schema}" CASCADE`);
  expect(await people()).toEqual(['old@x.io']);
  await rm(folder, { recursive: true });
});
