import { ConnectorError, configError } from '../errors/connector-error.ts';
import { type CompileContext, compileModel } from '../models/compile.ts';
import { type ModelGraph, modelGraph, type RenderedModel } from '../models/graph.ts';
import { type ModelFile, type ModelProject, relationName } from '../models/project/project.ts';
import { asideName, findStanding, placeSql, replaceRelation } from '../nexus/replace-relation.ts';
import { withEntityColumns } from '../source/plan/open-project.ts';
import type { RelationKind } from '../warehouse/dialect.ts';
import { type Relation, relationSql, type Warehouse } from '../warehouse/warehouse.ts';
import { orUndefined, withAncestors } from './choose-models.ts';
import { kindOf, placed } from './model-kind.ts';
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
  /** Whether relations are built under names beside their own, as the warehouse cannot undo. */
  readonly aside: boolean;
  /** The schema as configured, and as the warehouse spells it. */
  readonly schemas: { readonly configured: string; readonly current: string };
  readonly signal: AbortSignal;
  readonly built: (relation: Built) => void;
  readonly say: (text: string) => void;
}

/** What is built aside, and where it belongs. */
interface Waiting {
  readonly schema: string | undefined;
  readonly name: string;
  readonly kind: RelationKind;
  /** The model that it is made of, if any. */
  readonly file: ModelFile | undefined;
}

/** Makes tables and views of models, each once; what has been made is known to the models after it. */
export class Materialiser {
  readonly warehouse: Warehouse;
  readonly signal: AbortSignal;
  /** Why a model cannot be built. Neither can those that refer to it. */
  readonly problems = new Map<string, string>();
  readonly #options: MaterialiserOptions;
  readonly #built = new Set<ModelFile>();
  readonly #waiting: Waiting[] = [];
  #relations: readonly Relation[];

  constructor(options: MaterialiserOptions) {
    this.#options = options;
    this.#relations = options.relations;
    this.warehouse = options.warehouse;
    this.signal = options.signal;
  }

  relations(): readonly Relation[] {
    return this.#relations;
  }

