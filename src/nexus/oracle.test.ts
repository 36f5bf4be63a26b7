import { afterEach, describe, expect, it } from 'vitest';
import { nexusId } from '../source/models/nexus-id.ts';
import { type TestWarehouse, testWarehouse } from './test-warehouse.fixture.ts';

/** Small cases whose results were worked out by hand; the numbers are those of the reference's list. */

type Identifier = readonly [type: string, value: string | null];
type Declaration = Readonly<Partial<Record<string, string | null>>>;

const text = (value: string | null | undefined): string =>
  value === null || value === undefined ? 'NULL' : `'${value.replaceAll("'", "''")}'`;

/** Each edge is one event, on a day of its own, that names several identifiers of a person. */
function identifiers(edges: readonly (readonly Identifier[])[], entityType = 'person'): string[] {
  return edges.flatMap((edge, index) =>
    edge.map(
      ([type, value]) =>
        `INSERT INTO web_entity_identifiers VALUES ('evt_${entityType}${index}', 'edge_${entityType}${index}', '${entityType}',
        '${type}', ${text(value)}, 'visitor', TIMESTAMP '2025-01-01' + INTERVAL ${index} DAY)`,
    ),
  );
}

const patient: Declaration = {
  id: 'd',
  at: '2025-01-15',
  a: 'P1',
  a_type: 'patient_id',
  a_entity: 'person',
  a_role: 'patient',
  b: 'L1',
  b_type: 'location_id',
  b_entity: 'group',
  b_role: 'location',
  kind: 'membership',
  direction: 'a_to_b',
  active: 'true',
  source: 'web',
};

function declaration(given: Declaration): string {
  const d = { ...patient, ...given };
  const values = [
    d.id,
    'evt',
    d.at,
    d.a,
    d.a_type,
    d.a_entity,
    d.a_role,
    d.b,
    d.b_type,
    d.b_entity,
    d.b_role,
  ];
  const rest = [d.kind, d.direction, d.active, d.source];
  return `INSERT INTO web_relationship_declarations VALUES (${[...values, ...rest].map(text).join(', ')})`;
}

const location = identifiers([[['location_id', 'L1']]], 'group');

const tables = [
  `CREATE TABLE web_entity_identifiers (event_id VARCHAR, edge_id VARCHAR, entity_type VARCHAR, identifier_type VARCHAR,
    identifier_value VARCHAR, role VARCHAR, occurred_at TIMESTAMP)`,
  `CREATE TABLE web_relationship_declarations (relationship_declaration_id VARCHAR, event_id VARCHAR, occurred_at TIMESTAMP,
    entity_a_identifier VARCHAR, entity_a_identifier_type VARCHAR, entity_a_type VARCHAR, entity_a_role VARCHAR,
    entity_b_identifier VARCHAR, entity_b_identifier_type VARCHAR, entity_b_type VARCHAR, entity_b_role VARCHAR,
    relationship_type VARCHAR, relationship_direction VARCHAR, is_active BOOLEAN, source VARCHAR)`,
  `CREATE TABLE web_entity_traits (entity_type VARCHAR, identifier_type VARCHAR, identifier_value VARCHAR, trait_name VARCHAR,
    trait_value VARCHAR, occurred_at TIMESTAMP)`,
];

let test: TestWarehouse | undefined;
afterEach(async () => {
  await test?.close();
  test = undefined;
});

async function given(statements: readonly string[], vars?: Readonly<Record<string, unknown>>) {
  test = await testWarehouse([...tables, ...statements], nexusId);
  const resolution = await test.resolve(vars);
  const { rows } = test;
  return {
    ...resolution,
    rows,
    relationships: () =>
      rows('SELECT * EXCLUDE (_processed_at) FROM nexus_relationships ORDER BY relationship_id'),
    entities: () => rows('SELECT * EXCLUDE (_processed_at) FROM nexus_entities ORDER BY entity_id'),
  };
}

const person1 = identifiers([
  [
    ['patient_id', 'P1'],
    ['email', 'ann@x.io'],
  ],
]);

