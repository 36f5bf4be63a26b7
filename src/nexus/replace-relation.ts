import { runSchema, type TextRow, type Warehouse } from '../warehouse/warehouse.ts';

export type RelationKind = 'table' | 'view';

/** The comment by which `run` knows what it has made: it goes with the table into every copy, and away with it. */
export const madeByRun = 'Made by nexus-customer-io run, which replaces it.';

/** What a table is built as, where the warehouse cannot undo: it takes its place when all are there. */
export const asideName = (name: string, { foldIdentifier }: Warehouse['dialect']): string =>
  foldIdentifier(`${name}__nexus_new`);

/** What stands under a name. */
export interface Standing {
  readonly schema: string;
  readonly name: string;
  readonly kind: RelationKind;
  readonly isOurs: boolean;
}

/** Where a relation is made: in the session's schema, if no other is named. */
export interface Place {
  readonly schema?: string | undefined;
  readonly name: string;
}

const standingQueries: Readonly<Record<Warehouse['dialect']['name'], (schemas: string) => string>> = {
  duckdb: (schemas) => `SELECT schema_name, table_name, 'table' AS kind, comment FROM duckdb_tables()
WHERE database_name = current_database() AND NOT internal AND schema_name IN (${schemas})
UNION ALL SELECT schema_name, view_name, 'view', comment FROM duckdb_views()
WHERE database_name = current_database() AND NOT internal AND schema_name IN (${schemas})`,
  snowflake: (
    schemas,
  ) => `SELECT TABLE_SCHEMA, TABLE_NAME, CASE WHEN TABLE_TYPE LIKE '%VIEW%' THEN 'view' ELSE 'table' END AS KIND, COMMENT
FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA IN (${schemas})`,
};

/** The schema in which unqualified names are made. */
export async function currentSchema(warehouse: Warehouse): Promise<string> {
  const [row] = await warehouse.rows('SELECT current_schema() AS name');
  return Object.values(row ?? {})[0] ?? '';
}

/** Every table and view of the session's schema and of `run`'s own beside it, and whether `run` has made it. */
export async function standingRelations(warehouse: Warehouse): Promise<Standing[]> {
  const { dialect } = warehouse;
  const current = await currentSchema(warehouse);
  const schemas = [current, runSchema(current, dialect)].map(dialect.quoteString).join(', ');
  return (await warehouse.rows(standingQueries[dialect.name](schemas))).map(standingOf);
}

function standingOf(row: TextRow): Standing {
  const [schema, name, kind, comment] = Object.values(row);
  return {
    schema: schema ?? '',
    name: name ?? '',
    kind: kind === 'view' ? 'view' : 'table',
    isOurs: comment?.startsWith('Made by nexus-customer-io run') ?? false,
  };
}

/** What an unquoted name means, if something stands there. DuckDB knows no case, Snowflake folds. */
export function findStanding(
  standing: readonly Standing[],
  { schema, name }: { schema: string; name: string },
  { name: engine, foldIdentifier }: Warehouse['dialect'],
): Standing | undefined {
  const folded = foldIdentifier(name);
  const nameOf = (each: Standing): string => (engine === 'duckdb' ? foldIdentifier(each.name) : each.name);
  return standing.find((each) => each.schema === schema && nameOf(each) === folded);
}

export function placeSql(
  { schema, name }: Place,
  { quoteIdentifier, foldIdentifier }: Warehouse['dialect'],
): string {
  const quoted = quoteIdentifier(foldIdentifier(name));
  return schema === undefined ? quoted : `${quoteIdentifier(schema)}.${quoted}`;
}

/**
 * Makes a table or view of a query in place of what has the name, and marks it. On Snowflake a table is transient,
 * since it can be built again, and keeps the grants of the one that it replaces.
 */
export async function replaceRelation(
  warehouse: Warehouse,
  place: Place,
  kind: RelationKind,
  select: string,
  present: RelationKind | undefined,
): Promise<void> {
  const { dialect } = warehouse;
  const quoted = placeSql(place, dialect);
  await warehouse.requireSelect(select);
  if (present !== undefined && present !== kind) await warehouse.execute(`DROP ${present} ${quoted}`);
  await warehouse.execute(
    dialect.name === 'snowflake'
      ? `CREATE OR REPLACE ${kind === 'table' ? 'TRANSIENT TABLE' : 'VIEW'} ${quoted} COPY GRANTS AS\n${select}`
      : `CREATE OR REPLACE ${kind} ${quoted} AS\n${select}`,
  );
  await warehouse.execute(`COMMENT ON ${kind} ${quoted} IS ${dialect.quoteString(madeByRun)}`);
}
