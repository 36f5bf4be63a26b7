import { chosenModels, withAncestors } from '../build/choose-models.ts';
import { type Built, Materialiser } from '../build/materialise.ts';
import { buildNexus, type NexusRun, wantsNexus } from '../build/run-nexus.ts';
import { learnSecrets, runForPerson } from '../cli/command.ts';
import { readSourceConfig } from '../cli/ends.ts';
import type { ConfigOptions } from '../cli/files.ts';
import { untilInterrupted } from '../cli/interruption.ts';
import { Mask } from '../cli/mask.ts';
import { configError } from '../errors/connector-error.ts';
import type { ModelProject } from '../models/project/project.ts';
import { inputTables } from '../nexus/inputs/inputs.ts';
import { type NexusSettings, nexusSettings } from '../nexus/inputs/settings.ts';
import { currentSchema, standingRelations } from '../nexus/replace-relation.ts';
import { parseSourceConfig, type SourceConfig } from '../source/config.ts';
import { openProject } from '../source/plan/open-project.ts';
import { openWarehouse, schemaOf } from '../warehouse/open.ts';

/** `config` is a source configuration (JSON), or a sync file (YAML) whose source is meant. */
export interface RunOptions extends ConfigOptions {
  /** Names with commas or spaces between: models, `+model`, `tag:x`, `nexus` for identity resolution. */
  readonly select?: string;
  /** Whether tables that run did not make may be replaced. */
  readonly replace?: boolean;
}

/** Builds nexus' tables and the user's models in the warehouse, for those who have no dbt. */
export function runModels(options: RunOptions): Promise<number> {
  const mask = new Mask();
  const say = (text: string): void => {
    process.stderr.write(`${mask.text(text)}\n`);
  };
  const work = async (signal: AbortSignal): Promise<number> => {
    const source = await readSourceConfig(options);
    await learnSecrets(mask, { source });
    const isWhole = await build(parseSourceConfig(source), options, signal, say);
    return signal.aborted || !isWhole ? 1 : 0;
  };
  return untilInterrupted((signal) => runForPerson(mask, () => work(signal)));
}

type Say = (text: string) => void;

async function build(
  config: SourceConfig,
  { select, replace = false }: RunOptions,
  signal: AbortSignal,
  say: Say,
): Promise<boolean> {
  const project = await openProject(config);
  const warehouse = await openWarehouse(config.warehouse, 'build');
  try {
    const standing = await standingRelations(warehouse);
    const schemas = { configured: schemaOf(config.warehouse), current: await currentSchema(warehouse) };
    const relations = await warehouse.relations();
    let made = 0;
    const built = (relation: Built): void => {
      made += 1;
      say(builtText(relation));
    };
    const inTransaction = warehouse.dialect.ddl.isTransactional;
    const work = new Materialiser({
      aside: !inTransaction,
      warehouse,
      project,
      relations,
      schemas,
      standing,
      replace,
      signal,
      built,
      say,
    });
    const run = { work, project, standing, replace, inTransaction, built, say };
    const names = select?.split(/[\s,]+/).filter(Boolean);
    return await allOrNothing(
      run,
      () => buildAll(run, names),
      () => made > 0,
    );
  } finally {
    await warehouse.close();
  }
}

/**
 * A run that fails or is stopped leaves all as it was: it is one transaction, or what it builds stands aside until
 * all of it is there.
 */
async function allOrNothing(
  { work, inTransaction, say }: NexusRun,
  build: () => Promise<boolean>,
  hasMade: () => boolean,
): Promise<boolean> {
  if (inTransaction) await work.warehouse.execute('BEGIN TRANSACTION');
  let settles = false;
  try {
    const isWhole = await build();
    if (work.signal.aborted) {
      await undo(work, inTransaction);
      say('Stopped: all tables are as they were.');
      return isWhole;
    }
    settles = true;
    if (inTransaction) await work.warehouse.execute('COMMIT');
    else {
      await work.settle();
      await work.discard();
    }
    return isWhole;
  } catch (error) {
    await undo(work, inTransaction);
    if (settles && !inTransaction) say('It failed while the new tables were being swapped in. Run it again.');
    else if (hasMade()) say('It failed: all tables are as they were before this run.');
    throw error;
  }
}

/** What failed must not be hidden by a transaction that has ended by itself, or a connection that is gone. */
async function undo(work: Materialiser, inTransaction: boolean): Promise<void> {
  const undone = inTransaction ? work.warehouse.execute('ROLLBACK') : work.discard();
  await undone.catch(() => undefined);
}

/**
 * The models that make the sources' tables come first, then nexus' tables, then all that reads them. What cannot be
 * compiled is told before anything is made; models that may read nexus tables are known only when those are there.
 *
 * @returns whether all that was asked for could be built.
 */
async function buildAll(run: NexusRun, select: readonly string[] | undefined): Promise<boolean> {
  const { work, project, say } = run;
  const graph = await work.graph();
  const models = chosenModels(project, graph, select);
  const sources = select === undefined ? sourceModels(project, nexusSettings(project.vars), graph) : [];
  await work.check(models);
  if (sources.length === 0 && !wantsNexus(run, select)) {
    if (models.length === 0) throw nothingToRun();
    tell(work, say);
    await work.build(models);
    return work.problems.size === 0;
  }
  keepProblems(work, sources);
  tell(work, say);
  await work.build(sources);
  const broken = sources.find((name) => work.problems.has(name));
  if (wantsNexus(run, select)) {
    if (broken === undefined) await buildNexus(run);
    else
      say(
        `The nexus tables are not built: ${broken} cannot be built, and the people of its source would be missing.`,
      );
  }
  const told = new Set(work.problems.keys());
  await work.check(models.filter((name) => !told.has(name)));
  tell(work, say, told);
  await work.build(models);
  return work.problems.size === 0;
}

/** Of the first look only what the sources' own models have is for good. */
function keepProblems({ problems }: Materialiser, names: readonly string[]): void {
  for (const name of [...problems.keys()]) if (!names.includes(name)) problems.delete(name);
}

const nothingToRun = () =>
  configError(
    'There is nothing to run: the warehouse has no {source}_entity_identifiers, and the config names no folder of models (models:).',
  );

/** Each reason once: a model that cannot be rendered stops those that refer to it by the same words. */
function tell({ problems }: Materialiser, say: Say, told: ReadonlySet<string> = new Set()): void {
  const fresh = [...problems].filter(([name]) => !told.has(name));
  for (const text of new Set(fresh.map(([, message]) => message))) say(text);
  if (fresh.length > 0) say(`Not built: ${fresh.map(([name]) => name).join(', ')}.`);
}

function sourceModels(
  project: ModelProject,
  { sources }: NexusSettings,
  graph: Awaited<ReturnType<Materialiser['graph']>>,
): string[] {
  const suffixes = Object.values(inputTables).map((table) => table.suffix);
  const listed = sources?.flatMap(({ name }) => suffixes.map((suffix) => name + suffix));
  const names = [...project.user.keys()].filter(
    (name) =>
      listed?.includes(name) ??
      (!name.startsWith('nexus_') && suffixes.some((suffix) => name.endsWith(suffix))),
  );
  return names.flatMap((name) => withAncestors(name, project, graph));
}

function builtText({ name, kind, rows, before, seconds }: Built): string {
  const former = before === undefined ? '' : ` (before: ${before})`;
  return `${name}  ${kind}  ${rows} rows${former}  ${seconds.toFixed(2)} s`;
}
