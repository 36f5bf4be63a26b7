/**
 * Makes the small warehouse that acceptance tests read: the demo's generator at a hundredth of its size, with
 * a fixed seed and a fixed day, so that expected_records.jsonl holds. One membership has ended, so that every
 * column has a value somewhere, as the strictest tests ask.
 *
 *   node integration_tests/airbyte/make-warehouse.ts [path]
 */
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { generateWarehouse } from '../../src/demo/generate-warehouse.ts';

const path = process.argv[2] ?? fileURLToPath(new URL('../warehouse.duckdb', import.meta.url));
await rm(path, { force: true });
await generateWarehouse(path, { scale: 0.01, seed: 1, now: new Date('2026-01-15T12:00:00Z') });
const instance = await DuckDBInstance.create(path);
const connection = await instance.connect();
await connection.run(
  'UPDATE nexus_relationships SET is_active = false WHERE relationship_id = (SELECT min(relationship_id) FROM nexus_relationships)',
);
connection.closeSync();
instance.closeSync();
process.stdout.write(`${path}\n`);
