import { relationSql } from '../../warehouse/warehouse.ts';
import { attendance, type Registration } from '../inputs/registered.ts';
import type { Workbench } from '../workbench.ts';
import { pivoted, selectedTraits, type TraitColumn } from './traits.ts';

/** The wide table: one row an entity, one column a trait, and when it was first and last heard of. */
export function entities(
  columns: readonly TraitColumn[],
  registrations: readonly Registration[],
  bench: Workbench,
): string {
  const { dialect } = bench.warehouse;
  const joins = registrations.map(
    ({ relation }, index) =>
      `LEFT JOIN ${relationSql(relation, dialect)} r${index} ON r${index}.${bench.name('entity_id')} = e.entity_id`,
  );
  return `WITH heard AS (
  SELECT a.entity, min(a.occurred_at) AS created_at, min(v.occurred_at) AS first_at, max(v.occurred_at) AS last_at,
    max(CASE WHEN a.edge_id IS NOT NULL THEN v.occurred_at END) AS merged_at
  FROM ${attendance} AS a
  LEFT JOIN ${bench.result('nexus_events')} v ON v.event_id = a.event_id
  GROUP BY a.entity
),
updated AS (
  SELECT entity, max(occurred_at) AS updated_at FROM nexus_work_traits GROUP BY entity
),
registered AS (
  SELECT entity, min(created_at) AS created_at, max(updated_at) AS updated_at
  FROM nexus_work_registered GROUP BY entity
),
traits AS (
  ${pivoted(columns, bench)}
),
dated AS (
  SELECT e.entity, CASE WHEN e.entity > 0 THEN h.created_at ELSE g.created_at END AS created_at,
    coalesce(u.updated_at, CASE WHEN e.entity > 0 THEN h.created_at ELSE g.updated_at END) AS updated_at
  FROM nexus_work_entities e
  LEFT JOIN heard h ON h.entity = e.entity
  LEFT JOIN updated u ON u.entity = e.entity
  LEFT JOIN registered g ON g.entity = e.entity
)
SELECT e.entity_id, e.entity_type,
  ${selectedTraits(columns, registrations, bench).join(',\n  ')},
  current_timestamp AS _processed_at,
  d.updated_at AS _updated_at,
  d.created_at AS _created_at,
  h.merged_at AS _last_merged_at,
  h.last_at AS last_interaction_at,
  h.first_at AS first_interaction_at
FROM nexus_work_entities e
JOIN dated d ON d.entity = e.entity
LEFT JOIN traits t ON t.entity = e.entity
LEFT JOIN heard h ON h.entity = e.entity
${joins.join('\n')}`;
}
