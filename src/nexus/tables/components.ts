import type { Workbench } from '../workbench.ts';

/**
 * Connected components over `nexus_work_occurrences (node, entity_type, edge_id, …)`: nodes of one type that
 * share an edge_id belong together. Result: `nexus_work_labels (node, label)`, where the label is the smallest
 * node of the component, and nodes that are alone have no row. Nodes are numbered in the order of identifier
 * type and value, so the smallest is the one that names the entity.
 */

const EDGES = 'nexus_work_edges';
const HOOKS = 'nexus_work_hooks';
const LABELS = 'nexus_work_labels';
const OCCURRENCES = 'nexus_work_occurrences';

/**
 * Each pass contracts the graph. Every node hooks to its smallest smaller neighbour, the trees that arise are
 * flattened by pointer doubling, and the edges between different trees remain. A root either hooks in the next
 * pass or has just taken in another tree, so two passes at least halve the roots, whatever the shape: passes
 * grow with the logarithm of the largest component and not with its diameter.
 *
 * @returns how many statements looked at edges or pointers.
 */
export async function wholeComponents(bench: Workbench): Promise<number> {
  await bench.make(EDGES, starEdges);
  await bench.make(
    LABELS,
    `SELECT hi AS node, hi AS label FROM ${EDGES} UNION SELECT lo AS node, lo AS label FROM ${EDGES}`,
  );
  let passes = 0;
  while ((await bench.number(`SELECT count(*) FROM ${EDGES}`)) > 0) {
    await bench.make(HOOKS, `SELECT hi AS node, min(lo) AS label FROM ${EDGES} GROUP BY hi`);
    passes += 1 + (await flatten(bench));
    await bench.make(LABELS, relabelled);
    await bench.make(EDGES, contractedEdges);
  }
  return passes;
}

/** A star stands for all pairs of an edge_id: the same components with as many edges as rows. */
const starEdges = `WITH smallest AS (
  SELECT edge_id, entity_type, min(node) AS lo FROM ${OCCURRENCES}
  WHERE edge_id IS NOT NULL GROUP BY edge_id, entity_type
)
SELECT DISTINCT o.node AS hi, s.lo
FROM ${OCCURRENCES} o
JOIN smallest s ON s.edge_id = o.edge_id AND s.entity_type = o.entity_type
WHERE o.node <> s.lo`;

async function flatten(bench: Workbench): Promise<number> {
  const chained = `SELECT count(*) FROM ${HOOKS} h JOIN ${HOOKS} up ON up.node = h.label`;
  let passes = 0;
  while ((await bench.number(chained)) > 0) {
    await bench.make(
      HOOKS,
      `SELECT h.node, coalesce(up.label, h.label) AS label
FROM ${HOOKS} h LEFT JOIN ${HOOKS} up ON up.node = h.label`,
    );
    passes += 1;
  }
  return passes;
}

const relabelled = `SELECT l.node, coalesce(h.label, l.label) AS label
FROM ${LABELS} l LEFT JOIN ${HOOKS} h ON h.node = l.label`;

const contractedEdges = `WITH moved AS (
  SELECT h.label AS a, coalesce(other.label, e.lo) AS b
  FROM ${EDGES} e
  JOIN ${HOOKS} h ON h.node = e.hi
  LEFT JOIN ${HOOKS} other ON other.node = e.lo
)
SELECT DISTINCT greatest(a, b) AS hi, least(a, b) AS lo FROM moved WHERE a <> b`;

/**
 * What the dbt package finds: the smallest identifier within so many steps of each, which splits chains that
 * are longer. Here for those who need the package's very ids.
 */
export async function limitedComponents(bench: Workbench, steps: number): Promise<number> {
  await bench.make(
    EDGES,
    `SELECT DISTINCT node, edge_id, entity_type FROM ${OCCURRENCES} WHERE edge_id IS NOT NULL`,
  );
  await bench.make(LABELS, `SELECT DISTINCT node, node AS label FROM ${EDGES}`);
  for (let step = 1; step <= steps; step += 1) {
    await bench.make(HOOKS, oneStep);
    const moved = await bench.number(
      `SELECT count(*) FROM ${HOOKS} h JOIN ${LABELS} l ON l.node = h.node WHERE h.label < l.label`,
    );
    if (moved === 0) return step;
    await bench.make(LABELS, `SELECT node, label FROM ${HOOKS}`);
  }
  return steps;
}

const oneStep = `WITH reached AS (
  SELECT e.edge_id, e.entity_type, min(l.label) AS label
  FROM ${EDGES} e JOIN ${LABELS} l ON l.node = e.node
  GROUP BY e.edge_id, e.entity_type
)
SELECT e.node, min(r.label) AS label
FROM ${EDGES} e JOIN reached r ON r.edge_id = e.edge_id AND r.entity_type = e.entity_type
GROUP BY e.node`;
