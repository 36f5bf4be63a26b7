import { DuckDBInstance } from '@duckdb/node-api';
import type { Chance } from '../chance.ts';
import type { Moment, Person, Place, Value, World } from './world.ts';

/** Writes the tables of a day over those of the day before, their rows in any order. */
export async function writeWarehouse(path: string, world: World, chance: Chance): Promise<void> {
  await runSql(path, tablesSql(world, chance));
}

/** The file is closed at the end: the sync opens it next. */
export async function runSql(path: string, sql: string): Promise<void> {
  await withConnection(path, (run) => run(sql));
}

type Rows = Record<string, unknown>[];

export async function withConnection<T>(
  path: string,
  use: (run: (sql: string) => Promise<Rows>) => Promise<T>,
): Promise<T> {
  const instance = await DuckDBInstance.create(path, { threads: '1' });
  const connection = await instance.connect();
  try {
    return await use(async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJS());
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

const text = (value: Value): string => {
  if (value === null) return 'NULL';
  return typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value);
};

const time = (moment: Moment): string =>
  moment === null ? 'NULL' : `TIMESTAMP '${new Date(moment).toISOString().slice(0, -1).replace('T', ' ')}'`;

type Column = readonly [name: string, type: string];

function tableSql(name: string, columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const defined = columns.map(([column, type]) => `"${column}" ${type}`).join(', ');
  const values = rows.map((row) => `(${row.join(', ')})`).join(',\n');
  return `CREATE OR REPLACE TABLE ${name} (${defined});\n${rows.length === 0 ? '' : `INSERT INTO ${name} VALUES ${values};\n`}`;
}

function tablesSql(world: World, chance: Chance): string {
  return [
    entitiesSql(world, chance),
    relationshipsSql(world, chance),
    eventsSql(world, chance),
    participantsSql(world, chance),
    tableSql(
      'nexus_resolved_person_identifiers',
      [
        ['person_id', 'VARCHAR'],
        ['identifier_type', 'VARCHAR'],
        ['identifier_value', 'VARCHAR'],
      ],
      world.identifiers.map(({ person, value }) => [text(person), `'email'`, text(value)]),
    ),
    tableSql(
      'routed_people',
      [['email', 'VARCHAR']],
      Array.from(world.facts.routed, (email) => [text(email)]),
    ),
  ].join('');
}

function entitiesSql(world: World, chance: Chance): string {
  const { traits, people, places, facts } = world;
  const columns: Column[] = [
    ...(['entity_id', 'entity_type', 'email'] as const).map((name): Column => [name, 'VARCHAR']),
    ...(facts.withAnonymous ? [['segment_anonymous_id', 'VARCHAR'] as const] : []),
    ...traits,
    ...(['location_id', 'location_name', 'location_lobbie_integration_uuid'] as const).map(
      (name): Column => [name, 'VARCHAR'],
    ),
    ...(['_processed_at', '_updated_at', '_created_at'] as const).map((name): Column => [name, 'TIMESTAMP']),
  ];
  const personRow = (person: Person): string[] => [
    ...[text(person.id), `'person'`, text(person.email)],
    ...(facts.withAnonymous ? [text(person.anonymous)] : []),
    ...Array.from(traits.keys(), (name) => text(person.traits[name] ?? null)),
    ...['NULL', 'NULL', 'NULL', 'now()::TIMESTAMP', time(person.updated), time(person.created)],
  ];
  const placeRow = (place: Place): string[] => [
    ...[text(place.id), `'group'`, 'NULL'],
    ...(facts.withAnonymous ? ['NULL'] : []),
    ...Array.from(traits.keys(), () => 'NULL'),
    ...[text(place.locationId), text(place.name), text(place.uuid)],
    ...['now()::TIMESTAMP', time(place.updated), time(place.created)],
  ];
  const rows = [...Array.from(people.values(), personRow), ...Array.from(places.values(), placeRow)];
  return tableSql('nexus_entities', columns, chance.shuffled(rows));
}

const relationshipColumns: readonly Column[] = [
  ['relationship_id', 'VARCHAR'],
  ['entity_a_id', 'VARCHAR'],
  ['entity_a_type', 'VARCHAR'],
  ['entity_a_role', 'VARCHAR'],
  ['entity_b_id', 'VARCHAR'],
  ['entity_b_type', 'VARCHAR'],
  ['entity_b_role', 'VARCHAR'],
  ['relationship_type', 'VARCHAR'],
  ['is_active', 'BOOLEAN'],
  ['established_at', 'TIMESTAMP'],
  ['last_updated_at', 'TIMESTAMP'],
  ['_updated_at', 'TIMESTAMP'],
  ['_created_at', 'TIMESTAMP'],
];

function relationshipsSql({ memberships }: World, chance: Chance): string {
  const rows = Array.from(memberships.values(), (each) => {
    const person = [text(each.person), `'person'`, text(each.role)];
    const place = [text(each.place), `'group'`, `'location'`];
    return [
      text(each.id),
      ...(each.side === 'a' ? [...person, ...place] : [...place, ...person]),
      `'membership'`,
      text(each.active),
      ...[each.last, each.last, each.updated, each.created].map(time),
    ];
  });
  return tableSql('nexus_relationships', relationshipColumns, chance.shuffled(rows));
}

function eventsSql({ events }: World, chance: Chance): string {
  const rows = Array.from(events.values(), ({ id, name, type, source, at }) => [
    ...[id, name, type, source].map(text),
    time(at),
  ]);
  const columns: Column[] = [
    ['event_id', 'VARCHAR'],
    ['event_name', 'VARCHAR'],
    ['event_type', 'VARCHAR'],
    ['source', 'VARCHAR'],
    ['occurred_at', 'TIMESTAMP'],
  ];
  return tableSql('nexus_events', columns, chance.shuffled(rows));
}

function participantsSql({ participations }: World, chance: Chance): string {
  const rows = participations.map(({ event, person, role }, index) => [
    ...[`ent_${index}`, 'person', event, person, role].map(text),
  ]);
  const columns = ['entity_participant_id', 'entity_type', 'event_id', 'entity_id', 'role'].map(
    (name): Column => [name, 'VARCHAR'],
  );
  return tableSql('nexus_entity_participants', columns, chance.shuffled(rows));
}
