import type { Dialect, Relation } from '../warehouse/warehouse.ts';
import type { IdentifyDefinition, ModelDefinition } from './definition.ts';
import { fingerprint } from './fingerprint.ts';
import { commonTables, type ModelGraph, modelGraph, type RenderedModel } from './graph.ts';
import { identify } from './identify.ts';
import { identifyParameters } from './identify-parameters.ts';
import type { ModelFile, ModelProject } from './project.ts';
import { requireModel } from './reference.ts';
import { requireRelation } from './relation-lookup.ts';
import { bracketed } from './sql-text.ts';
import { entitiesRelation } from './template-functions.ts';

export interface CompiledModel {
  /** The model's or relation's name, or `identify`, or `sql`. */
  readonly name: string;
  /** One SELECT, possibly with WITH in front; a comment at its end is closed by a newline. */
  readonly sql: string;
  /** Of the definition: model texts, macro parameters, vars. Columns that are found at run time do not move it. */
  readonly fingerprint: string;
  /** What the user should be told. */
  readonly notes: readonly string[];
  /** Every model and table that is read, by name. */
  readonly refs: readonly string[];
}

export interface CompileContext {
  readonly project: ModelProject;
  readonly relations: readonly Relation[];
  readonly dialect: Dialect;
  readonly schema?: string;
  /** Unix seconds: 0 on the first run. */
  readonly lastSyncTime?: number;
}

/** Streams that are compiled with one context share its rendered models. */
const graphs = new WeakMap<CompileContext, ModelGraph>();

/** Turns a stream's definition into the one SELECT that reads it. */
export function compileModel(definition: ModelDefinition, context: CompileContext): CompiledModel {
  switch (definition.from) {
    case 'identify':
      return compileIdentify(definition, context);
    case 'relation':
      return compileRelation(definition.name, context);
    case 'model':
      return compileFile(requireModel(definition.name, context), definition, context);
    case 'sql': {
      const file = { name: 'sql', path: 'the SQL of the configuration', text: definition.sql };
      return compileFile(file, definition, context);
    }
  }
}

function compileIdentify(definition: IdentifyDefinition, context: CompileContext): CompiledModel {
  const { from, ...given } = definition;
  const parameters = identifyParameters(given);
  const notes: string[] = [];
  const relation = entitiesRelation(context, notes);
  const { dialect } = context;
  const reference = dialect.quoteIdentifier(relation.name);
  const model = identify(parameters, { relation, reference, dialect });
  return {
    name: from,
    sql: model.sql,
    fingerprint: fingerprint({ definition: { from, ...parameters }, models: [], vars: new Map() }),
    notes: [...notes, ...model.notes],
    refs: [relation.name],
  };
}

function compileRelation(name: string, context: CompileContext): CompiledModel {
  const relation = requireRelation(name, context);
  return {
    name,
    sql: `SELECT * FROM ${context.dialect.quoteIdentifier(relation.name)}`,
    fingerprint: fingerprint({ definition: { from: 'relation', name }, models: [], vars: new Map() }),
    notes: [],
    refs: [relation.name],
  };
}

function compileFile(file: ModelFile, definition: ModelDefinition, context: CompileContext): CompiledModel {
  const models = graphOf(context).ordered(file);
  return {
    name: file.name,
    sql: withCommonTables(models, context),
    fingerprint: fingerprint({
      definition,
      models: models.map((model) => model.file),
      vars: new Map(models.flatMap((model) => [...model.vars])),
    }),
    notes: [...new Set(models.flatMap((model) => model.notes))],
    refs: refNames(models),
  };
}

function graphOf(context: CompileContext): ModelGraph {
  const graph = graphs.get(context) ?? modelGraph(context);
  graphs.set(context, graph);
  return graph;
}

function withCommonTables(models: readonly RenderedModel[], context: CompileContext): string {
  const main = models.at(-1)?.sql ?? '';
  const tables = commonTables(models, context);
  if (tables.length === 0) return closed(main);
  const list = tables.map(({ name, sql }) => `${name} AS ${bracketed(sql)}`).join(',\n');
  return `WITH ${list}\nSELECT * FROM ${bracketed(main)}`;
}

/** Whoever appends to the SQL must not end up inside its last comment. */
function closed(sql: string): string {
  const lastLine = sql.slice(sql.lastIndexOf('\n') + 1);
  return lastLine.includes('--') ? `${sql}\n` : sql;
}

function refNames(models: readonly RenderedModel[]): string[] {
  const references = models.flatMap((model) => [...model.references.values()]);
  return [
    ...new Set(
      references.map((reference) =>
        reference.kind === 'model' ? reference.model.name : reference.relation.name,
      ),
    ),
  ];
}
