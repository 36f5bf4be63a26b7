import { ConnectorError, configError } from '../../errors/connector-error.ts';
import { nearMatches } from '../../errors/did-you-mean.ts';
import { type CompileContext, type CompiledModel, compileModel } from '../../models/compile.ts';
import {
  type StreamContract,
  type StreamName,
  streamContracts,
  streamNames,
} from '../../streams/contract.ts';
import { identityOf, type WarehouseIdentity } from '../../warehouse/identity.ts';
import { schemaOf } from '../../warehouse/open.ts';
import type { Column, Relation, Warehouse } from '../../warehouse/warehouse.ts';
import type { Definition, SourceConfig } from '../config.ts';
import type { Snapshots } from '../snapshots/snapshots.ts';
import { requireTraits, withFilter } from './configured-names.ts';
import { defaultDefinitions, lacking, passedOver } from './defaults.ts';
import { openProject, withEntityColumns } from './open-project.ts';
import { type NoSnapshots, openWithSnapshots } from './open-snapshots.ts';
import { withPlace } from './sql-place.ts';

/** One model of a stream, compiled and described. */
export interface ModelPlan {
  /** Unique in its stream; the model's cursor is kept under it. */
  readonly label: string;
  readonly compiled: CompiledModel;
  readonly columns: readonly Column[];
}

export interface StreamPlan {
  readonly contract: StreamContract;
  readonly models: readonly ModelPlan[];
}

/** An open warehouse and everything that can be read from it. */
export interface Plan {
  readonly warehouse: Warehouse;
  readonly identity: WarehouseIdentity;
  /** Shared by all streams, so that a model that several refer to is rendered once. */
  readonly context: CompileContext;
  /** The snapshots of what was sent, or why none can be kept. */
  readonly snapshots: Snapshots | NoSnapshots;
  /** The columns of a query: the same text is described once. */
  readonly describe: (sql: string) => Promise<readonly Column[]>;
}

/** Opens the warehouse and loads the models; the caller closes the warehouse. */
export async function openPlan(config: SourceConfig, isToRead = true): Promise<Plan> {
  const project = await openProject(config);
  const { warehouse, snapshots } = await openWithSnapshots(config, isToRead);
  try {
    const { dialect } = warehouse;
    const context = {
      project,
      relations: await warehouse.relations(),
      dialect,
      schema: schemaOf(config.warehouse),
    };
    const identity = identityOf(config.warehouse);
    const describe = describeOnce(warehouse);
    return {
      warehouse,
      identity,
      snapshots,
      context: await withEntityColumns(context, { describe }),
      describe,
    };
  } catch (error) {
    await warehouse.close();
    throw error;
  }
}

function describeOnce(warehouse: Warehouse): Plan['describe'] {
  const known = new Map<string, readonly Column[]>();
  return async (sql) => {
    const columns = known.get(sql) ?? (await warehouse.describe(sql));
    known.set(sql, columns);
    return columns;
  };
}

