import { inputTables } from '../nexus/inputs.ts';
import { hasSources, nexusTables, resolveIdentities } from '../nexus/resolve.ts';
import { type NexusSettings, nexusSettings } from '../nexus/settings.ts';
import { configError } from '../protocol/connector-error.ts';
import { parseSourceConfig, type SourceConfig } from '../source/config.ts';
import { nexusId } from '../source/models/nexus-id.ts';
import type { ModelProject } from '../source/models/project.ts';
import { openProject, schemaOf } from '../source/open-project.ts';
import { openWarehouse } from '../source/warehouse/open.ts';
import { asConnectorError } from './answer.ts';
import { readSourceConfig } from './ends.ts';
import type { ConfigOptions } from './files.ts';
import { untilInterrupted } from './interruption.ts';
import { Mask } from './mask.ts';
import { chosenModels, type Materialiser, materialiser, withAncestors } from './materialise.ts';
import { loadSource } from './role.ts';

/** `config` is a source configuration (JSON), or a sync file (YAML) whose source is meant. */
export interface RunOptions extends ConfigOptions {
  /** Names with commas or spaces between: models, `+model`, `tag:x`, `nexus` for identity resolution. */
  readonly select?: string;
}

/** Builds nexus' tables and the user's models in the warehouse, for those who have no dbt. */
export function runModels(options: RunOptions): Promise<number> {
  const mask = new Mask();
  return untilInterrupted(async (signal) => {
    try {
      const config = await readSourceConfig(options);
      mask.learn(config, (await (await loadSource()).spec()).connectionSpecification);
      await build(parseSourceConfig(config), options.select, signal);
      return signal.aborted ? 1 : 0;
    } catch (error) {
      process.stderr.write(`${mask.text(asConnectorError(error).message)}\n`);
      return 1;
    }
  });
}

async function build(config: SourceConfig, select: string | undefined, signal: AbortSignal): Promise<void> {
  const project = await openProject(config);
  const warehouse = await openWarehouse(config.warehouse, { writable: true });
  try {
    const relations = await warehouse.relations();
    const work = materialiser({
      warehouse,
      project,
      relations,
      schema: schemaOf(config),
      signal,
      built: printBuilt,
    });
    await buildAll(work, project, select?.split(/[\s,]+/).filter(Boolean));
  } finally {
    await warehouse.close();
  }
}

/** The models that make the sources' tables come first, then nexus' tables, then all that reads them. */
async function buildAll(
  work: Materialiser,
  project: ModelProject,
  select: readonly string[] | undefined,
): Promise<void> {
  const settings = nexusSettings(project.vars);
  if (select === undefined) await work.build(await sourceModels(work, project, settings));
  const resolved = await resolve(work, project, settings, select);
  const models = await chosenModels(work, project, select);
  await work.build(models);
  if (!resolved && models.length === 0) {
    throw configError(
      'There is nothing to run: the warehouse has no {source}_entity_identifiers, and the config names no folder of models (models:).',
    );
  }
}

async function resolve(
  work: Materialiser,
  project: ModelProject,
  settings: NexusSettings,
  select: readonly string[] | undefined,
): Promise<boolean> {
  const own = nexusTables.find((table) => project.user.has(table));
  const wanted = select?.includes('nexus') ?? (own === undefined && hasSources(settings, work.relations()));
  if (!wanted || work.signal.aborted) return false;
  if (own !== undefined) {
    throw configError(
      `--select nexus: ${project.user.get(own)?.path} makes ${own}, as identity resolution would.`,
    );
  }
  const { findings } = await resolveIdentities({
    warehouse: work.warehouse,
    relations: work.relations(),
    settings,
    createId: nexusId,
    resolved: (rows, passes, seconds) =>
      printBuilt({ name: 'identifiers', kind: `${passes} passes`, rows, seconds }),
    built: (name, rows, seconds) => printBuilt({ name, kind: 'table', rows, seconds }),
  });
  for (const finding of findings) process.stderr.write(`  ${finding}\n`);
  for (const table of nexusTables) await work.learn(table);
  return true;
}

async function sourceModels(
  work: Materialiser,
  project: ModelProject,
  { sources }: NexusSettings,
): Promise<string[]> {
  const suffixes = Object.values(inputTables).map((table) => table.suffix);
  const listed = sources?.flatMap(({ name }) => suffixes.map((suffix) => name + suffix));
  const names = [...project.user.keys()].filter(
    (name) =>
      listed?.includes(name) ??
      (!name.startsWith('nexus_') && suffixes.some((suffix) => name.endsWith(suffix))),
  );
  const graph = await work.graph();
  return names.flatMap((name) => withAncestors(name, project, graph));
}

interface Built {
  readonly name: string;
  readonly kind: string;
  readonly rows: number;
  readonly seconds: number;
}

function printBuilt({ name, kind, rows, seconds }: Built): void {
  process.stderr.write(`${name}  ${kind}  ${rows} rows  ${seconds.toFixed(2)} s\n`);
}
