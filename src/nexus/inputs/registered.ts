import { configError } from '../../errors/connector-error.ts';
import type { ColumnKind } from '../../warehouse/dialect.ts';
import { type Column, type Relation, relationSql } from '../../warehouse/warehouse.ts';
import type { Workbench } from '../workbench.ts';
import type { RegisteredType } from './settings.ts';
import { sourceValue } from './sources.ts';

/** A registration model's table: entities that have their own key and need no resolution. */
export interface Registration {
  readonly entityType: string;
  readonly relation: Relation;
  /** The columns that become traits. */
  readonly traits: readonly Column[];
}

const ownColumns = new Set([
  'entity_id',
  'entity_type',
  'source',
  'source_id',
  '_registered_at',
  '_source_created_at',
  '_source_updated_at',
]);

/** @throws ConnectorError where the table that the vars name is not there. */
export function findRegistrations(
  types: readonly RegisteredType[],
  relations: readonly Relation[],
): Registration[] {
  return types.flatMap(({ entityType, model }) => {
    if (model === undefined) return [];
    const relation = relations.find((each) => each.name.toLowerCase() === model.toLowerCase());
    if (relation === undefined) {
      throw configError(
        `vars.nexus.entity_types.${entityType}: there is no table or view "${model}" (registration_model). Build it first.`,
      );
    }
    const traits = relation.columns.filter((column) => !ownColumns.has(column.name.toLowerCase()));
    return [{ entityType, relation, traits }];
  });
}

/**
 * Makes `nexus_work_registered`, and `nexus_work_entities`: all that there are. Registered entities have
 * negative numbers, since the others are numbered by their identifiers.
 */
export async function makeEntities(registrations: readonly Registration[], bench: Workbench): Promise<void> {
  await bench.make(
    'nexus_work_registered',
    `SELECT -dense_rank() OVER (ORDER BY entity_id) AS entity, r.* FROM (${registered(registrations, bench)}) r`,
  );
  await bench.make(
    'nexus_work_entities',
    `SELECT entity, entity_id, entity_type FROM nexus_work_resolved
UNION ALL
SELECT DISTINCT entity, entity_id, entity_type FROM nexus_work_registered`,
  );
}

/** The SQL of every identifier by which a declaration finds an entity. */
export const knownIdentifiers = `(
  SELECT n.entity_type, n.identifier_type, n.identifier_value, e.entity_id
  FROM nexus_work_nodes n
  JOIN nexus_work_identities i ON i.node = n.node
  JOIN nexus_work_resolved e ON e.entity = i.entity
  UNION ALL
  SELECT entity_type, identifier_type, identifier_value, entity_id FROM (
    SELECT entity_type, entity_type || '_id' AS identifier_type, source_id AS identifier_value, entity_id
    FROM nexus_work_registered
    UNION
    SELECT r.entity_type, i.identifier_type, i.identifier_value, r.entity_id
    FROM nexus_work_identifiers i
    JOIN nexus_work_registered r ON r.entity_type = i.entity_type AND r.source_id = i.identifier_value
  ) AS registered
)`;

/** The SQL of every event that an entity has a part in, as its sources say it. */
export const attendance = `(
  SELECT o.event_id, o.edge_id, i.entity, o.role, o.occurred_at
  FROM nexus_work_occurrences o JOIN nexus_work_identities i ON i.node = o.node
  UNION ALL
  SELECT i.event_id, NULL, r.entity, i.role, i.occurred_at
  FROM nexus_work_identifiers i
  JOIN nexus_work_registered r ON r.entity_type = i.entity_type AND r.source_id = i.identifier_value
)`;

function registered(registrations: readonly Registration[], bench: Workbench): string {
  const { made } = bench.warehouse.dialect.types;
  if (registrations.length === 0) {
    return `SELECT CAST(NULL AS ${made.text}) AS entity_id, CAST(NULL AS ${made.text}) AS entity_type,
  CAST(NULL AS ${made.text}) AS source_id, CAST(NULL AS ${made.timestamp}) AS created_at,
  CAST(NULL AS ${made.timestamp}) AS updated_at FROM (SELECT 1 AS one) AS nothing WHERE 1 = 0`;
  }
  return registrations.map((each) => registeredRows(each, bench)).join('\nUNION\n');
}

function registeredRows({ entityType, relation }: Registration, bench: Workbench): string {
  const { dialect } = bench.warehouse;
  const column = (name: string, kind: ColumnKind, required: boolean): string => {
    const found = relation.columns.find((each) => each.name.toLowerCase() === name);
    if (found === undefined && required) {
      throw configError(`${relation.name} has no column "${name}", which a registration model needs.`);
    }
    return `CAST(${found === undefined ? 'NULL' : sourceValue(found, kind, dialect)} AS ${dialect.types.made[kind]})`;
  };
  return `SELECT ${column('entity_id', 'text', true)} AS entity_id, ${bench.text(entityType)} AS entity_type,
  ${column('source_id', 'text', true)} AS source_id,
  ${column('_source_created_at', 'timestamp', false)} AS created_at,
  ${column('_source_updated_at', 'timestamp', false)} AS updated_at
FROM ${relationSql(relation, dialect)}`;
}