describe('relationships', () => {
  it('1: two patients with one e-mail are one person, with one relationship since the first declaration', async () => {
    const result = await given([
      ...identifiers([
        [
          ['patient_id', 'P1'],
          ['email', 'ann@x.io'],
        ],
        [
          ['patient_id', 'P2'],
          ['email', 'ann@x.io'],
        ],
      ]),
      ...location,
      declaration({ id: 'd1' }),
      declaration({ id: 'd2', at: '2025-02-01', a: 'P2' }),
    ]);
    expect(await result.relationships()).toEqual([
      expect.objectContaining({
        relationship_id: 'rel_997520f9e606d1b492be688eb3806d97',
        entity_a_id: 'per_9027df6b2eede5a8a15ac0cf642c9589',
        entity_b_id: 'grp_97f0bbd8428ed397ab7e2789a0ca486a',
        established_at: '2025-01-15 00:00:00',
        last_updated_at: '2025-02-01 00:00:00',
        _created_at: '2025-01-15 00:00:00',
        _updated_at: '2025-02-01 00:00:00',
        is_active: 'true',
      }),
    ]);
  });

  it('2: a later role takes the place of the former, and it is said', async () => {
    const { relationships, findings } = await given([
      ...person1,
      ...location,
      declaration({ id: 'd1' }),
      declaration({ id: 'd2', at: '2025-03-01', a_role: 'owner', source: 'crm' }),
    ]);
    expect(await relationships()).toEqual([
      expect.objectContaining({
        entity_a_role: 'owner',
        primary_source: 'crm',
        established_at: '2025-01-15 00:00:00',
      }),
    ]);
    expect(findings).toContain('relationships that had another role or direction in some declaration: 1');
  });

  it('3: the reverse direction is a row of its own, and it is said', async () => {
    const back = {
      a: 'L1',
      a_type: 'location_id',
      a_entity: 'group',
      b: 'P1',
      b_type: 'patient_id',
      b_entity: 'person',
    };
    const { relationships, findings } = await given([
      ...person1,
      ...location,
      declaration({ id: 'd1' }),
      declaration({ id: 'd2', ...back }),
    ]);
    expect(await relationships()).toHaveLength(2);
    expect(findings).toContain('relationships declared in both directions, which are two rows each: 1');
  });

  it('4: an undated declaration gives way to a dated one, and stands where it is alone', async () => {
    const { relationships } = await given([
      ...person1,
      ...location,
      declaration({ id: 'd1', at: null, active: 'false' }),
      declaration({ id: 'd2' }),
      declaration({ id: 'd3', at: null, kind: 'ownership' }),
    ]);
    const rows = await relationships();
    expect(rows.find((row) => row.relationship_type === 'membership')).toMatchObject({
      is_active: 'true',
      established_at: '2025-01-15 00:00:00',
      last_updated_at: '2025-01-15 00:00:00',
    });
    expect(rows.find((row) => row.relationship_type === 'ownership')).toMatchObject({
      established_at: null,
      _updated_at: null,
    });
  });

  it('5: what does not resolve is counted and listed with the reason', async () => {
    const { relationships, rows, findings } = await given([
      ...person1,
      ...location,
      declaration({ id: 'd1', a: 'p1' }),
      declaration({ id: 'd2', b: 'L2', a: 'P9' }),
      declaration({ id: 'd3', a: null }),
      declaration({ id: 'd4', a_type: 'email' }),
      declaration({ id: 'd5', b_entity: 'location' }),
      declaration({ id: 'd6', b_entity: 'location', b: 'L9' }),
    ]);
    expect(await relationships()).toEqual([]);
    expect(findings[0]).toMatch(/^declarations that name an entity which is not there .*: 6$/);
    const listed = await rows(
      'SELECT relationship_declaration_id AS id, reason FROM nexus_unresolved_declarations ORDER BY id',
    );
    expect(listed.map(({ id, reason }) => `${id} ${reason}`)).toEqual([
      "d1 entity_a: no person has patient_id 'p1', but one has 'P1' (case or padding differs)",
      "d2 entity_a: no person has patient_id 'P9'; entity_b: no group has location_id 'L2'",
      'd3 entity_a: its identifier, identifier type or entity type is NULL',
      "d4 entity_a: 'P1' is no email but known as patient_id",
      "d5 entity_b: location_id 'L1' belongs to a group, not to a location",
      'd6 entity_b: there is no entity of type location',
    ]);
  });

  it('7: an end before a new start leaves it active, an end after it inactive', async () => {
    const { relationships } = await given([
      ...person1,
      ...location,
      declaration({ id: 'd1', active: 'false', at: '2025-01-01' }),
      declaration({ id: 'd2', at: '2025-02-01' }),
      declaration({ id: 'd3', kind: 'ownership', at: '2025-01-01' }),
      declaration({ id: 'd4', kind: 'ownership', at: '2025-02-01', active: 'false' }),
    ]);
    const active = new Map((await relationships()).map((row) => [row.relationship_type, row.is_active]));
    expect(active).toEqual(
      new Map([
        ['membership', 'true'],
        ['ownership', 'false'],
      ]),
    );
  });

  it('8: a tie comes out the same in whatever order it is written', async () => {
    const tied = [
      declaration({ id: 'd1', source: 'crm' }),
      declaration({ id: 'd2', active: 'false', a_role: 'ex' }),
      declaration({ id: 'd3', active: null }),
    ];
    for (const order of [tied, [...tied].reverse()]) {
      const { relationships, findings } = await given([...person1, ...location, ...order]);
      expect(await relationships()).toEqual([
        expect.objectContaining({ is_active: 'false', entity_a_role: 'ex' }),
      ]);
      expect(findings).toContain('relationships whose latest declarations, at one instant, disagree: 1');
      await test?.close();
    }
    test = undefined;
  });

  it('9: a side that is registered and not resolved is found by its key and by its identifiers', async () => {
    const vars = {
      nexus: {
        entity_types: {
          person: { entity_resolution: true },
          plan: { entity_resolution: false, registration_model: 'plans' },
        },
      },
    };
    const { relationships, entities } = await given(
      [
        ...person1,
        ...identifiers([[['stripe_plan', 'gold']]], 'plan'),
        `CREATE TABLE plans AS SELECT 'ent_1' AS entity_id, 'plan' AS entity_type, 'stripe' AS source, 'gold' AS source_id,
          9 AS price, TIMESTAMP '2024-01-01' AS _source_created_at, TIMESTAMP '2024-02-01' AS _source_updated_at,
          TIMESTAMP '2024-03-01' AS _registered_at`,
        declaration({ id: 'd1', b: 'gold', b_type: 'plan_id', b_entity: 'plan' }),
        declaration({ id: 'd2', b: 'gold', b_type: 'stripe_plan', b_entity: 'plan', kind: 'trial' }),
      ],
      vars,
    );
    expect((await relationships()).map((row) => row.entity_b_id)).toEqual(['ent_1', 'ent_1']);
    expect((await entities()).find((row) => row.entity_type === 'plan')).toMatchObject({
      entity_id: 'ent_1',
      price: '9',
      _created_at: '2024-01-01 00:00:00',
      _updated_at: '2024-02-01 00:00:00',
      _last_merged_at: null,
    });
  });

  it('10: a declaration that is there twice makes one relationship', async () => {
    const { relationships } = await given([...person1, ...location, declaration({}), declaration({})]);
    expect(await relationships()).toHaveLength(1);
  });

  it('11: a relationship of two who became one is kept, and it is said', async () => {
    const { relationships, findings } = await given([
      ...person1,
      declaration({ b: 'ann@x.io', b_type: 'email', b_entity: 'person', kind: 'sibling' }),
    ]);
    const [self] = await relationships();
    expect(self?.entity_a_id).toBe(self?.entity_b_id);
    expect(findings).toContain('relationships of an entity to itself: 1');
  });

  it('12: a source without rows makes tables without rows', async () => {
    const { relationships, entities, rows } = await given([]);
    expect(await relationships()).toEqual([]);
    expect(await entities()).toEqual([]);
    expect(await rows('SELECT * FROM nexus_events')).toEqual([]);
  });
});

