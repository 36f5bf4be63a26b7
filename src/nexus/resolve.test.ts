import { expect, it } from 'vitest';
import { nexusId } from '../models/identify/nexus-id.ts';
import { testWarehouse } from './test-warehouse.fixture.ts';

const identifiers = `CREATE TABLE web_entity_identifiers AS SELECT 'e' AS event_id, 'e' AS edge_id, 'person' AS entity_type,
  'email' AS identifier_type, 'ann@x.io' AS identifier_value, TIMESTAMP '2025-01-01' AS occurred_at`;

it('leaves all tables as they were where one cannot be built', async () => {
  const createId = (type: string, columns: readonly string[]): string =>
    type === 'relationship' ? 'no_such_function()' : nexusId(type, columns);
  const test = await testWarehouse([identifiers, 'CREATE TABLE nexus_entities AS SELECT 1 AS old'], createId);
  await expect(test.resolve()).rejects.toThrow(/no_such_function/);
  expect(await test.rows('FROM nexus_entities')).toEqual([{ old: '1' }]);
  expect(
    await test.rows("SELECT table_name FROM duckdb_tables() WHERE table_name LIKE 'nexus_work%'"),
  ).toEqual([]);
  await test.close();
});

it('names what a source lacks', async () => {
  const test = await testWarehouse(
    ['CREATE TABLE web_entity_identifiers AS SELECT 1 AS entity_type'],
    nexusId,
  );
  await expect(test.resolve()).rejects.toThrow(
    'web_entity_identifiers has no column "identifier_type", which identity resolution needs.',
  );
  await expect(test.resolve({ nexus: { sources: {} } })).rejects.toThrow('There is nothing to resolve');
  await test.close();
});

it('takes a step on the way to a source for no source of its own', async () => {
  const step = identifiers.replace('web_', 'web_visit_').replace('ann@', 'ben@');
  const test = await testWarehouse([identifiers, step], nexusId);
  await test.resolve();
  expect(await test.rows('SELECT entity_id FROM nexus_entities')).toEqual([
    { entity_id: 'per_9027df6b2eede5a8a15ac0cf642c9589' },
  ]);
  await test.close();
});
