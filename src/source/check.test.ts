import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nexusSource } from './source.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'check-'));
  const instance = await DuckDBInstance.create(join(folder, 'w.duckdb'));
  const connection = await instance.connect();
  await connection.run(
    "CREATE TABLE nexus_entities AS SELECT 'e' AS entity_id, 'person' AS entity_type, 'a@x.io' AS email, TIMESTAMP '2025-01-01' AS _updated_at",
  );
  connection.closeSync();
  instance.closeSync();
});
afterAll(() => rm(folder, { recursive: true }));

const config = (rest: object = {}) => ({
  warehouse: { type: 'duckdb', path: join(folder, 'w.duckdb') },
  ...rest,
});

async function said(given: unknown): Promise<string> {
  for await (const message of nexusSource.check(given)) {
    if (message.type === 'CONNECTION_STATUS') return String(message.connectionStatus.message);
  }
  return '';
}

test('a stream that nothing fills is said with what the warehouse lacks, by check and by discover', async () => {
  const events =
    'Nothing fills events: the warehouse lacks nexus_events, nexus_entity_participants for the shipped model.';
  expect(await said(config())).toContain(
    `Ready to read persons (identify). Nothing fills objects: the warehouse lacks nexus_entities.location_id for the shipped model. Nothing fills relationships: the warehouse lacks nexus_entities.location_id, nexus_relationships for the shipped model. ${events}`,
  );
  const logged: unknown[] = [];
  for await (const message of nexusSource.discover(config())) {
    if (message.type === 'LOG') logged.push(message.log.message);
  }
  expect(logged).toContain(events);
});

test('one that is switched off is not', async () => {
  const off = config({ objects: [], relationships: [], events: [] });
  expect(await said(off)).toMatch(
    /^Ready to read persons \(identify\)\. Changes are found: persons by a \w+[^.]*\.$/,
  );
});
