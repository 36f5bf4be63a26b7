import { configError } from '../errors/connector-error.ts';
import { didYouMean } from '../errors/did-you-mean.ts';
import { type Dialect, type Relation, relationSql } from '../warehouse/warehouse.ts';
import { type ModelFile, type ModelProject, relationName } from './project/project.ts';
import { type SourceTable, sourceKey } from './project/properties.ts';
import { findByName, type RelationContext, requireRelation, schemaText } from './relation-lookup.ts';
import { mayDefineCte } from './sql/sql-text.ts';

/** What `ref('x')` means: another model, or a table of the warehouse. */
export type Reference =
  | { readonly kind: 'model'; readonly model: ModelFile; readonly sql: string }
  | {
      readonly kind: 'relation';
      readonly relation: Relation;
      readonly sql: string;
      readonly hoisted: boolean;
      /** Whether it is in another schema than the one that is read. */
      readonly isElsewhere: boolean;
    };

export interface ReferenceContext extends RelationContext {
  readonly project: ModelProject;
  /** The models that `run` has built: they are relations to those after them, not a part of their SQL. */
  readonly built?: ReadonlySet<ModelFile>;
}

/**
 * The user's model first, then what dbt has built, then a model that comes with the connector.
 *
 * @param from the package, where the reference names one: another than the project itself has none of its models
 */
export function resolveReference(
  name: string,
  from: string | undefined,
  file: ModelFile,
  context: ReferenceContext,
): Reference {
  const { project, dialect, relations } = context;
  const own = project.user.get(name);
  const isPackages = from !== undefined && from !== project.name;
  if (own !== undefined && !isPackages) return ownReference(own, file, context);
  const relation = findByName(name, relations, dialect);
  const shipped = project.shipped.get(name);
  // A table of that name may be made of the user's own model, which is not meant.
  if (shipped !== undefined && (relation === undefined || own !== undefined))
    return modelReference(shipped, dialect);
  if (relation !== undefined) return relationReference(relation, file, dialect);
  // A models folder without its project: nobody knows by which name its models call themselves.
  if (own !== undefined && project.name === undefined) return ownReference(own, file, context);
  throw unknownReference(name, context);
}

function ownReference(own: ModelFile, from: ModelFile, context: ReferenceContext): Reference {
  if (!context.built?.has(own)) return modelReference(own, context.dialect);
  return relationReference(requireRelation(relationName(own), context), from, context.dialect);
}

/**
 * `source('name', 'table')`: the table of the schema that the models are read from, unless a properties file
 * says that the source is in another one.
 */
export function resolveSource(
  source: string,
  table: string,
  from: ModelFile,
  context: ReferenceContext,
): Reference {
  const { dialect, project, relations, schema } = context;
  const declared = project.sources.get(sourceKey(source, table));
  const name = declared?.identifier ?? table;
  const isElsewhere =
    declared?.schema !== undefined &&
    (schema === undefined || dialect.foldIdentifier(declared.schema) !== dialect.foldIdentifier(schema));
  const isMissing = declared !== undefined && findByName(name, relations, dialect) === undefined;
  if (declared !== undefined && (isElsewhere || isMissing))
    return foreignReference(source, declared, dialect);
  return relationReference(requireRelation(name, context), from, dialect);
}

/** dbt's own rule: a source without a schema is in the schema of its name. */
function foreignReference(
  source: string,
  { database, schema, identifier }: SourceTable,
  dialect: Dialect,
): Reference {
  const parts = [database, schema ?? source, identifier].filter((part) => part !== undefined);
  const sql = parts.map((part) => dialect.quoteIdentifier(dialect.foldIdentifier(part))).join('.');
  return {
    kind: 'relation',
    relation: { name: identifier, columns: [] },
    sql,
    hoisted: false,
    isElsewhere: true,
  };
}

export function modelReference(model: ModelFile, dialect: Dialect): Reference {
  const name = model.package === undefined ? model.name : `${model.package}__${model.name}`;
  return { kind: 'model', model, sql: dialect.quoteIdentifier(`__ref__${name}`) };
}

/**
 * A table is named as it is. Where the author has a CTE of the same name, which dbt's full names cannot meet,
 * it is named by a CTE that stands outside of the author's.
 */
export function relationReference(relation: Relation, from: ModelFile, dialect: Dialect): Reference {
  // Under the name that it is built under, columns could not be qualified by its own.
  const hoisted = relation.at !== undefined || mayDefineCte(from.text, relation.name, dialect);
  const sql = hoisted ? dialect.quoteIdentifier(`__table__${relation.name}`) : relationSql(relation, dialect);
  return { kind: 'relation', relation, sql, hoisted, isElsewhere: false };
}

/** The model that a stream names. A table of that name is not meant: it may be built from the model. */
export function requireModel(name: string, context: ReferenceContext): ModelFile {
  const { project, relations, dialect } = context;
  const model = project.user.get(name) ?? project.shipped.get(name);
  if (model !== undefined) return model;
  const off = project.disabled.get(name);
  if (off !== undefined) throw configError(switchedOff(off));
  const hint =
    findByName(name, relations, dialect) === undefined
      ? didYouMean(name, modelNames(project))
      : ` The warehouse has a table or view of that name: to read it, write from: relation.`;
  throw configError(`There is no model "${name}" in ${folderText(project)}.${hint}`);
}

function unknownReference(name: string, context: ReferenceContext): Error {
  const { project, relations } = context;
  const off = project.disabled.get(name);
  if (off !== undefined) return configError(switchedOff(off));
  const near = didYouMean(name, [...modelNames(project), ...relations.map((relation) => relation.name)]);
  return configError(
    `"${name}" is neither a model in ${folderText(project)} nor a table or view in ${schemaText(context)}.${near}`,
  );
}

function switchedOff({ name, path }: ModelFile): string {
  return `The model "${name}" is switched off (enabled=false in ${path}, a properties file or dbt_project.yml).`;
}

function modelNames({ user, shipped }: ModelProject): string[] {
  return [...user.keys(), ...shipped.keys()];
}

function folderText({ folder }: ModelProject): string {
  return folder === undefined ? 'the models that come with the connector' : folder;
}
