import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { changeWarehouse, generateWarehouse } from './generate-warehouse.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'generate-'));
});
afterEach(() => rm(folder, { recursive: true }));

const now = new Date('2026-07-07T12:00:00Z');

async function ask(name: string, sql: string): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(join(folder, name));
  try {
    const connection = await instance.connect();
    return (await connection.runAndReadAll(sql)).getRowsJson();
  } finally {
    instance.closeSync();
  }
}

const digest = `SELECT
  (SELECT md5(string_agg(e::VARCHAR, '' ORDER BY entity_id)) FROM nexus_entities e),
  (SELECT md5(string_agg(e::VARCHAR, '' ORDER BY event_id)) FROM nexus_events e),
  (SELECT md5(string_agg(r::VARCHAR, '' ORDER BY relationship_id)) FROM nexus_relationships r)`;

describe('generateWarehouse', () => {
  it('gives the same rows for the same seed and others for another', async () => {
    await generateWarehouse(join(folder, 'a'), { now, scale: 0.1 });
    await generateWarehouse(join(folder, 'b'), { now, scale: 0.1 });
    await generateWarehouse(join(folder, 'c'), { now, scale: 0.1, seed: 2 });
    const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((name) => ask(name, digest)));
    expect(b).toEqual(a);
    expect(c?.[0]?.[1]).not.toBe(a?.[0]?.[1]);
  });

  it('makes the sizes that it promises, each key once, nothing in the future', async () => {
    await generateWarehouse(join(folder, 'a'), { now });
    const counts = await ask(
      'a',
      `SELECT
        (SELECT count(DISTINCT email) FROM nexus_entities WHERE entity_type = 'person'),
        (SELECT count(DISTINCT location_id) FROM nexus_entities WHERE entity_type = 'group'),
        (SELECT count(DISTINCT event_id) FROM nexus_events),
        (SELECT count(DISTINCT (entity_a_id, entity_b_id)) FROM nexus_relationships),
        (SELECT count(*) FROM nexus_entities WHERE _updated_at > '2026-07-07 12:00' OR _updated_at < _created_at),
        (SELECT count(*) FROM nexus_events WHERE occurred_at > '2026-07-07 12:00'),
        (SELECT max(n) FROM (SELECT count(*) AS n FROM nexus_relationships GROUP BY entity_a_id))`,
    );
    expect(counts).toEqual([['5000', '40', '60000', '9000', '0', '0', '3']]);
  });

  it('changes a few rows of each stream', async () => {
    await generateWarehouse(join(folder, 'a'), { now });
    await changeWarehouse(join(folder, 'a'), { now: new Date('2026-07-07T13:00:00Z') });
    const counts = await ask(
      'a',
      `SELECT
        (SELECT count(*) FROM nexus_entities WHERE _updated_at = '2026-07-07 13:00' AND entity_type = 'person'),
        (SELECT count(*) FROM nexus_entities WHERE _updated_at = '2026-07-07 13:00' AND entity_type = 'group'),
        (SELECT count(*) FROM nexus_events WHERE occurred_at = '2026-07-07 13:00'),
        (SELECT count(*) FROM nexus_relationships WHERE _updated_at = '2026-07-07 13:00')`,
    );
    expect(counts).toEqual([['5', '2', '50', '12']]);
  });
});
