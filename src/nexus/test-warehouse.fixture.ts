import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { duckdbWarehouse } from '../warehouse/duckdb/duckdb.ts';
import type { TextRow, Warehouse } from '../warehouse/warehouse.ts';
import { nexusSettings } from './inputs/settings.ts';
import { type Resolution, resolveIdentities } from './resolve.ts';
import type { CreateId } from './tables/entity-ids.ts';

export interface TestWarehouse {
  readonly warehouse: Warehouse;
  rows(sql: string): Promise<readonly TextRow[]>;
  resolve(vars?: Readonly<Record<string, unknown>>): Promise<Resolution>;
  close(): Promise<void>;
}

/** A DuckDB file of its own, filled by statements, on which identity resolution can run. */
export async function testWarehouse(
  statements: readonly string[],
  createId: CreateId,
): Promise<TestWarehouse> {
  const folder = await mkdtemp(join(tmpdir(), 'nexus-test-'));
  const path = join(folder, 'warehouse.duckdb');
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  for (const statement of statements) await connection.run(statement);
  connection.closeSync();
  instance.closeSync();
  const warehouse = await duckdbWarehouse({ type: 'duckdb', path }, 'build');
  return {
    warehouse,
    rows: (sql) => warehouse.rows(sql),
    resolve: async (vars = {}) =>
      resolveIdentities({
        warehouse,
        relations: await warehouse.relations(),
        settings: nexusSettings(vars),
        createId,
      }),
    close: async () => {
      await warehouse.close();
      await rm(folder, { recursive: true });
    },
  };
}

const fixtures = fileURLToPath(new URL('fixtures/', import.meta.url));

const givenBySources = [
  ...['lobbie', 'stripe', 'crm'].flatMap((source) =>
    ['events', 'entity_identifiers', 'entity_traits'].map((suffix) => `${source}_${suffix}`),
  ),
  'lobbie_relationship_declarations',
  'crm_relationship_declarations',
];

export const madeByThePackage = [
  'nexus_events',
  'nexus_entity_participants',
  'nexus_entities',
  'nexus_relationships',
] as const;

const table = (name: string, file: string): string =>
  `CREATE TABLE ${name} AS FROM '${join(fixtures, file)}.parquet'`;

/** The shared warehouse's sources, and what the package made of them under `package_…`. */
export const packageStatements: readonly string[] = [
  ...givenBySources.map((name) => table(name, name)),
  ...madeByThePackage.map((name) => table(`package_${name.slice('nexus_'.length)}`, name)),
];