describe('identifiers', () => {
  const chain = Array.from({ length: 15 }, (_, index): Identifier[] => [
    ['anon', `n${String(index).padStart(2, '0')}`],
    ['anon', `n${String(index + 1).padStart(2, '0')}`],
  ]);

  it('6: a chain of 16 is one person, and six within ten steps', async () => {
    expect(await (await given(identifiers(chain))).entities()).toHaveLength(1);
    await test?.close();
    const limited = await given(identifiers(chain), { nexus: { max_recursion: 10 } });
    expect(await limited.entities()).toHaveLength(6);
  });

  it('are compared as they are written, and those without a value belong to nobody', async () => {
    const { entities, findings } = await given(
      identifiers([
        [
          ['email', 'A@x.io'],
          ['phone', null],
        ],
        [
          ['email', 'a@x.io'],
          ['phone', null],
        ],
      ]),
    );
    expect(await entities()).toHaveLength(2);
    expect(findings.join()).toMatch(/identifier rows without a type or value.*: 2/);
  });

  it('do not join entities of different types that share an edge', async () => {
    const { entities } = await given([
      ...person1,
      `INSERT INTO web_entity_identifiers SELECT event_id, edge_id, 'group', 'domain', 'x.io', role, occurred_at
        FROM web_entity_identifiers LIMIT 1`,
    ]);
    expect((await entities()).map((row) => row.entity_type)).toEqual(['group', 'person']);
  });

  it('that are numbers are compared as text', async () => {
    const { relationships } = await given([
      `DROP TABLE web_entity_identifiers`,
      `CREATE TABLE web_entity_identifiers AS SELECT 'e' AS event_id, 'e' AS edge_id, 'person' AS entity_type, 'patient_id' AS identifier_type,
        7 AS identifier_value, TIMESTAMP '2025-01-01' AS occurred_at`,
      `CREATE TABLE shop_entity_identifiers AS SELECT 'g' AS event_id, 'g' AS edge_id, 'group' AS entity_type, 'location_id' AS identifier_type,
        'L1' AS identifier_value, TIMESTAMP '2025-01-01' AS occurred_at`,
      declaration({ a: '7' }),
    ]);
    expect(await relationships()).toHaveLength(1);
  });
});