  /** The models as they stand now, without building. */
  async graph(): Promise<ModelGraph> {
    return modelGraph(await this.#context());
  }

  /** Finds what stands in the way of models, without making anything: {@link problems} has it. */
  async check(names: readonly string[]): Promise<void> {
    const { project } = this.#options;
    const context = await this.#context();
    const graph = modelGraph(context);
    for (const name of ancestorsFirst(names, project, graph)) {
      const file = project.user.get(name);
      if (file === undefined || this.#built.has(file)) continue;
      try {
        await placed(file, () => this.#checkOne(file, context, graph));
      } catch (error) {
        if (!(error instanceof ConnectorError) || error.failureType !== 'config_error') throw error;
        this.problems.set(name, error.message);
      }
    }
  }

  /** Builds the models that have no problem, in the order of their references. */
  async build(names: readonly string[]): Promise<void> {
    // The models that call customer_io_identify cannot be rendered before its table is known.
    if (names.includes('nexus_entities')) {
      const first = withAncestors('nexus_entities', this.#options.project, await this.graph());
      await this.#buildInOrder(first.filter((name) => names.includes(name)));
    }
    await this.#buildInOrder(names);
  }

  /** To be told of what is about to be made, so that nothing of it stays aside. */
  expect(name: string, schema?: string, kind: RelationKind = 'table', file?: ModelFile): void {
    if (this.#options.aside) this.#waiting.push({ schema, name, kind, file });
  }

  /** Takes in what has been made. */
  async learn(name: string, schema?: string): Promise<void> {
    const { dialect } = this.warehouse;
    const folded = dialect.foldIdentifier(name);
    const place = {
      name: folded,
      ...(schema === undefined ? {} : { schema }),
      ...(this.#options.aside ? { at: asideName(name, dialect) } : {}),
    };
    const sql = `SELECT * FROM ${relationSql({ ...place, columns: [] }, dialect)}`;
    const columns = await this.warehouse.describe(sql);
    const others = this.#relations.filter((relation) => dialect.foldIdentifier(relation.name) !== folded);
    this.#relations = [...others, { ...place, columns }];
  }

  /** Puts what was built aside in its place, all together. */
  async settle(): Promise<void> {
    this.#relations = this.#relations.map(({ at: _, ...relation }) => relation);
    for (const { schema, name, kind, file } of this.#waiting) {
      // A view goes on naming what it was made of.
      const select =
        kind === 'view' && file !== undefined
          ? compileModel({ from: 'model', name: file.name }, await this.#context()).sql
          : `SELECT * FROM ${this.#aside({ schema, name })}`;
      await replaceRelation(this.warehouse, { schema, name }, kind, select, this.#kindAt(name, schema));
    }
  }

  /** Drops what was built aside. */
  async discard(): Promise<void> {
    for (const { schema, name, kind } of this.#waiting.toReversed()) {
      await this.warehouse.execute(`DROP ${kind} IF EXISTS ${this.#aside({ schema, name })}`);
    }
    this.#waiting.length = 0;
  }

  #aside({ schema, name }: Pick<Waiting, 'schema' | 'name'>): string {
    const { dialect } = this.warehouse;
    return placeSql({ schema, name: asideName(name, dialect) }, dialect);
  }

  #context(): Promise<CompileContext> {
    const { project, schemas } = this.#options;
    const { dialect } = this.warehouse;
    const [relations, built] = [this.#relations, this.#built];
    return withEntityColumns(
      { project, relations, dialect, schema: schemas.configured, built },
      this.warehouse,
    );
  }

  #kindAt(name: string, schema = this.#options.schemas.current): RelationKind | undefined {
    return findStanding(this.#options.standing, { schema, name }, this.warehouse.dialect)?.kind;
  }

  async #checkOne(file: ModelFile, context: CompileContext, graph: ModelGraph): Promise<void> {
    const { project, standing, replace, schemas } = this.#options;
    const broken = graph
      .ordered(file)
      .map((model) => model.file)
      .find((each) => each !== file && project.user.get(each.name) === each && this.problems.has(each.name));
    if (broken !== undefined) throw configError(`${file.path} reads ${broken.name}, which cannot be built.`);
    const kind = kindOf(graph.render(file));
    if (kind === undefined) return;
    const { dialect } = this.warehouse;
    const protection = { project, graph, dialect, schema: schemas.current, standing, replace };
    if (kind !== 'ephemeral') refuseToDestroy(file, protection);
    await this.warehouse.describe(compileModel({ from: 'model', name: file.name }, context).sql);
  }

  async #buildInOrder(names: readonly string[]): Promise<void> {
    const able = names.filter((name) => !this.problems.has(name));
    for (const model of inOrder(able, this.#options.project, await this.graph())) {
      if (this.signal.aborted) return;
      if (!this.#built.has(model.file)) await placed(model.file, () => this.#make(model));
    }
  }

  async #make(model: RenderedModel): Promise<void> {
    const { file } = model;
    const { warehouse } = this;
    const wanted = kindOf(model);
    if (wanted === undefined || wanted === 'ephemeral') return;
    const start = performance.now();
    const { kind, sql } = await this.#statementOf(file, wanted);
    const name = relationName(file);
    const before = this.#kindAt(name) === 'table' ? await countRows(warehouse, name) : undefined;
    const target = this.#options.aside ? asideName(name, warehouse.dialect) : name;
    this.expect(name, undefined, kind, file);
    await replaceRelation(warehouse, { name: target }, kind, sql, this.#kindAt(target));
    await this.learn(name);
    this.#built.add(file);
    const rows = await countRows(warehouse, target);
    this.#options.built({ name, kind, rows, before, seconds: (performance.now() - start) / 1000 });
  }

  /** A view that other programs could not open is made a table. */
  async #statementOf(file: ModelFile, kind: RelationKind): Promise<{ kind: RelationKind; sql: string }> {
    const { sql } = compileModel({ from: 'model', name: file.name }, await this.#context());
    if (kind === 'table') return { kind, sql };
    const portable = await this.warehouse.forAnySession(sql);
    if (portable !== undefined) return { kind, sql: portable };
    this.#options.say(`${file.path} is built as a table: other programs could not open it as a view.`);
    return { kind: 'table', sql };
  }
}

function ancestorsFirst(names: readonly string[], project: ModelProject, graph: ModelGraph): string[] {
  const wanted = new Set(names);
  const all = names.flatMap((name) => withAncestors(name, project, graph));
  return [...new Set(all)].filter((name) => wanted.has(name));
}

function inOrder(names: readonly string[], { user }: ModelProject, graph: ModelGraph): RenderedModel[] {
  const files = names.flatMap((name) => user.get(name) ?? []);
  const models = new Set(
    files.flatMap((file) => orUndefined(() => graph.ordered(file)) ?? [graph.render(file)]),
  );
  // What was not asked for stays a part of the SQL of those that refer to it.
  return [...models].filter((model) => files.includes(model.file));
}

async function countRows({ dialect, rows }: Warehouse, name: string): Promise<number> {
  const [row] = await rows(`SELECT count(*) AS n FROM ${placeSql({ name }, dialect)}`);
  return Number(Object.values(row ?? {})[0] ?? 0);
}
