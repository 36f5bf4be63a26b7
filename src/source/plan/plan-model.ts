import { ConnectorError, configError } from '../../errors/connector-error.ts';
import { nearMatches } from '../../errors/did-you-mean.ts';
import { compileModel } from '../../models/compile.ts';
import type { StreamContract, StreamName } from '../../streams/contract.ts';
import type { Column } from '../../warehouse/warehouse.ts';
import type { Definition } from '../config.ts';
import { requireTraits, withFilter } from './configured-names.ts';
import type { NamedDefinition } from './definitions.ts';
import type { ModelPlan, Plan } from './plan.ts';
import { withPlace } from './sql-place.ts';

/**
 * Compiles and describes a definition, whatever its columns.
 *
 * @throws ConnectorError if that fails; the caller adds stream and model.
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

/** @throws ConnectorError with stream and model, if it cannot be compiled or lacks a column. */
export async function planModel(
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

/** Adds the stream and the model to an error: a database only knows its SQL. */
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

/** The form allows more keys than the macro has parameters; only the macro's own are passed on. */
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
