import type { Warehouse } from '../warehouse/warehouse.ts';

/** Identifiers as `usableIdentifiers` gives them: a table's name, or a query in brackets. */
type Identifiers = string;

export interface DoubtfulValue {
  readonly type: string | null;
  readonly value: string | null;
  readonly count: number;
}

/** How many there are, and the worst of them. */
export interface Doubtful {
  readonly total: number;
  readonly values: readonly DoubtfulValue[];
}

/** How many values are shown. */
const shown = 5;

async function ask({ rows }: Warehouse, sql: string): Promise<Doubtful> {
  const found = (await rows(sql)).map((row) => Object.values(row));
  return {
    total: Number(found[0]?.[3] ?? 0),
    values: found.map(([type, value, count]) => ({
      type: type ?? null,
      value: value ?? null,
      count: Number(count),
    })),
  };
}

/** Values that are blank or placeholders and join nobody, the most frequent first; the total is of rows. */
export const refusedIdentifiers = (warehouse: Warehouse, from: Identifiers): Promise<Doubtful> =>
  ask(
    warehouse,
    `SELECT identifier_type, refused, n, sum(n) OVER () AS total
FROM (SELECT identifier_type, refused, count(*) AS n FROM ${from} AS i
  WHERE refused IS NOT NULL GROUP BY identifier_type, refused) AS counted
ORDER BY n DESC, identifier_type, refused LIMIT ${shown}`,
  );

/**
 * Identifiers that make one entity of many others: a shared phone, a test address, the device in a shop. Only what
 * occurs in more edges than the threshold is looked at, so that the join stays small.
 */
export const sharedIdentifiers = (
  warehouse: Warehouse,
  from: Identifiers,
  threshold: number,
): Promise<Doubtful> =>
  ask(
    warehouse,
    `WITH known AS (
  SELECT entity_type, identifier_type, identifier_value, edge_id FROM ${from} AS i
  WHERE edge_id IS NOT NULL AND identifier_type IS NOT NULL AND identifier_value IS NOT NULL
),
busy AS (
  SELECT entity_type, identifier_type, identifier_value FROM known
  GROUP BY entity_type, identifier_type, identifier_value HAVING count(DISTINCT edge_id) > ${threshold}
),
pairs AS (
  SELECT DISTINCT b.entity_type, b.identifier_type, b.identifier_value,
    p.identifier_type AS other_type, p.identifier_value AS other_value
  FROM busy b
  JOIN known o ON o.entity_type = b.entity_type AND o.identifier_type = b.identifier_type
    AND o.identifier_value = b.identifier_value
  JOIN known p ON p.edge_id = o.edge_id AND p.entity_type = o.entity_type
  WHERE p.identifier_type <> b.identifier_type OR p.identifier_value <> b.identifier_value
),
tied AS (
  SELECT identifier_type, identifier_value, count(*) AS n FROM pairs
  GROUP BY entity_type, identifier_type, identifier_value HAVING count(*) > ${threshold}
)
SELECT identifier_type, identifier_value, n, count(*) OVER () AS total
FROM tied ORDER BY n DESC, identifier_type, identifier_value LIMIT ${shown}`,
  );

/** Edges that hold more identifiers than the threshold, and make one entity of them. */
export const largeEdges = (warehouse: Warehouse, from: Identifiers, threshold: number): Promise<Doubtful> =>
  ask(
    warehouse,
    `SELECT 'edge_id' AS kind, edge_id, n, count(*) OVER () AS total
FROM (SELECT edge_id, entity_type, count(*) AS n
  FROM (SELECT DISTINCT edge_id, entity_type, identifier_type, identifier_value FROM ${from} AS i
    WHERE edge_id IS NOT NULL AND identifier_type IS NOT NULL AND identifier_value IS NOT NULL) AS known
  GROUP BY edge_id, entity_type HAVING count(*) > ${threshold}) AS large
ORDER BY n DESC, edge_id LIMIT ${shown}`,
  );

const number = (count: number): string => count.toLocaleString('en');

/** The findings of `run`, one a kind. */
export async function doubtfulIdentifiers(
  warehouse: Warehouse,
  from: Identifiers,
  threshold: number,
): Promise<string[]> {
  const refused = await refusedIdentifiers(warehouse, from);
  const shared = await sharedIdentifiers(warehouse, from, threshold);
  const edges = await largeEdges(warehouse, from, threshold);
  const over = `${threshold} (nexus.shared_identifier_threshold)`;
  return [
    told('identifier rows whose value is blank or a placeholder, which join nobody', refused, 'times'),
    told(`identifiers that are tied to more others than ${over}`, shared, 'others'),
    told(`edges that tie more than ${over}`, edges, 'identifiers'),
  ].filter((text) => text !== '');
}

function told(what: string, { total, values }: Doubtful, unit: string): string {
  if (total === 0) return '';
  const named = values.map(
    ({ type, value, count }) => `${type} ${JSON.stringify(value)} ${number(count)} ${unit}`,
  );
  return `${what}: ${total} (${named.join(', ')})`;
}
