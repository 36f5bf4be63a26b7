import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/server.ts';
import { run } from '../support/processes.ts';
import { checkOf, read } from '../support/reading.ts';

/**
 * The hazards of the specification's example models, by the codes of docs/models.md: nexus tables of a few rows,
 * synced by the real process, and what Customer.io holds afterwards.
 */

const tables = [
  // Ann is two entities of one folded email, a2 the newer. L1 is two groups, g2 the newer.
  `CREATE TABLE nexus_entities AS SELECT *, TIMESTAMP '2024-01-01' AS _created_at, now() AS _processed_at FROM (VALUES
     ('a1', 'person', 'u1', ' Ann@x.io', 'anon1', NULL, NULL, NULL, TIMESTAMP '2025-01-01'),
     ('a2', 'person', 'u2', 'ann@x.io', 'anon2', NULL, NULL, NULL, TIMESTAMP '2025-02-01'),
     ('b', 'person', 'u3', 'bob@x.io', NULL, NULL, NULL, NULL, TIMESTAMP '2025-01-03'),
     ('n', 'person', 'u4', NULL, 'anon4', NULL, NULL, NULL, TIMESTAMP '2025-01-04'),
     ('g1', 'group', NULL, NULL, NULL, 'L1', 'Old', NULL, TIMESTAMP '2025-01-01'),
     ('g2', 'group', NULL, NULL, NULL, 'L1', 'New', NULL, TIMESTAMP '2025-03-01'),
     ('g3', 'group', NULL, NULL, NULL, 'L2', 'Two', NULL, TIMESTAMP '2025-01-02'),
     ('g4', 'group', NULL, NULL, NULL, 'L3', 'Three', NULL, TIMESTAMP '2025-01-02'))
     v(entity_id, entity_type, user_id, email, segment_anonymous_id, location_id, location_name,
       location_lobbie_integration_uuid, _updated_at)`,
  // As nexus has it today: without value and value_unit.
  `CREATE TABLE nexus_events AS SELECT * FROM (VALUES
     ('e1', TIMESTAMP '2025-01-10', 'visit', 'appointment', 'lobbie'),
     ('e2', TIMESTAMP '2025-01-11', 'pay', 'transaction', 'stripe'),
     ('e3', TIMESTAMP '2025-01-12', 'call', 'activity', 'crm'))
     v(event_id, occurred_at, event_name, event_type, source)`,
  `CREATE TABLE nexus_entity_participants AS SELECT * FROM (VALUES
     ('e1', 'a2', 'person', 'patient'), ('e1', 'a2', 'person', 'payer'), ('e1', 'a1', 'person', NULL),
     ('e1', 'g1', 'group', 'location'), ('e2', 'a1', 'person', 'payer'), ('e3', 'n', 'person', 'lead'))
     v(event_id, entity_id, entity_type, role)`,
  `CREATE TABLE nexus_relationships (relationship_id VARCHAR, entity_a_id VARCHAR, entity_a_type VARCHAR,
     entity_b_id VARCHAR, entity_b_type VARCHAR, relationship_type VARCHAR, is_active BOOLEAN,
     _created_at TIMESTAMP, established_at TIMESTAMP, last_updated_at TIMESTAMP, _updated_at TIMESTAMP)`,
];

/** A relationship as nexus writes it: established_at moves with the latest declaration. */
function relationship(
  id: string,
  a: string,
  b: string,
  first: string,
  last: string,
  active = 'true',
): string {
  const typeOf = (entity: string) => (entity.startsWith('g') ? 'group' : 'person');
  const sides = `'${a}', '${typeOf(a)}', '${b}', '${typeOf(b)}'`;
  return `INSERT INTO nexus_relationships VALUES
    ('${id}', ${sides}, 'membership', ${active}, '${first}', '${last}', '${last}', '${last}')`;
}

