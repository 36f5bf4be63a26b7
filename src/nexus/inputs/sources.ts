import { configError } from '../../errors/connector-error.ts';
import type { ColumnKind } from '../../warehouse/dialect.ts';
import type { Column, Dialect, Relation } from '../../warehouse/warehouse.ts';
import type { Workbench } from '../workbench.ts';
import { type InputName, type InputTable, inputTables } from './inputs.ts';
import type { NexusSettings, SourceSettings } from './settings.ts';

/** For each input the source tables that are put together. */
export type SourceTables = Readonly<Record<InputName, readonly Relation[]>>;

const flagOf: Readonly<Record<InputName, 'events' | 'entities' | 'relationships'>> = {
  events: 'events',
  identifiers: 'entities',
  traits: 'entities',
  declarations: 'relationships',
};

const inputNames: readonly InputName[] = ['events', 'identifiers', 'traits', 'declarations'];

/** Unquoted names are the same whatever their case, on both warehouses. */
const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** @throws ConnectorError that names the tables which the vars promise and the warehouse lacks. */
export function findSources(settings: NexusSettings, relations: readonly Relation[]): SourceTables {
  const listed = settings.sources;
  const found = (listed ?? sourcesInSight(relations)).flatMap((source) =>
    inputNames
      .filter((input) => source[flagOf[input]])
      .map((input) => ({ input, source, table: source.name + inputTables[input].suffix }))
      .map((wanted) => ({
        ...wanted,
        relation: relations.find((relation) => sameName(relation.name, wanted.table)),
      })),
  );
  const missing = found.filter(({ relation }) => relation === undefined).map(({ table }) => table);
  if (listed !== undefined && missing.length > 0) {
    throw configError(
      `vars.nexus.sources lists ${missing.join(', ')}, which the warehouse does not have. Build them first, or set the source's flag to false.`,
    );
  }
  const of = (input: InputName): Relation[] =>
    found.flatMap((each) => (each.input === input && each.relation !== undefined ? [each.relation] : []));
  return {
    events: of('events'),
    identifiers: of('identifiers'),
    traits: of('traits'),
    declarations: of('declarations'),
  };
}

/**
 * A source is what has identifiers. Beside `lobbie_…`, `lobbie_appointment_…` is a step on the way to it by
 * nexus' naming, and would count twice.
 */
function sourcesInSight(relations: readonly Relation[]): SourceSettings[] {
  const { suffix } = inputTables.identifiers;
  const names = relations
    .map((relation) => relation.name.toLowerCase())
    .filter((name) => name.endsWith(suffix) && name !== `nexus${suffix}`)
    .map((name) => name.slice(0, -suffix.length));
  return names
    .filter((name) => !names.some((other) => name.startsWith(`${other}_`)))
    .map((name) => ({ name, events: true, entities: true, relationships: true }));
}

/** One query of all the tables of an input, each value cast to the type that nexus gives it. */
export function unionOf(input: InputName, tables: SourceTables, bench: Workbench): string {
  const table = inputTables[input];
  if (tables[input].length === 0) return emptyInput(table, bench);
  return tables[input].map((relation) => selectFrom(relation, table, bench)).join('\nUNION ALL\n');
}

function selectFrom(relation: Relation, { columns, required }: InputTable, bench: Workbench): string {
  const { dialect } = bench.warehouse;
  const list = Object.entries(columns).map(([name, kind]) => {
    const column = relation.columns.find((each) => sameName(each.name, name));
    if (column === undefined && required.includes(name)) throw missingColumn(relation, name);
    return castColumn(column === undefined ? 'NULL' : sourceValue(column, kind, dialect), name, kind, bench);
  });
  return `SELECT ${list.join(', ')}\nFROM ${dialect.quoteIdentifier(relation.name)}`;
}

/**
 * nexus keeps times without a zone: they are in UTC, whatever the source's type. Texts leave their collation behind,
 * which would make identifiers one that are not.
 */
export function sourceValue({ name, type }: Column, kind: ColumnKind, dialect: Dialect): string {
  const sql = dialect.quoteIdentifier(name);
  if (kind === 'timestamp') return dialect.time.utc(sql, type);
  return kind === 'text' && dialect.types.isText(type) ? dialect.text.exact(sql, { name, type }) : sql;
}

const castColumn = (sql: string, name: string, kind: ColumnKind, { warehouse }: Workbench): string =>
  `CAST(${sql} AS ${warehouse.dialect.types.made[kind]}) AS ${name}`;

function emptyInput({ columns }: InputTable, bench: Workbench): string {
  const list = Object.entries(columns).map(([name, kind]) => castColumn('NULL', name, kind, bench));
  return `SELECT ${list.join(', ')} FROM (SELECT 1 AS one) AS nothing WHERE 1 = 0`;
}

function missingColumn(relation: Relation, name: string): Error {
  const has = relation.columns.map((column) => column.name).join(', ');
  return configError(
    `${relation.name} has no column "${name}", which identity resolution needs. It has ${has}.`,
  );
}
