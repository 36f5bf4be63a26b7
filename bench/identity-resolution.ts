import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { nexusId } from '../src/models/identify/nexus-id.ts';
import { nexusSettings } from '../src/nexus/inputs/settings.ts';
import { resolveIdentities } from '../src/nexus/resolve.ts';
import { duckdbWarehouse } from '../src/warehouse/duckdb/duckdb.ts';

/**
 * Seconds, memory and passes of identity resolution on a DuckDB file, within 2 GB, for several shapes of graph.
 *
 *   node bench/identity-resolution.ts [identifiers]
 */
const identifiers = Number(process.argv[2] ?? 1_000_000);

interface Shape {
  readonly name: string;
  readonly chain: number;
  /** SQL of the value of identifier number `n`: hashes lie in no order along a chain, numbers do. */
  readonly value: string;
}

const shapes: readonly Shape[] = [
  { name: 'chains of 50, in no order', chain: 50, value: 'md5(n::VARCHAR)' },
  { name: 'chains of 50, in order', chain: 50, value: `lpad(n::VARCHAR, 9, '0')` },
  { name: 'chains of 10000, in no order', chain: 10_000, value: 'md5(n::VARCHAR)' },
  { name: 'chains of 10000, in order', chain: 10_000, value: `lpad(n::VARCHAR, 9, '0')` },
  { name: 'one chain, in no order', chain: identifiers, value: 'md5(n::VARCHAR)' },
];

/** Each link of a chain is one event that names two neighbours. */
async function fill(path: string, { chain, value }: Shape): Promise<void> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  const links = `(SELECT i AS event, unnest([i, i + 1]) AS n FROM range(${identifiers}) t(i) WHERE (i + 1) % ${chain} <> 0 AND i + 1 < ${identifiers})`;
  const seen = `TIMESTAMP '2025-01-01' + to_seconds(event)`;
  const statements = [
    `CREATE TABLE web_entity_identifiers AS SELECT 'ent_idfr_' || n AS entity_identifier_id, 'evt_' || event AS event_id,
      'edge_' || event AS edge_id, 'person' AS entity_type, 'email' AS identifier_type, ${value} AS identifier_value,
      'visitor' AS role, 'web' AS source, ${seen} AS occurred_at FROM ${links}`,
    `CREATE TABLE web_events AS SELECT DISTINCT event_id, occurred_at, 'seen' AS event_name, 'web' AS source
      FROM web_entity_identifiers`,
    `CREATE TABLE web_entity_traits AS SELECT 'ent_tr_' || event_id AS entity_trait_id, entity_type, identifier_type,
      identifier_value, 'city' AS trait_name, left(identifier_value, 5) AS trait_value, occurred_at
      FROM web_entity_identifiers`,
  ];
  for (const statement of statements) await connection.run(statement);
  connection.closeSync();
  instance.closeSync();
}

async function measure(shape: Shape): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'nexus-bench-'));
  const path = join(folder, 'warehouse.duckdb');
  await fill(path, shape);
  const warehouse = await duckdbWarehouse({ type: 'duckdb', path }, 'build');
  await warehouse.execute(`SET memory_limit = '1500MB'`);
  const relations = await warehouse.relations();
  const start = performance.now();
  const parts: string[] = [];
  const { passes } = await resolveIdentities({
    warehouse,
    relations,
    settings: nexusSettings({}),
    createId: nexusId,
    built: (table, rows, seconds) => parts.push(`${table} ${rows} rows ${seconds.toFixed(1)} s`),
  });
  const seconds = (performance.now() - start) / 1000;
  const megabytes = Math.round(process.resourceUsage().maxRSS / 1024);
  process.stdout.write(
    `${shape.name}: ${identifiers} identifiers, ${passes} passes, ${seconds.toFixed(1)} s, ${megabytes} MB at most so far\n  ${parts.join(', ')}\n`,
  );
  await warehouse.close();
  await rm(folder, { recursive: true });
}

for (const shape of shapes) await measure(shape);