const relationships = [
  relationship('r1', 'a1', 'g1', '2025-01-15', '2025-02-01'),
  relationship('r2', 'a2', 'g2', '2025-03-01', '2025-03-05'),
  // Ann's second entity has left L2, her first is still there; nobody is left of L3.
  relationship('r3', 'a1', 'g3', '2025-01-10', '2025-01-20'),
  relationship('r4', 'a2', 'g3', '2025-01-01', '2025-02-20', 'false'),
  relationship('r5', 'a2', 'g4', '2025-01-01', '2025-03-20', 'false'),
  // The group stands first: b_to_a.
  relationship('r6', 'g3', 'b', '2025-01-02', '2025-01-02', 'NULL'),
  relationship('r7', 'b', 'g4', '2025-01-03', '2025-01-03'),
];

let folder: string;
let simulator: Simulator;

async function change(...statements: readonly string[]): Promise<void> {
  const instance = await DuckDBInstance.create(join(folder, 'warehouse.duckdb'));
  const connection = await instance.connect();
  for (const statement of statements) await connection.run(statement);
  connection.closeSync();
  instance.closeSync();
}

/** The closing table: what was read, delivered and rejected in all. */
async function sync(): Promise<string> {
  const { code, stderr } = await run('nexus-customer-io', ['sync', '--config', join(folder, 'sync.yaml')]);
  expect(code, stderr).toBe(0);
  return /^total +(\d+ +\d+ +\d+)/m.exec(stderr)?.[1]?.replace(/ +/g, ' ') ?? stderr;
}

const ties = (person: string) =>
  Object.fromEntries(
    simulator.store
      .relationships()
      .filter((each) => each.person === person)
      .map(({ object_id, attributes }) => [object_id, attributes]),
  );

/** What Customer.io holds of a tie whose times are dates. */
const tie = (
  is: { primary: boolean; first: boolean; of: number },
  first: string,
  last: string,
  name: string,
) => ({
  is_primary_location: is.primary,
  is_most_recent_location: is.primary,
  is_first_location: is.first,
  has_multiple_locations: is.of > 1,
  location_count: is.of,
  first_interaction_at: Date.parse(first) / 1000,
  last_interaction_at: Date.parse(last) / 1000,
  location_name: name,
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hazards-'));
  simulator = await startSimulator({ siteId: 'site', apiKey: 'key', objectTypes: ['1'] });
  await change(...tables, ...relationships);
  const file = {
    source: { warehouse: { type: 'duckdb', path: 'warehouse.duckdb' } },
    destination: { site_id: 'site', api_key: 'key', endpoint: simulator.url },
    state: 'state.json',
  };
  await writeFile(join(folder, 'sync.yaml'), JSON.stringify(file));
  // 2 persons, 3 objects, 5 relationships of which one is a removal, 2 events.
  expect(await sync()).toBe('12 12 0');
});

afterAll(async () => {
  await simulator.close();
  await rm(folder, { recursive: true });
});

describe('a first sync', () => {
  it('E1, two roles and two entities of one person in an event: one event', () => {
    expect(simulator.store.events().filter(({ name }) => name === 'visit')).toMatchObject([
      { person: 'ann@x.io', attributes: { event_id: 'e1' } },
    ]);
  });

  it('E2, nexus_events without value columns: read without them, whatever the source', () => {
    const [pay] = simulator.store.events().filter(({ name }) => name === 'pay');
    expect(pay?.attributes).toEqual({
      event_type: 'transaction',
      event_data_source: 'stripe',
      event_id: 'e2',
    });
  });

  it('E3, two entities of one folded email: one person, the newer, who keeps the events and ties of both', () => {
    expect(
      simulator.store
        .people()
        .map(({ email }) => email)
        .sort(),
    ).toEqual(['ann@x.io', 'bob@x.io']);
    const events = simulator.store.events().map(({ person, name }) => [person, name]);
    expect(events.sort()).toEqual([
      ['ann@x.io', 'pay'],
      ['ann@x.io', 'visit'],
    ]);
    expect(Object.keys(ties('ann@x.io')).sort()).toEqual(['L1', 'L2']);
  });

  it('E4, whose id is the userId: the email in every stream, and user_id is a trait', () => {
    expect(simulator.store.person({ email: 'ann@x.io' })?.attributes).toMatchObject({ user_id: 'u2' });
  });

  it("M5, the groups' traits are NULL in a person's row: they are not sent", () => {
    expect(simulator.store.person({ email: 'ann@x.io' })?.attributes).not.toHaveProperty('location_id');
  });

  it('E5, two groups of one location_id: one object, the newer', () => {
    const objects = simulator.store
      .objects()
      .map(({ object_id, attributes }) => [object_id, attributes.location_name, attributes.nexus_entity_id]);
    expect(objects.sort()).toEqual([
      ['L1', 'New', 'g2'],
      ['L2', 'Two', 'g3'],
      ['L3', 'Three', 'g4'],
    ]);
  });

  it('E6, the group on side a: a tie like any other; is_active NULL is live', () => {
    expect(ties('bob@x.io').L2).toEqual(
      tie({ primary: false, first: true, of: 2 }, '2025-01-02', '2025-01-02', 'Two'),
    );
  });

  it('Q1, times: from the first declaration to the last, over all entities that are live', () => {
    expect(ties('ann@x.io')).toEqual({
      L1: tie({ primary: true, first: false, of: 2 }, '2025-01-15', '2025-03-05', 'New'),
      L2: tie({ primary: false, first: true, of: 2 }, '2025-01-10', '2025-01-20', 'Two'),
    });
  });
});

