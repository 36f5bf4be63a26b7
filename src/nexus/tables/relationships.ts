import type { Dialect } from '../../warehouse/dialect.ts';
import type { CreateId } from './entity-ids.ts';

const KEY = 'entity_a_id, entity_b_id, relationship_type';

/** The last keys make any tie come out the same in every run: of two at one instant an end goes before a start. */
const LATEST_FIRST = `occurred_at DESC NULLS LAST, _ingested_at DESC NULLS LAST, is_active NULLS LAST,
    relationship_declaration_id NULLS LAST, source NULLS LAST, entity_a_role NULLS LAST, entity_b_role NULLS LAST,
    relationship_direction NULLS LAST, entity_a_type, entity_b_type`;

/**
 * One row for each pair and kind of relationship. The latest declaration says what it is now; the first one
 * says since when, which the package takes from the latest too.
 */
export function relationships(createId: CreateId, { query }: Dialect): string {
  const id = createId('relationship', ['entity_a_id', 'entity_b_id', 'relationship_type']);
  return `SELECT ${id} AS relationship_id,
  entity_a_id, entity_a_type, entity_a_role, entity_b_id, entity_b_type, entity_b_role,
  relationship_type, relationship_direction, is_active,
  min(occurred_at) OVER (PARTITION BY ${KEY}) AS established_at,
  occurred_at AS last_updated_at,
  source AS primary_source,
  current_timestamp AS _processed_at,
  max(occurred_at) OVER (PARTITION BY ${KEY}) AS _updated_at,
  min(occurred_at) OVER (PARTITION BY ${KEY}) AS _created_at
FROM nexus_work_declarations
WHERE entity_a_id IS NOT NULL AND entity_b_id IS NOT NULL
${query.firstPerKey(KEY, LATEST_FIRST)}`;
}
