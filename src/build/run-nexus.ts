import { configError } from '../errors/connector-error.ts';
import { nexusId } from '../models/identify/nexus-id.ts';
import type { ModelProject } from '../models/project/project.ts';
import { type NexusSettings, nexusSettings } from '../nexus/inputs/settings.ts';
import { currentSchema, findStanding, type Standing } from '../nexus/replace-relation.ts';
import { hasSources, nexusTables, resolveIdentities } from '../nexus/resolve.ts';
import { runSchema } from '../warehouse/warehouse.ts';
import type { Built, Materialiser } from './materialise.ts';

export interface NexusRun {
  readonly work: Materialiser;
  readonly project: ModelProject;
  readonly standing: readonly Standing[];
  /** Whether nexus tables that run did not make may be replaced. */
  readonly replace: boolean;
  readonly inTransaction: boolean;
  readonly built: (relation: Built) => void;
  readonly say: (text: string) => void;
}

/** Whether identity resolution is wanted, as far as is known before the sources' models are built. */
export function wantsNexus({ work, project }: NexusRun, select: readonly string[] | undefined): boolean {
  const own = nexusTables.find((table) => project.user.has(table));
  if (select !== undefined && !select.includes('nexus')) return false;
  if (select === undefined)
    return own === undefined && hasSources(nexusSettings(project.vars), work.relations());
  if (own !== undefined) {
    throw configError(
      `--select nexus: ${project.user.get(own)?.path} builds ${own}, which identity resolution would build too.`,
    );
  }
  return true;
}

/** Makes the nexus tables in the configured schema, or in one of its own where others stand there. */
export async function buildNexus(run: NexusRun): Promise<void> {
  const { work, project, built, say } = run;
  const schema = await ownSchema(run);
  const settings: NexusSettings = nexusSettings(project.vars);
  for (const table of nexusTables) work.expect(table, schema);
  const { findings } = await resolveIdentities({
    warehouse: work.warehouse,
    relations: work.relations(),
    settings,
    createId: nexusId,
    schema,
    inTransaction: run.inTransaction,
    aside: !run.inTransaction,
    resolved: (rows, passes, seconds) =>
      built({ name: 'identifiers', kind: `${passes} passes`, rows, seconds }),
    built: (name, rows, seconds, before) => built({ name, kind: 'table', rows, seconds, before }),
  });
  for (const finding of findings) say(`  ${finding}`);
  for (const table of nexusTables) await work.learn(table, schema);
}

/** The schema of run's own; undefined where the nexus tables of the configured one are run's, or none are there. */
async function ownSchema({ work, standing, replace, say }: NexusRun): Promise<string | undefined> {
  const { warehouse } = work;
  const { dialect } = warehouse;
  const current = await currentSchema(warehouse);
  const own = runSchema(current, dialect);
  const there = standing.filter((each) => each.schema === own);
  const foreign = nexusTables.filter(
    (name) => findStanding(standing, { schema: current, name }, dialect)?.isOurs === false,
  );
  if (foreign.length === 0 || replace) {
    if (there.length > 0 && there.every(({ isOurs }) => isOurs)) await dropTables(work, there);
    return undefined;
  }
  const unknown = there.find(({ isOurs }) => !isOurs);
  if (unknown !== undefined) {
    throw configError(
      `The schema ${own} contains ${unknown.name}, which run did not make: the nexus tables cannot be built there. Move it, or run with --replace to build them in ${current}.`,
    );
  }
  await createSchema(work, current, own);
  say(
    `${foreign.join(', ')} of ${current} were not made by run, so they are left as they are, and run builds the nexus tables in ${own}. From now on, those are read. DROP SCHEMA ${own} CASCADE undoes this; --replace builds them in ${current}.`,
  );
  return own;
}

async function createSchema({ warehouse }: Materialiser, current: string, own: string): Promise<void> {
  const statements = warehouse.dialect.ddl.createSchema(own, current);
  for (const statement of statements) await warehouse.execute(statement);
}

/** Else they would be read in place of the new ones. */
async function dropTables({ warehouse }: Materialiser, standing: readonly Standing[]): Promise<void> {
  const { quoteIdentifier } = warehouse.dialect;
  for (const { schema, name, kind } of standing) {
    await warehouse.execute(`DROP ${kind} ${quoteIdentifier(schema)}.${quoteIdentifier(name)}`);
  }
}