describe('the next sync', () => {
  it('has nothing to do where nothing changed', async () => {
    expect(await sync()).toBe('0 0 0');
  });

  it('E7, a visit elsewhere: the flags of the other location are sent again', async () => {
    await change(
      `UPDATE nexus_relationships SET (established_at, last_updated_at, _updated_at) =
         (TIMESTAMP '2025-04-01', TIMESTAMP '2025-04-01', TIMESTAMP '2025-04-01') WHERE relationship_id = 'r3'`,
    );
    expect(await sync()).toBe('3 3 0');
    expect(ties('ann@x.io')).toEqual({
      L1: tie({ primary: false, first: false, of: 2 }, '2025-01-15', '2025-03-05', 'New'),
      L2: tie({ primary: true, first: true, of: 2 }, '2025-01-10', '2025-04-01', 'Two'),
    });
  });

  it('Q10, a relationship that turns inactive: removed, and the others count without it', async () => {
    await change(
      `UPDATE nexus_relationships SET (is_active, last_updated_at, _updated_at) =
         (false, TIMESTAMP '2025-05-01', TIMESTAMP '2025-05-01') WHERE relationship_id IN ('r3', 'r7')`,
    );
    expect(await sync()).toBe('5 5 0');
    expect(ties('ann@x.io')).toEqual({
      L1: tie({ primary: true, first: true, of: 1 }, '2025-01-15', '2025-03-05', 'New'),
    });
    expect(Object.keys(ties('bob@x.io'))).toEqual(['L2']);
  });

  it('Q10, and active again: back', async () => {
    await change(
      `UPDATE nexus_relationships SET (is_active, last_updated_at, _updated_at) =
         (true, TIMESTAMP '2025-06-01', TIMESTAMP '2025-06-01') WHERE relationship_id = 'r7'`,
    );
    expect(await sync()).toBe('2 2 0');
    expect(ties('bob@x.io')).toEqual({
      L2: tie({ primary: false, first: true, of: 2 }, '2025-01-02', '2025-01-02', 'Two'),
      L3: tie({ primary: true, first: false, of: 2 }, '2025-01-03', '2025-06-01', 'Three'),
    });
  });
});

it('a parameter that matches nothing is said, by check and by what reads', async () => {
  const persons = [{ from: 'identify', user_id_column: 'email', entity_type: 'persn' }];
  const config = { warehouse: { type: 'duckdb', path: join(folder, 'warehouse.duckdb') }, persons };
  const notes = [
    'persons, identify: entity_type: no row of nexus_entities has the type "persn". Did you mean "person"? It has group, person.',
  ];
  const { status, message } = await checkOf(config);
  expect(status).toBe('SUCCEEDED');
  const { rows, findings } = await read(config);
  expect(rows).toEqual([]);
  for (const note of notes) expect(findings.join('\n')).toContain(note);
  for (const note of notes) expect(message).toContain(note);
});
