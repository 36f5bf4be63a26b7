import type { Dialect } from '../warehouse/dialect.ts';
import { doubtfulIdentifiers } from './doubtful-identifiers.ts';
import type { NexusSettings } from './inputs/settings.ts';
import type { Workbench } from './workbench.ts';

/** What the user should know of the result, each a count that is not nought. */
const questions = (
  relationships: string,
  unresolved: string,
  { text, time }: Dialect,
): Readonly<Record<string, string>> => ({
  'declarations that name an entity that does not exist (see nexus_unresolved_declarations)': `SELECT count(*) FROM ${unresolved}`,
  'relationships that are inactive according to their latest declaration': `SELECT count(*) FROM ${relationships} WHERE is_active = FALSE`,
  'relationships of an entity to itself': `SELECT count(*) FROM ${relationships} WHERE entity_a_id = entity_b_id`,
  'relationships declared in both directions, which are two rows each': `SELECT count(*) FROM ${relationships} r
    JOIN ${relationships} o ON o.entity_a_id = r.entity_b_id AND o.entity_b_id = r.entity_a_id
    AND o.relationship_type = r.relationship_type WHERE r.entity_a_id < r.entity_b_id`,
  'relationships without a date in any declaration': `SELECT count(*) FROM ${relationships} WHERE established_at IS NULL`,
  'relationships dated in the future': `SELECT count(*) FROM ${relationships} WHERE last_updated_at > ${time.now}`,
  'relationships that had another role or direction in some declaration': `SELECT count(*) FROM (
    SELECT entity_a_id FROM nexus_work_declarations WHERE entity_a_id IS NOT NULL AND entity_b_id IS NOT NULL
    GROUP BY entity_a_id, entity_b_id, relationship_type
    HAVING count(DISTINCT coalesce(entity_a_role, '')) > 1 OR count(DISTINCT coalesce(entity_b_role, '')) > 1
      OR count(DISTINCT coalesce(relationship_direction, '')) > 1) AS changed`,
  'relationships whose latest declarations have the same time but disagree': `SELECT count(*) FROM (
    SELECT d.entity_a_id FROM nexus_work_declarations d JOIN ${relationships} r
      ON r.entity_a_id = d.entity_a_id AND r.entity_b_id = d.entity_b_id AND r.relationship_type = d.relationship_type
      AND r.last_updated_at = d.occurred_at
    GROUP BY d.entity_a_id, d.entity_b_id, d.relationship_type
    HAVING count(DISTINCT coalesce(${text.cast('d.is_active')}, '')) > 1 OR count(DISTINCT coalesce(d.entity_a_role, '')) > 1
      OR count(DISTINCT coalesce(d.source, '')) > 1) AS tied`,
  'identifier rows without a type or value, or with an entity type that is not resolved': `SELECT
    (SELECT count(*) FROM nexus_work_identifiers WHERE refused IS NULL) - (SELECT count(*) FROM nexus_work_occurrences)
    - (SELECT count(*) FROM nexus_work_identifiers i JOIN nexus_work_registered r
      ON r.entity_type = i.entity_type AND r.source_id = i.identifier_value) AS unknown`,
});

export async function findings(bench: Workbench, settings: NexusSettings): Promise<string[]> {
  const list = await doubtfulIdentifiers(bench.warehouse, 'nexus_work_identifiers', settings.sharedThreshold);
  const all = questions(
    bench.result('nexus_relationships'),
    bench.result('nexus_unresolved_declarations'),
    bench.warehouse.dialect,
  );
  for (const [text, query] of Object.entries(all)) {
    const count = await bench.number(query);
    if (count > 0) list.push(`${text}: ${count}`);
  }
  return list;
}
