import type { CreateId } from './tables/entity-ids.ts';
import { type TestWarehouse, testWarehouse } from './test-warehouse.fixture.ts';

export type Identifier = readonly [type: string, value: string | null];
type Declaration = Readonly<Partial<Record<string, string | null>>>;

export const text = (value: string | null | undefined): string =>
  value === null || value === undefined ? 'NULL' : `'${value.replaceAll("'", "''")}'`;

/** Each edge is one event, on a day of its own, that names several identifiers of a person. */
export function identifiers(edges: readonly (readonly Identifier[])[], entityType = 'person'): string[] {
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

export function declaration(given: Declaration): string {
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

export const location = identifiers([[['location_id', 'L1']]], 'group');

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

/** One warehouse at a time: `given` fills it and resolves, `closeCase` is to be called after each case. */
export function smallCases(createId: CreateId) {
  let test: TestWarehouse | undefined;
  const closeCase = async (): Promise<void> => {
    await test?.close();
    test = undefined;
  };
  const given = async (statements: readonly string[], vars?: Readonly<Record<string, unknown>>) => {
    test = await testWarehouse([...tables, ...statements], createId);
    const resolution = await test.resolve(vars);
    const { rows } = test;
    const ordered = (table: string, key: string) =>
      rows(`SELECT * EXCLUDE (_processed_at) FROM ${table} ORDER BY ${key}`);
    return {
      ...resolution,
      rows,
      relationships: () => ordered('nexus_relationships', 'relationship_id'),
      entities: () => ordered('nexus_entities', 'entity_id'),
    };
  };
  return { given, closeCase };
}

export const person1 = identifiers([
  [
    ['patient_id', 'P1'],
    ['email', 'ann@x.io'],
  ],
]);
