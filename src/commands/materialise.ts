import { type RelationKind, replaceRelation } from '../nexus/replace-relation.ts';
import { ConnectorError, configError } from '../protocol/connector-error.ts';
import { type CompileContext, compileModel } from '../source/models/compile.ts';
import { type ModelGraph, modelGraph, type RenderedModel } from '../source/models/graph.ts';
import { isEnabled } from '../source/models/model-config.ts';
import { type ModelFile, type ModelProject, relationName } from '../source/models/project.ts';
import { withEntityColumns } from '../source/open-project.ts';
import type { Relation, Warehouse } from '../source/warehouse/warehouse.ts';
import { didYouMean } from '../streams/near-match.ts';

export interface MaterialiserOptions {
  readonly warehouse: Warehouse;
  readonly project: ModelProject;
  readonly relations: readonly Relation[];
  readonly schema: string;
  readonly signal: AbortSignal;
  readonly built: (relation: { name: string; kind: RelationKind; rows: number; seconds: number }) => void;
}

/** Makes tables and views of models, each once; what has been made is known to the models after it. */
export interface Materialiser extends Pick<MaterialiserOptions, 'warehouse' | 'signal'> {
  /** Builds models in the order of their references. */
  build(names: readonly string[]): Promise<void>;
  /** The models as they stand now, without building. */
  graph(): Promise<ModelGraph>;
  relations(): readonly Relation[];
  /** Takes in a relation that someone else has made. */
  learn(name: string): Promise<void>;
}

/** dbt's own default is a view; a table that grows in dbt is built whole here. */
const kinds: Readonly<Record<string, RelationKind | 'ephemeral'>> = {
  view: 'view',
  table: 'table',
  incremental: 'table',
  ephemeral: 'ephemeral',
};

export function materialiser(options: MaterialiserOptions): Materialiser {
  const { warehouse, project, signal } = options;
  const { dialect } = warehouse;
  const built = new Set<ModelFile>();
  let relations = options.relations;
  const learn = async (name: string): Promise<void> => {
    const folded = dialect.foldIdentifier(name);
    const columns = await warehouse.describe(`SELECT * FROM ${dialect.quoteIdentifier(folded)}`);
    const others = relations.filter((relation) => dialect.foldIdentifier(relation.name) !== folded);
    relations = [...others, { name: folded, columns }];
  };
  const context = (): Promise<CompileContext> =>
    withEntityColumns({ project, relations, dialect, schema: options.schema, built }, warehouse);
  const make = async (model: RenderedModel): Promise<void> => {
    const { file } = model;
    const kind = kindOf(model);
    if (kind === undefined || kind === 'ephemeral') return;
    const start = performance.now();
    const { sql } = compileModel({ from: 'model', name: file.name }, await context());
    const name = relationName(file);
    await replaceRelation(warehouse, name, kind, sql);
    await learn(name);
    built.add(file);
    const rows = await countRows(warehouse, name);
    options.built({ name, kind, rows, seconds: (performance.now() - start) / 1000 });
  };
  const graph = async (): Promise<ModelGraph> => modelGraph(await context());
  const buildInOrder = async (names: readonly string[]): Promise<void> => {
    for (const model of inOrder(names, project, await graph())) {
      if (signal.aborted) return;
      if (built.has(model.file)) continue;
      refuseSelfReading(model, dialect);
      await placed(model.file, () => make(model));
    }
  };
  return {
    warehouse,
    signal,
    learn,
    relations: () => relations,
    graph,
    build: async (names) => {
      // The models that call customer_io_identify cannot be rendered before its table is known.
      if (names.includes('nexus_entities')) {
        const first = withAncestors('nexus_entities', project, await graph());
        await buildInOrder(first.filter((name) => names.includes(name)));
      }
      await buildInOrder(names);
    },
  };
}

function inOrder(names: readonly string[], { user }: ModelProject, graph: ModelGraph): RenderedModel[] {
  const files = names.flatMap((name) => user.get(name) ?? []);
  const models = new Set(files.flatMap((file) => graph.ordered(file)));
  // What was not asked for stays a part of the SQL of those that refer to it.
  return [...models].filter((model) => files.includes(model.file));
}

/** A model of the user's, after all models of the user's that it refers to. */
export function withAncestors(name: string, { user }: ModelProject, graph: ModelGraph): string[] {
  const file = user.get(name);
  if (file === undefined) return [];
  return graph
    .ordered(file)
    .filter((model) => user.get(model.file.name) === model.file)
    .map((model) => model.file.name);
}

function kindOf({ file, config }: RenderedModel): RelationKind | 'ephemeral' | undefined {
  if (!isEnabled(config)) return undefined;
  const materialized = String(config.materialized ?? 'view');
  const kind = Object.hasOwn(kinds, materialized) ? kinds[materialized] : undefined;
  if (kind !== undefined) return kind;
  const known = Object.keys(kinds);
  throw configError(
    `${file.path}: materialized='${materialized}' is not known. It may be ${known.join(', ')}.${didYouMean(materialized, known)}`,
  );
}

/** The raw table would be gone after the first run, and all that was in it. */
function refuseSelfReading({ file, references }: RenderedModel, dialect: Warehouse['dialect']): void {
  for (const reference of references.values()) {
    // A table of another schema may well have the model's name.
    if (reference.kind !== 'relation' || reference.isElsewhere) continue;
    const read = dialect.foldIdentifier(reference.relation.name);
    if (read !== dialect.foldIdentifier(relationName(file))) continue;
    throw configError(
      `${file.path} reads the table ${reference.relation.name}, which has its own name: building it would replace what it reads. Rename the file, or give it an alias.`,
    );
  }
}

/** A database speaks of SQL only: the file is what a person can mend. */
async function placed(file: ModelFile, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.message.startsWith(file.path)) throw error;
    const { failureType, internal } = error;
    throw new ConnectorError(`${file.path}: ${error.message}`, {
      failureType,
      cause: error,
      ...(internal === undefined ? {} : { internal }),
    });
  }
}

async function countRows({ dialect, rows }: Warehouse, name: string): Promise<number> {
  const quoted = dialect.quoteIdentifier(dialect.foldIdentifier(name));
  const [row] = await rows(`SELECT count(*) AS n FROM ${quoted}`);
  return Number(Object.values(row ?? {})[0] ?? 0);
}

/** @throws ConnectorError for a name that is no model, with the near ones. */
export async function chosenModels(
  work: Materialiser,
  project: ModelProject,
  select: readonly string[] | undefined,
): Promise<string[]> {
  if (select === undefined) return [...project.user.keys()];
  const graph = await work.graph();
  return select.filter((word) => word !== 'nexus').flatMap((word) => chosenBy(word, project, graph));
}

function chosenBy(word: string, project: ModelProject, graph: ModelGraph): string[] {
  const { user } = project;
  const [, tag] = /^tag:(.+)$/.exec(word) ?? [];
  if (tag !== undefined) {
    const tagged = [...user.values()].filter((file) => hasTag(file, tag, graph));
    if (tagged.length === 0) throw configError(`--select ${word}: no model has the tag "${tag}".`);
    return tagged.map((file) => file.name);
  }
  const name = word.replace(/^\+/, '');
  if (user.has(name)) return word === name ? [name] : withAncestors(name, project, graph);
  throw configError(`--select: there is no model "${name}".${didYouMean(name, [...user.keys(), 'nexus'])}`);
}

function hasTag(file: ModelFile, tag: string, graph: ModelGraph): boolean {
  const { tags } = graph.render(file).config;
  return [tags].flat().includes(tag);
}