describe('traits', () => {
  const trait = (name: string, value: string | null, at: string | null): string =>
    `INSERT INTO web_entity_traits VALUES ('person', 'email', 'ann@x.io', ${text(name)}, ${text(value)}, ${text(at)})`;

  it('are the latest of each, dated before undated, under the name of a column', async () => {
    const { entities } = await given([
      ...person1,
      trait('Favorite Color', 'red', '2025-01-01'),
      trait('Favorite Color', 'blue', '2025-02-01'),
      trait('Favorite Color', 'green', null),
      trait('city', 'Bonn', '2025-01-05'),
    ]);
    expect(await entities()).toEqual([
      expect.objectContaining({ favorite_color: 'blue', city: 'Bonn', _updated_at: '2025-02-01 00:00:00' }),
    ]);
  });

  it('may have any name: those that differ by case alone are one, those of nexus itself are set apart', async () => {
    const odd = `it's "odd"`;
    const { entities } = await given([
      ...person1,
      trait('Plan', 'a', '2025-01-01'),
      trait('plan', 'b', '2025-01-02'),
      trait('_updated_at', 'c', '2025-01-01'),
      trait(odd, 'd', '2025-01-01'),
      trait('select', 'e', '2025-01-01'),
      trait(' ', 'f', '2025-01-01'),
    ]);
    const [row] = await entities();
    expect(row).toMatchObject({ plan: 'b', trait__updated_at: 'c', select: 'e' });
    expect(row?.[odd.replace(' ', '_')]).toBe('d');
    expect(row?._updated_at).toBe('2025-01-02 00:00:00');
  });
});

describe('participants', () => {
  it('are one row for each role, with an id that no two share', async () => {
    const { rows } = await given([
      ...identifiers([
        [
          ['email', 'ann@x.io'],
          ['patient_id', 'P1'],
        ],
      ]),
      `INSERT INTO web_entity_identifiers SELECT event_id, edge_id, entity_type, identifier_type, identifier_value, 'payer',
        occurred_at + INTERVAL 1 HOUR FROM web_entity_identifiers`,
      `INSERT INTO web_entity_identifiers SELECT event_id, edge_id, entity_type, identifier_type, identifier_value, role,
        occurred_at + INTERVAL 1 HOUR FROM web_entity_identifiers`,
    ]);
    const list = await rows('SELECT role, occurred_at FROM nexus_entity_participants ORDER BY role');
    expect(list).toEqual([
      { role: 'payer', occurred_at: '2025-01-01 01:00:00' },
      { role: 'visitor', occurred_at: '2025-01-01 00:00:00' },
    ]);
  });
});
