import type { NexusSettings } from '../inputs/settings.ts';
import { type SourceTables, unionOf } from '../inputs/sources.ts';
import { isBlank, isPlaceholder } from '../placeholders.ts';
import type { Workbench } from '../workbench.ts';
import { limitedComponents, wholeComponents } from './components.ts';
import type { CreateId } from './entity-ids.ts';
import { entityIds } from './entity-ids.ts';

/** The entity types that identifiers are resolved for, as configured or as found. */
export async function resolvedTypes(
  settings: NexusSettings,
  tables: SourceTables,
  bench: Workbench,
): Promise<string[]> {
  await bench.make('nexus_work_identifiers', usableIdentifiers(settings, tables, bench));
  const rows = await bench.warehouse.rows(
    'SELECT DISTINCT entity_type AS t FROM nexus_work_identifiers WHERE entity_type IS NOT NULL ORDER BY 1',
  );
  const found = rows.flatMap((row) => Object.values(row)).filter((type) => type !== null);
  const registered = new Set(settings.registeredTypes.map((type) => type.entityType));
  return [...(settings.resolvedTypes ?? found.filter((type) => !registered.has(type)))];
}

/**
 * The identifiers as the sources give them, NULL where a value is blank or a placeholder: `refused` holds it then.
 * An edge without an id ties nothing either. Registered entities have a key of their own, which may well be 0.
 */
export function usableIdentifiers(settings: NexusSettings, tables: SourceTables, bench: Workbench): string {
  const { dialect } = bench.warehouse;
  const registered = settings.registeredTypes.map(({ entityType }) => bench.text(entityType)).join(', ');
  const resolved = registered === '' ? '' : ` AND entity_type NOT IN (${registered})`;
  const isRefused = `${isPlaceholder('identifier_value', settings.placeholders, dialect)}${resolved}`;
  return `SELECT event_id, CASE WHEN ${isBlank('edge_id', dialect)} THEN NULL ELSE edge_id END AS edge_id,
  entity_type, identifier_type, CASE WHEN ${isRefused} THEN NULL ELSE identifier_value END AS identifier_value,
  role, occurred_at, CASE WHEN ${isRefused} THEN identifier_value END AS refused
FROM (${unionOf('identifiers', tables, bench)}) i`;
}

/**
 * Makes `nexus_work_identities`, every identifier with its entity, and `nexus_work_resolved`, the entities.
 * Both are known by number from here on, since comparing numbers is what makes millions of them quick.
 *
 * @returns the number of passes over the graph.
 */
export async function resolveIdentifiers(
  types: readonly string[],
  settings: NexusSettings,
  bench: Workbench,
  createId: CreateId,
): Promise<number> {
  await bench.make('nexus_work_nodes', nodes(types, bench));
  await bench.make('nexus_work_occurrences', occurrences);
  const { maxRecursion } = settings;
  const passes =
    maxRecursion === undefined ? await wholeComponents(bench) : await limitedComponents(bench, maxRecursion);
  await bench.make('nexus_work_identities', identities);
  await bench.make('nexus_work_resolved', resolvedEntities(types, bench, createId));
  return passes;
}

/** The order of the numbers is the order by which nexus picks the identifier that names an entity. */
function nodes(types: readonly string[], bench: Workbench): string {
  const list = types.map(bench.text).join(', ');
  return `SELECT row_number() OVER (ORDER BY entity_type, identifier_type, identifier_value) AS node,
  entity_type, identifier_type, identifier_value
FROM (
  SELECT DISTINCT entity_type, identifier_type, identifier_value FROM nexus_work_identifiers
  WHERE ${types.length === 0 ? '1 = 0' : `entity_type IN (${list})`}
    AND identifier_type IS NOT NULL AND identifier_value IS NOT NULL
) AS known`;
}

const occurrences = `SELECT n.node, n.entity_type, i.event_id, i.edge_id, i.role, i.occurred_at
FROM nexus_work_identifiers i
JOIN nexus_work_nodes n ON n.identifier_value = i.identifier_value
  AND n.identifier_type = i.identifier_type AND n.entity_type = i.entity_type`;

/** Each identifier with the number of its entity, which is that of the identifier that names the entity. */
const identities = `SELECT n.node, coalesce(l.label, n.node) AS entity
FROM nexus_work_nodes n LEFT JOIN nexus_work_labels l ON l.node = n.node`;

function resolvedEntities(types: readonly string[], bench: Workbench, createId: CreateId): string {
  const id = entityIds(types, bench, createId, 'n.entity_type', ['n.identifier_type', 'n.identifier_value']);
  return `SELECT n.node AS entity, ${id} AS entity_id, n.entity_type
FROM nexus_work_nodes n
JOIN (SELECT DISTINCT entity FROM nexus_work_identities) named ON named.entity = n.node`;
}
