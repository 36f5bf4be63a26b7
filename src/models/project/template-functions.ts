import { ConnectorError, configError } from '../../errors/connector-error.ts';
import { isJsonObject } from '../../json/json-object.ts';
import type { Column, Relation } from '../../warehouse/warehouse.ts';
import { type IdentifyModel, identify } from '../identify/identify.ts';
import {
  IDENTIFY_PARAMETERS,
  type IdentifyParameters,
  identifyParameters,
} from '../identify/identify-parameters.ts';
import { nexusId, surrogateKey } from '../identify/nexus-id.ts';
import type { TemplateGlobals } from '../jinja/jinja.ts';
import { needsDbt } from '../jinja/jinja-error.ts';
import { bindArguments, textArgument } from '../jinja/macro-arguments.ts';
import { type TemplateFunction, templateObject } from '../jinja/values/convert.ts';
import type { TemplateObject } from '../jinja/values/values.ts';
import {
  modelReference,
  type Reference,
  type ReferenceContext,
  relationReference,
  resolveReference,
  resolveSource,
} from '../reference.ts';
import { columnsInRelation } from '../relation-columns.ts';
import { findByName, requireRelation } from '../relation-lookup.ts';
import { mergeConfigs } from './model-config.ts';
import { type ModelFile, relationName } from './project.ts';
import { projectFunctions } from './project-functions.ts';

/** What a template can see besides the models and tables. */
export interface TemplateContext extends ReferenceContext {
  /** Unix seconds of the last sync: 0 before the first. */
  readonly lastSyncTime?: number;
  /** The columns of the user's own model nexus_entities, where there is one, or why they are not known. */
  readonly entityColumns?: readonly Column[] | ConnectorError;
  /** Whether rows of a config's own identify say of which entity they are, for those who compare snapshots. */
  readonly namesEntities?: boolean;
}

/** What a model did while it was rendered. */
export interface Trace {
  readonly references: Map<string, Reference>;
  readonly vars: Map<string, unknown>;
  readonly notes: string[];
  /** Each call of customer_io_identify. */
  readonly identifies: IdentifyModel[];
  readonly config: Record<string, unknown>;
}

/** The part of dbt that models may use, bound to the model that is being rendered. */
export function templateGlobals(file: ModelFile, context: TemplateContext, trace: Trace): TemplateGlobals {
  const { dialect, schema } = context;
  const record = (reference: Reference) => {
    trace.references.set(reference.sql, reference);
    return reference.sql;
  };
  const relation = (reference: Reference) =>
    relationObject(record(reference), referenceName(reference), context);
  const macros = {
    customer_io_identify: identifyMacro(file, context, trace, record),
    create_nexus_id: nexusIdMacro,
  };
  const here = ownRelation(file, context);
  return {
    ...projectFunctions(
      {
        vars: context.project.vars,
        target: { type: dialect.name, schema },
        variables: context.project.variables,
      },
      (name, value) => trace.vars.set(name, value),
    ),
    config: configObject(trace),
    ref: refFunction((name, from) => relation(resolveReference(name, from, file, context))),
    source: sourceFunction((source, table) => relation(resolveSource(source, table, file, context))),
    adapter: adapterObject(trace, context),
    is_incremental: () => false,
    this: relationObject(dialect.quoteIdentifier(here), here, context),
    last_sync_time: context.lastSyncTime ?? 0,
    nexus: templateObject(macros),
    dbt_utils: dbtOnly('dbt_utils', { generate_surrogate_key: surrogateKeyMacro }),
    ...macros,
  };
}

const referenceName = (reference: Reference): string =>
  reference.kind === 'model' ? relationName(reference.model) : reference.relation.name;

/** What `ref()`, `source()` and `this` give: https://docs.getdbt.com/reference/dbt-classes#relation */
function relationObject(sql: string, name: string, { schema = '' }: TemplateContext): TemplateObject {
  const members = { name, identifier: name, table: name, schema, database: '', render: () => sql };
  return templateObject(members, { text: sql });
}

function adapterObject(trace: Trace, { entityColumns, dialect }: TemplateContext): TemplateObject {
  const quote: TemplateFunction = ([name]) =>
    dialect.quoteIdentifier(textArgument('adapter.quote', 'a name', name));
  return dbtOnly('adapter', {
    get_columns_in_relation: columnsInRelation(trace.references, entityColumns),
    quote,
  });
}

/** Some of its members are known here; the others ask dbt. */
function dbtOnly(name: string, members: Readonly<Record<string, TemplateFunction>>): TemplateObject {
  return templateObject(members, {
    missing: (member) => {
      throw configError(needsDbt(`${name}.${member}`));
    },
  });
}

/** What `{{ this }}` is: the relation that dbt builds of the model, whether or not it is there. */
function ownRelation(file: ModelFile, { relations, dialect }: TemplateContext): string {
  const name = relationName(file);
  return findByName(name, relations, dialect)?.name ?? dialect.foldIdentifier(name);
}

