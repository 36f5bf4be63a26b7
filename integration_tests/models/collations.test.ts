import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorsOf, read } from '../support/reading.ts';
import { duckdbEngine, type Engine } from '../support/warehouses.ts';

/** Default models on columns with a collation, by which different people, places and emails are equal. */

let engine: Engine;

beforeAll(async () => {
  engine = await duckdbEngine();
});

afterAll(() => engine.close());

const tables = (collation: string, [one, other]: readonly [string, string]): string[] => [
  `CREATE TABLE nexus_entities (entity_id VARCHAR, entity_type VARCHAR, email VARCHAR ${collation},
     location_id VARCHAR ${collation}, _processed_at TIMESTAMP, _updated_at TIMESTAMP, _created_at TIMESTAMP)`,
  `INSERT INTO nexus_entities VALUES
     ('p1', 'person', '${one}@x.io', NULL, now(), '2025-01-01', '2024-01-01'),
     ('p2', 'person', '${other}@x.io', NULL, now(), '2025-02-01', '2024-01-01'),
     ('g1', 'group', NULL, 'L${one}', now(), '2025-01-01', '2024-01-01'),
     ('g2', 'group', NULL, 'L${other}', now(), '2025-02-01', '2024-01-01')`,
  `CREATE TABLE nexus_events AS SELECT 'ev' AS event_id, TIMESTAMP '2025-01-10' AS occurred_at, 'visit' AS event_name,
     'web' AS event_type, 'site' AS source`,
  `CREATE TABLE nexus_entity_participants AS SELECT 'ev' AS event_id, entity_id, entity_type FROM nexus_entities`,
  `CREATE TABLE nexus_relationships AS SELECT p.entity_id || g.entity_id AS relationship_id, p.entity_id AS entity_a_id,
     'person' AS entity_a_type, g.entity_id AS entity_b_id, 'group' AS entity_b_type, 'membership' AS relationship_type,
     true AS is_active, TIMESTAMP '2025-01-01' AS _created_at, TIMESTAMP '2025-01-01' AS established_at,
     TIMESTAMP '2025-01-01' AS last_updated_at, TIMESTAMP '2025-01-01' AS _updated_at
     FROM nexus_entities p, nexus_entities g WHERE p.entity_type = 'person' AND g.entity_type = 'group'`,
];

describe.each([
  ['COLLATE NOACCENT', ['rene', 'rené']],
  ['COLLATE NOCASE', ['rene', 'RENÉ']],
  ['COLLATE NOCASE.NOACCENT', ['rene', 'René']],
  ['', ['rene', 'rené']],
] as const)('columns with %j', (collation, names) => {
  it('keep people, places, and what is between them apart', async () => {
    const { run, warehouse } = await engine.create();
    await run(...tables(collation, names));
    const rowsOf = async (stream: string) => {
      const result = await read({ warehouse }, [], [stream]);
      expect(errorsOf(result)).toEqual([]);
      return result.rows;
    };
    const people = names.map((name) => `${name}@x.io`);
    const places = names.map((name) => `L${name}`);

    const userIds = (await rowsOf('persons')).map(({ userId }) => userId);
    expect(new Set(userIds)).toEqual(new Set(people));
    const groupIds = (await rowsOf('objects')).map(({ groupId }) => groupId);
    expect(new Set(groupIds)).toEqual(new Set(places));
    const relationships = await rowsOf('relationships');
    expect(new Set(relationships.map(({ groupId, userId }) => `${groupId} ${userId}`))).toEqual(
      new Set(places.flatMap((place) => people.map((person) => `${place} ${person}`))),
    );
    const attributes = relationships.map(({ relationshipAttributes }) => Object(relationshipAttributes));
    expect(attributes.map(({ location_count }) => location_count)).toEqual([2, 2, 2, 2]);
    const events = await rowsOf('events');
    expect(new Set(events.map(({ userId }) => userId))).toEqual(new Set(people));
    expect(new Set(events.map(({ messageId }) => messageId)).size).toBe(2);
    expect(events).toHaveLength(2);
  });
});
