import {
  asideName,
  findStanding,
  placeSql,
  type RelationKind,
  replaceRelation,
} from '../nexus/replace-relation.ts';
import { ConnectorError, configError } from '../protocol/connector-error.ts';
import { type CompileContext, compileModel } from '../source/models/compile.ts';
import { type ModelGraph, modelGraph, type RenderedModel } from '../source/models/graph.ts';
import { isEnabled } from '../source/models/model-config.ts';
import { type ModelFile, type ModelProject, relationName } from '../source/models/project.ts';
import { withEntityColumns } from '../source/open-project.ts';
import { type Relation, relationSql, type Warehouse } from '../source/warehouse/warehouse.ts';
import { didYouMean } from '../streams/near-match.ts';
import { orUndefined, withAncestors } from './choose-models.ts';
import { type Protection, refuseToDestroy } from './protected-tables.ts';

export interface Built {
  readonly name: string;
  readonly kind: string;
  readonly rows: number;
  /** The rows of the table that stood there before. */
  readonly before?: number | undefined;
  readonly seconds: number;
}

export interface MaterialiserOptions extends Pick<Protection, 'standing' | 'replace'> {
  readonly warehouse: Warehouse;
  readonly project: ModelProject;
  readonly relations: readonly Relation[];
  /** The schema as configured, and as the warehouse spells it. */
  /** Whether relations are built under names beside their own, as the warehouse cannot undo. */
  readonly aside: boolean;
  readonly schemas: { readonly configured: string; readonly current: string };
  readonly signal: AbortSignal;
  readonly built: (relation: Built) => void;
  readonly say: (text: string) => void;
}

/** Makes tables and views of models, each once; what has been made is known to the models after it. */
export interface Materialiser extends Pick<MaterialiserOptions, 'warehouse' | 'signal'> {
  /** Finds what stands in the way of models, without making anything: {@link problems} has it. */
  check(names: readonly string[]): Promise<void>;
  /** Why a model cannot be built. Neither can those that refer to it. */
  readonly problems: Map<string, string>;
  /** Builds the models that have no problem, in the order of their references. */
  build(names: readonly string[]): Promise<void>;
  /** The models as they stand now, without building. */
  graph(): Promise<ModelGraph>;
  relations(): readonly Relation[];
  /** To be told of what identity resolution is about to make, and of what it has made. */
  expect(name: string, schema: string | undefined): void;
  learn(name: string, schema: string | undefined): Promise<void>;
  /** Puts what was built aside in its place, all together. */
  settle(): Promise<void>;
  /** Drops what was built aside. */
  discard(): Promise<void>;
}

/** What is built aside, and where it belongs. */
interface Waiting {
  readonly schema: string | undefined;
  readonly name: string;
  readonly kind: RelationKind;
  /** The model that it is made of, if any. */
  readonly file: ModelFile | undefined;
}

/** dbt's own default is a view; a table that grows in dbt is built whole here. */
const kinds: Readonly<Record<string, RelationKind | 'ephemeral'>> = {
  view: 'view',
  table: 'table',
  incremental: 'table',
  ephemeral: 'ephemeral',
};

