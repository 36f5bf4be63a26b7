import { attendance } from '../inputs/registered.ts';
import type { CreateId } from './entity-ids.ts';

/** One row for each event, entity and role: the earliest time, should identifiers of one event disagree. */
export function participants(createId: CreateId): string {
  return `SELECT ${createId('entity_participant', ['p.event_id', 'e.entity_id', 'p.role'])} AS entity_participant_id,
  e.entity_type, p.event_id, e.entity_id, p.role, p.occurred_at
FROM (
  SELECT event_id, entity, role, min(occurred_at) AS occurred_at
  FROM ${attendance} AS a GROUP BY event_id, entity, role
) p
JOIN nexus_work_entities e ON e.entity = p.entity`;
}