/** `ref('model')` or `ref('package', 'model')`; a version (`v=2`) is dbt's own affair. */
function refFunction(resolve: (name: string, from: string | undefined) => unknown): TemplateFunction {
  return (positional, { v: _v, version: _version, ...named }) => {
    if (Object.keys(named).length > 0 || positional.length > 2) {
      throw configError('ref takes a model name, or a package and a model name.');
    }
    const name = textArgument('ref', 'a model name', positional.at(-1));
    return resolve(
      name,
      positional.length === 2 ? textArgument('ref', 'a package', positional[0]) : undefined,
    );
  };
}

function sourceFunction(resolve: (source: string, table: string) => unknown): TemplateFunction {
  return (positional, named) => {
    const given = bindArguments('source', ['source_name', 'table_name'], positional, named);
    return resolve(
      textArgument('source', 'a source and a table name', given.source_name),
      textArgument('source', 'a source and a table name', given.table_name),
    );
  };
}

/** `config(…)`, `config.get('x', default)` and `config.require('x')`, which give what has been set so far. */
function configObject(trace: Trace): TemplateObject {
  const set: TemplateFunction = (positional, named) => {
    for (const said of [...positional, named]) {
      if (!isJsonObject(said)) throw configError('config only takes named arguments.');
      Object.assign(trace.config, mergeConfigs(trace.config, said));
    }
    return '';
  };
  const require = configGetter(trace, (name) => {
    throw configError(`config.require: config() sets no "${name}".`);
  });
  return templateObject({ get: configGetter(trace, () => null), require }, { call: set });
}

function configGetter(trace: Trace, missing: (name: string) => unknown): TemplateFunction {
  return (positional, named) => {
    const bound = bindArguments('config.get', ['name', 'default', 'validator'], positional, named);
    const name = textArgument('config.get', 'a name', bound.name);
    return trace.config[name] ?? bound.default ?? missing(name);
  };
}

const nexusIdMacro: TemplateFunction = (positional, named) => {
  const bound = bindArguments('create_nexus_id', ['type', 'columns'], positional, named);
  return nexusId(
    textArgument('create_nexus_id', 'a type', bound.type),
    expressions('create_nexus_id', 'columns', bound.columns),
  );
};

const surrogateKeyMacro: TemplateFunction = (positional, named) => {
  const bound = bindArguments('generate_surrogate_key', ['field_list'], positional, named);
  return surrogateKey(expressions('generate_surrogate_key', 'field_list', bound.field_list));
};

function expressions(macro: string, parameter: string, value: unknown): string[] {
  if (Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string'))
    return value;
  throw configError(`${macro} needs ${parameter}, a list of SQL expressions in quotes.`);
}

/** Rows of the shipped model say of which entity they are, where snapshots are compared. */
function withEntity(
  { entity_id_column: given, ...parameters }: IdentifyParameters,
  { name }: ModelFile,
  { namesEntities, project }: TemplateContext,
): IdentifyParameters {
  const isShipped = project.shipped.has(name) && !project.user.has(name);
  const entity_id_column = given ?? (namesEntities && isShipped ? 'entity_id' : undefined);
  return { ...parameters, entity_id_column };
}

function identifyMacro(
  file: ModelFile,
  context: TemplateContext,
  trace: Trace,
  record: (reference: Reference) => string,
): TemplateFunction {
  return (positional, named) => {
    const given = bindArguments('customer_io_identify', IDENTIFY_PARAMETERS, positional, named);
    const parameters = identifyParameters(given);
    const { dialect } = context;
    const { relation, model: entities } = entitiesSource(context);
    const reference = record(
      entities === undefined ? relationReference(relation, file, dialect) : modelReference(entities, dialect),
    );
    const model = identify(withEntity(parameters, file, context), { relation, reference, dialect });
    trace.notes.push(...model.notes);
    trace.identifies.push(model);
    return model.sql;
  };
}

/** nexus_entities with its columns, and the model that makes it where it is one of the user's. */
export interface EntitiesSource {
  readonly relation: Relation;
  readonly model?: ModelFile;
}

/** The traits are the columns, so a model must have been described by the warehouse before. */
export function entitiesSource(context: TemplateContext): EntitiesSource {
  const { project, built, entityColumns } = context;
  const model = project.user.get('nexus_entities');
  if (model === undefined) return { relation: requireRelation('nexus_entities', context) };
  if (built?.has(model)) return { relation: requireRelation(relationName(model), context) };
  if (entityColumns instanceof ConnectorError) throw entityColumns;
  if (entityColumns === undefined) {
    throw configError(`customer_io_identify needs the columns of ${model.path}, which are not known here.`);
  }
  return { relation: { name: model.name, columns: entityColumns }, model };
}
