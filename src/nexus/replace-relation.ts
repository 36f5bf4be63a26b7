import type { Warehouse } from '../source/warehouse/warehouse.ts';

export type RelationKind = 'table' | 'view';

/** What stands under a name now: a table cannot be replaced by a view, nor a view by a table. */
async function kindOf(warehouse: Warehouse, name: string): Promise<RelationKind | undefined> {
  const { dialect } = warehouse;
  const [row] = await warehouse.rows(
    `SELECT table_type AS kind FROM information_schema.tables
WHERE table_catalog = current_database() AND table_schema = current_schema()
  AND upper(table_name) = upper(${dialect.quoteString(name)})`,
  );
  const [kind] = Object.values(row ?? {});
  if (kind === undefined || kind === null) return undefined;
  return kind === 'VIEW' ? 'view' : 'table';
}

/** Makes a table or view of a query in place of whatever has the name. */
export async function replaceRelation(
  warehouse: Warehouse,
  name: string,
  kind: RelationKind,
  select: string,
): Promise<void> {
  const { dialect } = warehouse;
  const quoted = dialect.quoteIdentifier(dialect.foldIdentifier(name));
  await warehouse.requireSelect(select);
  const present = await kindOf(warehouse, name);
  if (present !== undefined && present !== kind) await warehouse.execute(`DROP ${present} ${quoted}`);
  await warehouse.execute(`CREATE OR REPLACE ${kind} ${quoted} AS\n${select}`);
}
