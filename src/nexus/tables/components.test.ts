import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nexusId } from '../../models/identify/nexus-id.ts';
import { type TestWarehouse, testWarehouse } from '../test-warehouse.fixture.ts';
import { type Workbench, workbench } from '../workbench.ts';
import { limitedComponents, wholeComponents } from './components.ts';

let test: TestWarehouse;
let bench: Workbench;

beforeAll(async () => {
  test = await testWarehouse([], nexusId);
  bench = workbench(test.warehouse);
});
afterAll(() => test.close());

type Edges = readonly (readonly number[])[];

async function load(edges: Edges): Promise<void> {
  const rows = edges.flatMap((nodes, edge) => nodes.map((node) => `(${node}, 'person', 'e${edge}')`));
  await bench.make(
    'nexus_work_occurrences',
    `SELECT * FROM (VALUES ${[...rows, `(0, 'person', NULL)`].join(', ')}) t(node, entity_type, edge_id)`,
  );
}

async function labels(): Promise<Map<number, number>> {
  const rows = await test.rows('SELECT node, label FROM nexus_work_labels');
  return new Map(rows.map((row) => [Number(row.node), Number(row.label)]));
}

/** The smallest node within so many steps, the slow and plain way. */
function smallestWithin(edges: Edges, nodes: readonly number[], steps: number): Map<number, number> {
  let best = new Map(nodes.map((node) => [node, node]));
  for (let step = 0; step < steps; step += 1) {
    const next = new Map(best);
    for (const edge of edges) {
      const least = Math.min(...edge.map((node) => best.get(node) ?? node));
      for (const node of edge) next.set(node, Math.min(next.get(node) ?? node, least));
    }
    best = next;
  }
  return best;
}

const graphs = fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 4 }), {
  maxLength: 40,
});

const nodesOf = (edges: Edges): number[] => [...new Set(edges.flat())];

describe('connected components', () => {
  it('are what a plain search finds, on any graph', async () => {
    await fc.assert(
      fc.asyncProperty(graphs, async (edges) => {
        await load(edges);
        await wholeComponents(bench);
        const found = await labels();
        for (const [node, label] of smallestWithin(edges, nodesOf(edges), 41)) {
          expect(found.get(node) ?? node).toBe(label);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('stop after so many steps where a limit is set, on any graph', async () => {
    await fc.assert(
      fc.asyncProperty(graphs, fc.integer({ min: 1, max: 4 }), async (edges, steps) => {
        await load(edges);
        await limitedComponents(bench, steps);
        const found = await labels();
        for (const [node, label] of smallestWithin(edges, nodesOf(edges), steps)) {
          expect(found.get(node) ?? node).toBe(label);
        }
      }),
      { numRuns: 40 },
    );
  });

  const shuffled = (n: number): number => (n * 7919) % 10_007;
  it.each([
    ['in order', (n: number) => n],
    ['backwards', (n: number) => 100_000 - n],
    ['in no order', shuffled],
    ['zigzag', (n: number) => (n % 2 === 0 ? n : 50_000 + n)],
  ])('of a chain %s take passes by the logarithm of its length', async (_, node) => {
    const passes: number[] = [];
    for (const length of [100, 1_000, 10_000]) {
      await bench.make(
        'nexus_work_occurrences',
        `SELECT v.node, 'person' AS entity_type, 'e' || e AS edge_id FROM (VALUES ${Array.from(
          { length: length - 1 },
          (__, n) => `(${node(n)}, ${n}), (${node(n + 1)}, ${n})`,
        ).join(', ')}) v(node, e)`,
      );
      passes.push(await wholeComponents(bench));
      const values = [...(await labels()).values()];
      expect(new Set(values).size).toBe(1);
    }
    for (const [index, count] of passes.entries())
      expect(count).toBeLessThan(4 * Math.log2(10 ** (index + 2)));
  });
});