function uniqueLabels(names: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name}_${count}`;
  });
}

function missingColumn(contract: StreamContract, label: string, missing: string, columns: readonly Column[]) {
  const names = columns.map((column) => column.name);
  const near = nearMatches(missing, names);
  const hint =
    near.length > 0 ? ` Did you mean ${near.join(' or ')}? Quote the alias: ${near[0]} AS "${missing}".` : '';
  return configError(
    `The model "${label}" has no column "${missing}", which ${contract.name} need.${hint} It has ${names.join(', ')}.`,
    { stream: contract.name },
  );
}

/** The columns that a stream needs and a model does not have. An anonymousId may stand for the userId. */
export function missingColumns(contract: StreamContract, columns: readonly Column[]): readonly string[] {
  const names = new Set(columns.map((column) => column.name));
  const isReplaced = (required: string): boolean =>
    required === 'userId' && contract.optional.includes('anonymousId') && names.has('anonymousId');
  return contract.required.filter((required) => !names.has(required) && !isReplaced(required));
}

/**
 * A definition compiled and described, whatever its columns.
 *
 * @throws ConnectorError where it cannot be; the caller says which stream and model.
 */
export async function describeModel(
  plan: Plan,
  { label, definition }: NamedDefinition,
  lastSyncTime = 0,
): Promise<ModelPlan> {
  const context = lastSyncTime === 0 ? plan.context : { ...plan.context, lastSyncTime };
  const compiled = compileModel(toModelDefinition(definition), context);
  const columns = await plan.describe(compiled.sql).catch(async (error: unknown) => {
    throw withPlace(
      await withFilter(error, definition, compiled, plan.warehouse),
      compiled,
      plan.warehouse.dialect,
    );
  });
  return { label, compiled, columns };
}

async function planModel(
  plan: Plan,
  contract: StreamContract,
  named: NamedDefinition,
  lastSyncTime: number,
): Promise<ModelPlan> {
  const { label } = named;
  try {
    const model = await describeModel(plan, named, lastSyncTime);
    requireTraits(named.definition, model.compiled);
    const [missing] = missingColumns(contract, model.columns);
    if (missing !== undefined) throw missingColumn(contract, label, missing, model.columns);
    return model;
  } catch (error) {
    throw placed(error, contract.name, label);
  }
}

const nameOf = (definition: Definition): string =>
  definition.from === 'model' || definition.from === 'relation' ? definition.name : definition.from;

/** Adds which stream and model an error is about, since a database speaks of SQL only. */
export function placed(error: unknown, stream: StreamName, model: string): unknown {
  if (!(error instanceof ConnectorError)) return error;
  const { failureType, internal } = error;
  const detail = internal === undefined ? {} : { internal };
  return new ConnectorError(`${stream}, ${model}: ${error.message}`, {
    failureType,
    stream,
    cause: error,
    ...detail,
  });
}

/** The form allows more keys than the macro has parameters; only the macro's own pass. */
export function toModelDefinition(definition: Definition): Parameters<typeof compileModel>[0] {
  if (definition.from !== 'identify') return definition;
  const { anonymous_id_column, rename_traits, ...rest } = definition;
  return {
    ...rest,
    rename_traits: Object.fromEntries(
      Object.entries(rename_traits).map(([column, name]) => [column, String(name)]),
    ),
    ...(anonymous_id_column ? { anonymous_id_column } : {}),
  };
}

/** A definition with its label, unique in its stream. */
export interface NamedDefinition {
  readonly label: string;
  readonly definition: Definition;
}

/** What fills a stream: the config's definitions, else the defaults. */
export function definitionsOf(plan: Plan, config: SourceConfig, stream: StreamName): NamedDefinition[] {
  const definitions = config[stream] ?? defaultDefinitions(stream, knownHere(plan));
  const labels = uniqueLabels(definitions.map(nameOf));
  return definitions.map((definition, index) => ({
    label: labels[index] ?? nameOf(definition),
    definition,
  }));
}

const knownHere = ({ context }: Plan) => ({
  relations: knownRelations(context),
  dialect: context.dialect,
  models: context.project.user,
});

/** The tables that a stream of the defaults does not take although they bear its models' names, each with why. */
export const notTaken = (plan: Plan, config: SourceConfig, stream: StreamName): string[] =>
  config[stream] === undefined ? passedOver(stream, knownHere(plan)) : [];

/** Which tables are read from the schema of `run`'s own, in place of those of the configured one. */
export function readElsewhere({ context }: Plan): string[] {
  const made = context.relations.filter(({ schema }) => schema !== undefined);
  const [first] = made;
  if (first === undefined) return [];
  return [
    `${made.map(({ name }) => name).join(', ')} are read from the schema ${first.schema}, where run has made them, not from ${context.schema}.`,
  ];
}

/** Why nothing fills a stream by default: the tables and columns that its shipped model would need. */
export const lackingFor = ({ context }: Plan, stream: StreamName): string[] =>
  lacking(stream, { relations: knownRelations(context), dialect: context.dialect });

/**
 * The streams that nothing fills although the config does not switch them off, each with the reason. A warehouse
 * without nexus_entities is none of nexus, and misses nothing.
 */
export function unfilled(plan: Plan, config: SourceConfig, filled: readonly StreamPlan[]): string[] {
  const has = new Set(filled.map(({ contract }) => contract.name));
  return streamNames
    .filter((stream) => !has.has(stream) && config[stream] === undefined)
    .map((stream) => ({ stream, needs: lackingFor(plan, stream) }))
    .filter(({ needs }) => !needs.includes('nexus_entities'))
    .map(
      ({ stream, needs }) =>
        `Nothing fills ${stream}: the warehouse lacks ${needs.join(', ')} for the shipped model.`,
    );
}

/** The user's own nexus_entities stands for the table, as it does for every model. */
function knownRelations({ relations, entityColumns }: CompileContext): readonly Relation[] {
  if (entityColumns === undefined || entityColumns instanceof ConnectorError) return relations;
  return [...relations, { name: 'nexus_entities', columns: entityColumns }];
}

/**
 * `lastSyncTime` gives what `{{ last_sync_time }}` is in a model, in unix seconds: 0 unless a state says more.
 *
 * @throws ConnectorError naming stream and model, where a model cannot be compiled or lacks a column.
 */
export async function planStream(
  plan: Plan,
  config: SourceConfig,
  stream: StreamName,
  lastSyncTime: (label: string) => number = () => 0,
): Promise<StreamPlan> {
  const contract = streamContracts[stream];
  const models: ModelPlan[] = [];
  for (const named of definitionsOf(plan, config, stream)) {
    models.push(await planModel(plan, contract, named, lastSyncTime(named.label)));
  }
  return { contract, models };
}

/** Every stream that has at least one model, in the order of a first sync. */
export async function planStreams(plan: Plan, config: SourceConfig): Promise<StreamPlan[]> {
  const streams: StreamPlan[] = [];
  for (const name of streamNames) streams.push(await planStream(plan, config, name));
  const filled = streams.filter((stream) => stream.models.length > 0);
  if (filled.length === 0) throw nothingToRead(plan);
  return filled;
}

/** @throws ConnectorError where no stream has a model, as in a warehouse without tables. */
export function requireSomething(plan: Plan, config: SourceConfig): void {
  const isEmpty = streamNames.every((stream) => definitionsOf(plan, config, stream).length === 0);
  if (isEmpty) throw nothingToRead(plan);
}

function nothingToRead({ context }: Plan) {
  const names = context.relations.map((relation) => relation.name);
  const found = names.length === 0 ? 'It has no table at all.' : `It has ${names.slice(0, 20).join(', ')}.`;
  return configError(
    `Nothing to read: the warehouse has no nexus_entities with an email or location_id column, nor another table that a default model reads. ${found} Name your own models or tables in the config (persons, objects, relationships, events), or correct warehouse.schema.`,
  );
}
