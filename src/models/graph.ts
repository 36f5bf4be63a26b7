import { configError } from '../errors/connector-error.ts';
import { relationSql } from '../warehouse/warehouse.ts';
import { renderPieces } from './jinja/jinja.ts';
import type { Macro } from './jinja/macros.ts';
import { type ModelFile, relationName } from './project/project.ts';
import { type TemplateContext, type Trace, templateGlobals } from './project/template-functions.ts';
import { modelReference } from './reference.ts';
import { aliasReferences, oneStatement } from './sql/sql-text.ts';

/** A model after rendering: its own SELECT, and what it refers to. */
export interface RenderedModel extends Trace {
  readonly file: ModelFile;
  readonly sql: string;
  /** The project's own macros that it calls. */
  readonly macros: readonly Macro[];
  /** The line of the file that wrote a line of the SQL, both from 1. */
  sourceLine(line: number): number | undefined;
}

/** A name that must stand in WITH before the model that uses it. */
export interface CommonTable {
  readonly name: string;
  readonly sql: string;
}

/** Renders models when they are needed, each once, and puts them in the order of their references. */
export interface ModelGraph {
  render(file: ModelFile): RenderedModel;
  /** The model and all that it refers to, dependencies first. */
  ordered(file: ModelFile): readonly RenderedModel[];
}

export function modelGraph(context: TemplateContext): ModelGraph {
  const rendered = new Map<ModelFile, RenderedModel>();
  const render = (file: ModelFile) => {
    const model = rendered.get(file) ?? renderModel(file, context);
    rendered.set(file, model);
    return model;
  };
  return {
    render,
    ordered: (file) => {
      const order = new Set<RenderedModel>();
      visit(file, [], render, order);
      return [...order];
    },
  };
}

function renderModel(file: ModelFile, context: TemplateContext): RenderedModel {
  const trace: Trace = {
    references: new Map(),
    vars: new Map(),
    notes: [],
    identifies: [],
    config: { ...file.config },
  };
  const { dialect, project } = context;
  const macros = new Set<Macro>();
  const template = {
    ...file,
    macros: project.macros,
    onMacro: (macro: Macro) => macros.add(macro),
    namespace: project.name,
    dialect: dialect.name,
  };
  const output = renderPieces(template, templateGlobals(file, context, trace));
  const text = output.text();
  const sql = aliasReferences(oneStatement(text, file.path, dialect), aliasesOf(trace, context), dialect);
  const skipped = text.slice(0, text.length - text.trimStart().length).split('\n').length - 1;
  const sourceLine = (line: number) => output.lines()[line - 1 + skipped];
  return { ...trace, file, sql, macros: [...macros], sourceLine };
}

function aliasesOf(trace: Trace, { dialect }: TemplateContext): Map<string, string> {
  const aliases = new Map<string, string>();
  for (const reference of trace.references.values()) {
    if (reference.kind === 'model') {
      aliases.set(
        reference.sql,
        dialect.quoteIdentifier(dialect.foldIdentifier(relationName(reference.model))),
      );
    } else if (reference.hoisted) {
      aliases.set(reference.sql, dialect.quoteIdentifier(reference.relation.name));
    }
  }
  return aliases;
}

function visit(
  file: ModelFile,
  path: readonly ModelFile[],
  render: (file: ModelFile) => RenderedModel,
  order: Set<RenderedModel>,
): void {
  const start = path.indexOf(file);
  if (start >= 0) throw cycle([...path.slice(start), file]);
  const model = render(file);
  if (order.has(model)) return;
  for (const reference of model.references.values()) {
    if (reference.kind === 'model') visit(reference.model, [...path, file], render, order);
  }
  order.add(model);
}

function cycle(path: readonly ModelFile[]): Error {
  const names = path.map((file) => file.name).join(' → ');
  return configError(`${path[0]?.path}: models refer to each other in a loop: ${names}.`);
}

/**
 * What must stand in WITH before these models' readers: tables under a generated name, then the models.
 *
 * @param readers all whose tables must be there, by default the models
 */
export function commonTables(
  models: readonly RenderedModel[],
  { dialect }: TemplateContext,
  readers: readonly RenderedModel[] = models,
): CommonTable[] {
  const hoisted = new Map<string, string>();
  for (const reference of readers.flatMap((model) => [...model.references.values()])) {
    if (reference.kind !== 'relation' || !reference.hoisted) continue;
    hoisted.set(reference.sql, `SELECT * FROM ${relationSql(reference.relation, dialect)}`);
  }
  return [
    ...[...hoisted].map(([name, sql]) => ({ name, sql })),
    ...models.map(({ file, sql }) => ({ name: modelReference(file, dialect).sql, sql })),
  ];
}
