import { configError } from '../errors/connector-error.ts';
import type { Relation, Warehouse } from '../warehouse/warehouse.ts';
import { findings } from './findings.ts';
import { resolveDeclarations, unresolvedDeclarations } from './inputs/declarations.ts';
import { findRegistrations, makeEntities, type Registration } from './inputs/registered.ts';
import type { NexusSettings } from './inputs/settings.ts';
import { findSources, type SourceTables, unionOf } from './inputs/sources.ts';
import {
  asideName,
  currentSchema,
  findStanding,
  placeSql,
  replaceRelation,
  standingRelations,
} from './replace-relation.ts';
import { entities } from './tables/entities.ts';
import type { CreateId } from './tables/entity-ids.ts';
import { resolvedTypes, resolveIdentifiers } from './tables/identities.ts';
import { participants } from './tables/participants.ts';
import { relationships } from './tables/relationships.ts';
import { latestTraits, traitColumns } from './tables/traits.ts';
import { type Workbench, workbench } from './workbench.ts';

export interface ResolveRequest {
  readonly warehouse: Warehouse;
  readonly relations: readonly Relation[];
  readonly settings: NexusSettings;
  readonly createId: CreateId;
  /** Where the tables are made; in the session's schema, if not said. */
  readonly schema?: string | undefined;
  /** Whether the caller's transaction is open, which then holds all that is made. */
  readonly inTransaction?: boolean;
  /** Whether the tables are made under names beside their own, for the caller to put them in place. */
  readonly aside?: boolean;
  /** Called when every identifier has its entity. */
  readonly resolved?: (identifiers: number, passes: number, seconds: number) => void;
  /** Called after each table that has been built. */
  readonly built?: (table: string, rows: number, seconds: number, before: number | undefined) => void;
}

export interface Resolution {
  /** Statements that looked at the graph of identifiers. */
  readonly passes: number;
  readonly findings: readonly string[];
}

/** The tables that identity resolution makes, in the order in which they are made. */
export const nexusTables = [
  'nexus_events',
  'nexus_entity_participants',
  'nexus_entities',
  'nexus_relationships',
  'nexus_unresolved_declarations',
] as const;

/** Whether the warehouse has what identity resolution works on. */
export function hasSources(settings: NexusSettings, relations: readonly Relation[]): boolean {
  return settings.sources === undefined
    ? findSources(settings, relations).identifiers.length > 0
    : settings.sources.length > 0;
}

/**
 * From the sources' tables to nexus' own, all of it in SQL inside the warehouse.
 *
 * @throws ConnectorError that names the table or column that is missing.
 */
export async function resolveIdentities(request: ResolveRequest): Promise<Resolution> {
  const { settings, relations, warehouse } = request;
  const tables = findSources(settings, relations);
  if (tables.identifiers.length === 0) {
    throw configError(
      'There is nothing to resolve: no table {source}_entity_identifiers in the warehouse, or no source in vars.nexus.sources with entities: true.',
    );
  }
  const registrations = findRegistrations(settings.registeredTypes, relations);
  const bench = workbench(warehouse, request.schema, request.aside);
  const start = performance.now();
  try {
    const passes = await prepare(request, tables, registrations, bench);
    request.resolved?.(
      await bench.number('SELECT count(*) FROM nexus_work_nodes'),
      passes,
      secondsSince(start),
    );
    const work = (): Promise<void> => build(request, tables, registrations, bench);
    await (request.inTransaction === true ? work() : allOrNothing(bench, work));
    return { passes, findings: await findings(bench, request.settings) };
  } finally {
    // They go with the session anyway; what failed before must not be hidden by this.
    await bench.clear().catch(() => undefined);
  }
}

async function prepare(
  { settings, createId }: ResolveRequest,
  tables: SourceTables,
  registrations: readonly Registration[],
  bench: Workbench,
): Promise<number> {
  const types = await resolvedTypes(settings, tables, bench);
  const passes = await resolveIdentifiers(types, settings, bench, createId);
  await makeEntities(registrations, bench);
  await latestTraits(tables, settings.internalEmails, bench);
  await resolveDeclarations(tables, bench);
  return passes;
}

async function build(
  { createId, warehouse, built, schema, aside = false }: ResolveRequest,
  tables: SourceTables,
  registrations: readonly Registration[],
  bench: Workbench,
): Promise<void> {
  const columns = await traitColumns(bench);
  const queries: Readonly<Record<(typeof nexusTables)[number], string>> = {
    nexus_events: `SELECT e.*, current_timestamp AS _processed_at FROM (${unionOf('events', tables, bench)}) e`,
    nexus_entity_participants: participants(createId),
    nexus_entities: entities(columns, registrations, bench),
    nexus_relationships: relationships(createId, warehouse.dialect),
    nexus_unresolved_declarations: unresolvedDeclarations(),
  };
  const { dialect } = warehouse;
  const standing = await standingRelations(warehouse);
  const here = schema ?? (await currentSchema(warehouse));
  for (const name of nexusTables) {
    const start = performance.now();
    const kindAt = (at: string) => findStanding(standing, { schema: here, name: at }, dialect)?.kind;
    const count = (sql: string): Promise<number> => bench.number(`SELECT count(*) FROM ${sql}`);
    const before = kindAt(name) === 'table' ? await count(placeSql({ schema, name }, dialect)) : undefined;
    const target = aside ? asideName(name, dialect) : name;
    await replaceRelation(warehouse, { schema, name: target }, 'table', queries[name], kindAt(target));
    built?.(name, await count(bench.result(name)), secondsSince(start), before);
  }
}

const secondsSince = (start: number): number => (performance.now() - start) / 1000;

async function allOrNothing(bench: Workbench, work: () => Promise<void>): Promise<void> {
  if (!bench.warehouse.dialect.ddl.isTransactional) return work();
  await bench.warehouse.execute('BEGIN TRANSACTION');
  try {
    await work();
  } catch (error) {
    await bench.warehouse.execute('ROLLBACK');
    throw error;
  }
  await bench.warehouse.execute('COMMIT');
}
