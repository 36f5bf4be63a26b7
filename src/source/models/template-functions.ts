import { configError } from '../../protocol/connector-error.ts';
import { didYouMean } from '../../streams/near-match.ts';
import { identify } from './identify.ts';
import { IDENTIFY_PARAMETERS, identifyParameters } from './identify-parameters.ts';
import type { TemplateFunction, TemplateGlobals } from './jinja.ts';
import { bindArguments, plainValue, textArgument } from './macro-arguments.ts';
import { nexusId } from './nexus-id.ts';
import type { ModelFile } from './project.ts';
import { type Reference, type ReferenceContext, relationReference, resolveReference } from './reference.ts';
import { findByName, requireRelation } from './relation-lookup.ts';

/** What a template can see besides the models and tables. */
export interface TemplateContext extends ReferenceContext {
  /** Unix seconds of the last sync: 0 before the first. */
  readonly lastSyncTime?: number;
}

/** What a model did while it was rendered. */
export interface Trace {
  readonly references: Map<string, Reference>;
  readonly vars: Map<string, unknown>;
  readonly notes: string[];
  readonly config: Record<string, unknown>;
}

/** The part of dbt that models may use, bound to the model that is being rendered. */
export function templateGlobals(file: ModelFile, context: TemplateContext, trace: Trace): TemplateGlobals {
  const { dialect, schema } = context;
  const record = (reference: Reference) => {
    trace.references.set(reference.sql, reference);
    return reference.sql;
  };
  const macros = {
    customer_io_identify: identifyMacro(file, context, trace, record),
    create_nexus_id: nexusIdMacro,
  };
  return {
    config: configFunction(trace),
    ref: (...given: readonly unknown[]) => record(resolveReference(refName(given), file, context)),
    source: (...given: readonly unknown[]) =>
      record(relationReference(requireRelation(sourceName(given), context), file, dialect)),
    var: varFunction(context, trace),
    is_incremental: () => false,
    this: dialect.quoteIdentifier(
      findByName(file.name, context.relations, dialect)?.name ?? dialect.foldIdentifier(file.name),
    ),
    last_sync_time: context.lastSyncTime ?? 0,
    target: { type: dialect.name, name: 'prod', schema: schema ?? '' },
    nexus: macros,
    ...macros,
  };
}

/** `ref('model')` or `ref('package', 'model')`; a version (`v=2`) is dbt's own affair. */
function refName(given: readonly unknown[]): string {
  const positional = given.filter((value) => !(value instanceof Map));
  if (positional.length > 2) throw configError('ref takes a model name, or a package and a model name.');
  return textArgument('ref', 'a model name', positional.at(-1));
}

function sourceName(given: readonly unknown[]): string {
  const bound = bindArguments('source', ['source_name', 'table_name'], given);
  return textArgument('source', 'a source and a table name', bound.table_name);
}

function configFunction(trace: Trace): TemplateFunction {
  return (...given) => {
    for (const value of given) Object.assign(trace.config, plainValue(value));
    return '';
  };
}

function varFunction({ project }: TemplateContext, trace: Trace): TemplateFunction {
  return (...given) => {
    const name = textArgument('var', 'a name', given[0]);
    const value = Object.hasOwn(project.vars, name)
      ? project.vars[name]
      : varDefault(name, given, project.vars);
    trace.vars.set(name, value);
    return value;
  };
}

function varDefault(
  name: string,
  given: readonly unknown[],
  vars: Readonly<Record<string, unknown>>,
): unknown {
  if (given.length < 2) {
    throw configError(`var "${name}" is not set and has no default.${didYouMean(name, Object.keys(vars))}`);
  }
  const [, value] = given;
  // A map may be the default itself, or the one keyword argument that var takes.
  const isNamed = value instanceof Map && value.size === 1 && value.has('default');
  return plainValue(isNamed ? value.get('default') : value);
}

const nexusIdMacro: TemplateFunction = (...given) => {
  const bound = bindArguments('create_nexus_id', ['type', 'columns'], given);
  const columns = bound.columns;
  if (
    !Array.isArray(columns) ||
    columns.length === 0 ||
    !columns.every((column) => typeof column === 'string')
  ) {
    throw configError('create_nexus_id needs columns, a list of SQL expressions in quotes.');
  }
  return nexusId(textArgument('create_nexus_id', 'a type', bound.type), columns);
};

function identifyMacro(
  file: ModelFile,
  context: TemplateContext,
  trace: Trace,
  record: (reference: Reference) => string,
): TemplateFunction {
  return (...given) => {
    const parameters = identifyParameters(bindArguments('customer_io_identify', IDENTIFY_PARAMETERS, given));
    const relation = entitiesRelation(context, trace.notes);
    const reference = record(relationReference(relation, file, context.dialect));
    const model = identify(parameters, { relation, reference, dialect: context.dialect });
    trace.notes.push(...model.notes);
    return model.sql;
  };
}

/** The traits are the columns of the table, so a model that dbt has not yet built cannot serve. */
export function entitiesRelation(context: TemplateContext, notes: string[]) {
  const model = context.project.user.get('nexus_entities');
  if (model === undefined) return requireRelation('nexus_entities', context);
  const relation = findByName('nexus_entities', context.relations, context.dialect);
  if (relation === undefined) {
    throw configError(
      `customer_io_identify reads its columns from the table nexus_entities, which is not in the warehouse yet: run dbt to build ${model.path} first.`,
    );
  }
  notes.push(`customer_io_identify reads the table nexus_entities as it was built, not ${model.path}.`);
  return relation;
}
