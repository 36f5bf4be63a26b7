import type { RelationKind } from '../warehouse/dialect.ts';
import { runSchema, type TextRow, type Warehouse } from '../warehouse/warehouse.ts';

/** The comment by which `run` knows what it has made: it goes with the table into every copy, and away with it. */
const madeByRun = 'Made by nexus-customer-io run, which replaces it.';

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
  return (await warehouse.rows(dialect.ddl.standing(schemas))).map(standingOf);
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

/** What an unquoted name means, if something stands there. */
export function findStanding(
  standing: readonly Standing[],
  { schema, name }: { schema: string; name: string },
  { query: { nameKey }, foldIdentifier }: Warehouse['dialect'],
): Standing | undefined {
  const key = nameKey(foldIdentifier(name));
  return standing.find((each) => each.schema === schema && nameKey(each.name) === key);
}

export function placeSql(
  { schema, name }: Place,
  { quoteIdentifier, foldIdentifier }: Warehouse['dialect'],
): string {
  const quoted = quoteIdentifier(foldIdentifier(name));
  return schema === undefined ? quoted : `${quoteIdentifier(schema)}.${quoted}`;
}

/** Makes a table or view of a query in place of what has the name, and marks it. */
export async function replaceRelation(
  warehouse: Warehouse,
  place: Place,
  kind: RelationKind,
  select: string,
  present: RelationKind | undefined,
): Promise<void> {
  const { ddl } = warehouse.dialect;
  const quoted = placeSql(place, warehouse.dialect);
  await warehouse.requireSelect(select);
  if (present !== undefined && present !== kind) await warehouse.execute(`DROP ${present} ${quoted}`);
  await warehouse.execute(ddl.replace(kind, quoted, select));
  await warehouse.execute(ddl.comment(kind, quoted, madeByRun));
}