export function materialiser(options: MaterialiserOptions): Materialiser {
  const { warehouse, project, signal, standing, replace, schemas, aside } = options;
  const { dialect } = warehouse;
  const built = new Set<ModelFile>();
  const problems = new Map<string, string>();
  let relations = options.relations;
  const waiting: Waiting[] = [];
  const expect = (name: string, schema?: string, kind: RelationKind = 'table', file?: ModelFile): void => {
    if (aside) waiting.push({ schema, name, kind, file });
  };
  const learn = async (name: string, schema?: string): Promise<void> => {
    const folded = dialect.foldIdentifier(name);
    const place = {
      name: folded,
      ...(schema === undefined ? {} : { schema }),
      ...(aside ? { at: asideName(name, dialect) } : {}),
    };
    const columns = await warehouse.describe(
      `SELECT * FROM ${relationSql({ ...place, columns: [] }, dialect)}`,
    );
    const others = relations.filter((relation) => dialect.foldIdentifier(relation.name) !== folded);
    relations = [...others, { ...place, columns }];
  };
  const context = (): Promise<CompileContext> =>
    withEntityColumns({ project, relations, dialect, schema: schemas.configured, built }, warehouse);
  const graph = async (): Promise<ModelGraph> => modelGraph(await context());
  const checkOne = async (file: ModelFile, known: CompileContext, models: ModelGraph): Promise<void> => {
    const ancestors = models.ordered(file).filter((model) => model.file !== file);
    const broken = ancestors.find(
      (model) => project.user.get(model.file.name) === model.file && problems.has(model.file.name),
    );
    if (broken !== undefined)
      throw configError(`${file.path} reads ${broken.file.name}, which cannot be built.`);
    const kind = kindOf(models.render(file));
    if (kind === undefined) return;
    const protection = { project, graph: models, dialect, schema: schemas.current, standing, replace };
    if (kind !== 'ephemeral') refuseToDestroy(file, protection);
    await warehouse.describe(compileModel({ from: 'model', name: file.name }, known).sql);
  };
  const kindAt = (name: string, schema = schemas.current): RelationKind | undefined =>
    findStanding(standing, { schema, name }, dialect)?.kind;
  const settle = async (): Promise<void> => {
    relations = relations.map(({ at: _, ...relation }) => relation);
    for (const { schema, name, kind, file } of waiting) {
      const from = placeSql({ schema, name: asideName(name, dialect) }, dialect);
      // A view goes on naming what it was made of.
      const select =
        kind === 'view' && file !== undefined
          ? compileModel({ from: 'model', name: file.name }, await context()).sql
          : `SELECT * FROM ${from}`;
      await replaceRelation(warehouse, { schema, name }, kind, select, kindAt(name, schema));
    }
  };
  const discard = async (): Promise<void> => {
    for (const { schema, name, kind } of waiting.toReversed()) {
      await warehouse.execute(
        `DROP ${kind} IF EXISTS ${placeSql({ schema, name: asideName(name, dialect) }, dialect)}`,
      );
    }
    waiting.length = 0;
  };
  const make = async (model: RenderedModel): Promise<void> => {
    const { file } = model;
    const wanted = kindOf(model);
    if (wanted === undefined || wanted === 'ephemeral') return;
    const start = performance.now();
    const { sql } = compileModel({ from: 'model', name: file.name }, await context());
    const portable = wanted === 'view' ? await warehouse.forAnySession(sql) : sql;
    const kind = portable === undefined ? 'table' : wanted;
    if (kind !== wanted)
      options.say(`${file.path} is built as a table: a view of it could not be opened by other programs.`);
    const name = relationName(file);
    const before = kindAt(name) === 'table' ? await countRows(warehouse, name) : undefined;
    const target = aside ? asideName(name, dialect) : name;
    expect(name, undefined, kind, file);
    await replaceRelation(warehouse, { name: target }, kind, portable ?? sql, kindAt(target));
    await learn(name);
    built.add(file);
    const rows = await countRows(warehouse, target);
    options.built({ name, kind, rows, before, seconds: (performance.now() - start) / 1000 });
  };
  const buildInOrder = async (names: readonly string[]): Promise<void> => {
    const able = names.filter((name) => !problems.has(name));
    for (const model of inOrder(able, project, await graph())) {
      if (signal.aborted) return;
      if (!built.has(model.file)) await placed(model.file, () => make(model));
    }
  };
  return {
    warehouse,
    signal,
    expect,
    learn,
    settle,
    discard,
    problems,
    relations: () => relations,
    graph,
    check: async (names) => {
      const known = await context();
      const models = modelGraph(known);
      for (const name of ancestorsFirst(names, project, models)) {
        const file = project.user.get(name);
        if (file === undefined || built.has(file)) continue;
        try {
          await placed(file, () => checkOne(file, known, models));
        } catch (error) {
          if (!(error instanceof ConnectorError) || error.failureType !== 'config_error') throw error;
          problems.set(name, error.message);
        }
      }
    },
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

const ancestorsFirst = (names: readonly string[], project: ModelProject, graph: ModelGraph): string[] => {
  const wanted = new Set(names);
  const all = names.flatMap((name) => withAncestors(name, project, graph));
  return [...new Set(all)].filter((name) => wanted.has(name));
};

function inOrder(names: readonly string[], { user }: ModelProject, graph: ModelGraph): RenderedModel[] {
  const files = names.flatMap((name) => user.get(name) ?? []);
  const models = new Set(
    files.flatMap((file) => orUndefined(() => graph.ordered(file)) ?? [graph.render(file)]),
  );
  // What was not asked for stays a part of the SQL of those that refer to it.
  return [...models].filter((model) => files.includes(model.file));
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
  const [row] = await rows(`SELECT count(*) AS n FROM ${placeSql({ name }, dialect)}`);
  return Number(Object.values(row ?? {})[0] ?? 0);
}
