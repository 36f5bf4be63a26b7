import type { TextRow } from '../warehouse/warehouse.ts';
import { madeByThePackage, type TestWarehouse } from './test-warehouse.fixture.ts';

/** A cell, or with `only` a whole row, in which nexus' table and the package's differ. */
export interface Difference {
  readonly table: string;
  readonly id: string;
  readonly column?: string;
  readonly package?: string | null;
  readonly ours?: string | null;
  readonly only?: 'package' | 'ours';
}

const keys: Readonly<Record<string, string>> = {
  nexus_events: 'event_id',
  nexus_entity_participants: 'entity_participant_id',
  nexus_entities: 'entity_id',
  nexus_relationships: 'relationship_id',
};

/** Every difference to the package's tables, ordered; the time of the build is none. */
export async function differences(test: TestWarehouse): Promise<Difference[]> {
  const all: Difference[] = [];
  for (const table of madeByThePackage) {
    const theirs = `package_${table.slice('nexus_'.length)}`;
    const key = keys[table] ?? '';
    all.push(...(await rowDifferences(test, table, theirs, key)));
    all.push(...(await cellDifferences(test, table, theirs, key)));
  }
  return all;
}

async function rowDifferences(
  { rows }: TestWarehouse,
  table: string,
  theirs: string,
  key: string,
): Promise<Difference[]> {
  const counted = (name: string): string => `(SELECT ${key} AS id, count(*) AS n FROM ${name} GROUP BY ALL)`;
  const found = await rows(
    `SELECT id, o.n AS ours FROM ${counted(table)} o FULL JOIN ${counted(theirs)} p USING (id)
    WHERE o.n IS DISTINCT FROM p.n ORDER BY id`,
  );
  return found.map(({ id, ours }) => ({ table, id: id ?? '', only: ours === null ? 'package' : 'ours' }));
}

async function cellDifferences(
  { rows, warehouse }: TestWarehouse,
  table: string,
  theirs: string,
  key: string,
): Promise<Difference[]> {
  const columns = (await warehouse.describe(`SELECT * FROM ${theirs}`))
    .map((column) => column.name)
    .filter((column) => column !== '_processed_at');
  const cells = columns.map(
    (
      column,
    ) => `SELECT ${key} AS id, '${column}' AS c, p."${column}"::VARCHAR AS theirs, o."${column}"::VARCHAR AS ours
    FROM ${theirs} p JOIN ${table} o USING (${key})
    WHERE p."${column}"::VARCHAR IS DISTINCT FROM o."${column}"::VARCHAR`,
  );
  return (await rows(`${cells.join('\nUNION ALL\n')}\nORDER BY id, c`)).map((row) => toCell(table, row));
}

const toCell = (table: string, { id, c, theirs, ours }: TextRow): Difference => ({
  table,
  id: id ?? '',
  column: c ?? '',
  package: theirs ?? null,
  ours: ours ?? null,
});
