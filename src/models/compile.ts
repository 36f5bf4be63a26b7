import { relationSql } from '../warehouse/warehouse.ts';
import type { IdentifyDefinition, ModelDefinition } from './definition.ts';
import { type Fingerprinted, fingerprint, formerFingerprints } from './fingerprint.ts';
import { type CommonTable, commonTables, type ModelGraph, modelGraph, type RenderedModel } from './graph.ts';
import { type IdentifyModel, identify } from './identify/identify.ts';
import { identifyParameters } from './identify/identify-parameters.ts';
import type { ModelFile } from './project/project.ts';
import { entitiesSource, type TemplateContext } from './project/template-functions.ts';
import { modelReference, requireModel } from './reference.ts';
import { requireRelation } from './relation-lookup.ts';
import { normalisedSql } from './sql/normalised-sql.ts';
import { bracketed } from './sql/sql-text.ts';

export interface CompiledModel {
  /** The model's or relation's name, or `identify`, or `sql`. */
  readonly name: string;
  /** One SELECT, possibly with WITH in front; a comment at its end is closed by a newline. */
  readonly sql: string;
  /** Of the definition: model texts, macro parameters, vars. Columns that are found at run time do not move it. */
  readonly fingerprint: string;
  /** What states of earlier versions hold in its place. */
  readonly formerFingerprints: readonly string[];
  /** What the user should be told. */
  readonly notes: readonly string[];
  /** Each use of customer_io_identify, whose SQL stands in this model's. */
  readonly identifies: readonly IdentifyModel[];
  /** Every model and table that is read, by name. */
  readonly refs: readonly string[];
  /** File and line that wrote a line of the SQL, from 1, where it is a model's. */
  placeOf(line: number): string | undefined;
}

export type CompileContext = TemplateContext;

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
      const file = { name: 'sql', path: 'the SQL of the configuration', text: definition.sql, config: {} };
      return compileFile(file, definition, context);
    }
  }
}

function compileIdentify(definition: IdentifyDefinition, context: CompileContext): CompiledModel {
  const { from, ...given } = definition;
  const parameters = identifyParameters(given);
  const { dialect } = context;
  const { relation, model: entities } = entitiesSource(context);
  const reference =
    entities === undefined ? relationSql(relation, dialect) : modelReference(entities, dialect).sql;
  const { entity_id_column = context.namesEntities ? 'entity_id' : undefined } = parameters;
  const model = identify({ ...parameters, entity_id_column }, { relation, reference, dialect });
  const models = entities === undefined ? [] : graphOf(context).ordered(entities);
  return {
    name: from,
    sql: inCommonTables(commonTables(models, context), model.sql),
    ...fingerprints({ definition: { from, ...parameters }, ...textsOf(models, context) }, context),
    notes: [...notesOf(models), ...model.notes],
    identifies: [...models.flatMap((each) => each.identifies), model],
    refs: [...refNames(models), relation.name],
    placeOf: placesOf(commonTables(models, context), models, undefined),
  };
}

/** SQL also stands in the definition: a pasted model, and the conditions of customer_io_identify. */
function fingerprints(
  written: Fingerprinted,
  { dialect }: CompileContext,
): Pick<CompiledModel, 'fingerprint' | 'formerFingerprints'> {
  const definition = Object.fromEntries(
    Object.entries(written.definition).map(([key, value]: [string, unknown]) => {
      const isSql = key === 'sql' || key === 'filters';
      const texts = [value].flat();
      return [key, isSql ? texts.map((text) => normalisedSql(String(text), dialect)) : value];
    }),
  );
  return {
    fingerprint: fingerprint({ ...written, definition }, dialect),
    formerFingerprints: formerFingerprints(written, dialect),
  };
}

/** Editions before it took the clock of a time with an offset for UTC: a cursor of then may pass over rows. */
const firstByInstant = '2026-11-30';

function textsOf(
  models: readonly RenderedModel[],
  { dialect }: CompileContext,
): Pick<Fingerprinted, 'models' | 'vars'> {
  const hasOffsets = models
    .flatMap(({ references }) => [...references.values()])
    .some(
      (reference) =>
        reference.kind === 'relation' &&
        reference.relation.columns.some(({ type }) => dialect.types.keepsOffset(type)),
    );
  const textOf = ({ name, text, former = new Map<string, string>() }: ModelFile) => ({
    name,
    text,
    former: new Map([...former].filter(([edition]) => !hasOffsets || edition >= firstByInstant)),
  });
  return {
    models: models.flatMap(({ file, macros }) => [textOf(file), ...macros]),
    vars: new Map(models.flatMap((model) => [...model.vars])),
  };
}

const notesOf = (models: readonly RenderedModel[]): string[] => [
  ...new Set(models.flatMap((model) => model.notes)),
];

function compileRelation(name: string, context: CompileContext): CompiledModel {
  const relation = requireRelation(name, context);
  return {
    name,
    sql: `SELECT * FROM ${relationSql(relation, context.dialect)}`,
    ...fingerprints({ definition: { from: 'relation', name }, models: [], vars: new Map() }, context),
    notes: [],
    identifies: [],
    refs: [relation.name],
    placeOf: () => undefined,
  };
}

function compileFile(file: ModelFile, definition: ModelDefinition, context: CompileContext): CompiledModel {
  const models = graphOf(context).ordered(file);
  const main = models.at(-1)?.sql ?? '';
  const tables = commonTables(models.slice(0, -1), context, models);
  return {
    name: file.name,
    sql: inCommonTables(tables, main),
    ...fingerprints({ definition, ...textsOf(models, context) }, context),
    notes: notesOf(models),
    identifies: models.flatMap((model) => model.identifies),
    refs: refNames(models),
    placeOf: placesOf(tables, models.slice(0, -1), models.at(-1)),
  };
}

function graphOf(context: CompileContext): ModelGraph {
  const graph = graphs.get(context) ?? modelGraph(context);
  graphs.set(context, graph);
  return graph;
}

function inCommonTables(tables: readonly CommonTable[], main: string): string {
  if (tables.length === 0) return closed(main);
  const list = tables.map(({ name, sql }) => `${name} AS ${bracketed(sql)}`).join(',\n');
  return `WITH ${list}\nSELECT * FROM ${bracketed(main)}`;
}

/** The lines of `inCommonTables`: each table's SQL, and the main one, begins two lines behind the one before. */
function placesOf(
  tables: readonly CommonTable[],
  models: readonly RenderedModel[],
  main: RenderedModel | undefined,
): CompiledModel['placeOf'] {
  const tablesWithout = tables.slice(0, tables.length - models.length);
  const parts = [
    ...tablesWithout.map(({ sql }) => ({ sql, model: undefined })),
    ...[...models, ...(main === undefined ? [] : [main])].map((model) => ({ sql: model.sql, model })),
  ];
  return (line) => {
    let start = tables.length === 0 ? 1 : 2;
    for (const { sql, model } of parts) {
      const count = sql.split('\n').length;
      const at = line - start + 1;
      const source = at >= 1 && at <= count ? model?.sourceLine(at) : undefined;
      if (source !== undefined) return `${model?.file.path}, line ${source}`;
      start += count + 2;
    }
    return undefined;
  };
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
