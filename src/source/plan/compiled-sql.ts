import { configError } from '../../errors/connector-error.ts';
import { didYouMean } from '../../errors/did-you-mean.ts';
import { type CompileContext, type CompiledModel, compileModel } from '../../models/compile.ts';
import { type StreamName, streamNames } from '../../streams/contract.ts';
import type { Dialect, Relation } from '../../warehouse/warehouse.ts';
import type { SourceConfig } from '../config.ts';
import { definitionsOf } from './definitions.ts';
import type { Plan } from './plan.ts';
import { toModelDefinition } from './plan-model.ts';

/** The SQL of one model, as the warehouse gets it. */
export interface CompiledSql {
  /** Undefined where a model was asked for by its own name. */
  readonly stream: StreamName | undefined;
  readonly label: string;
  readonly compiled: CompiledModel;
}

/**
 * Compiles what a stream reads, or all streams, or one model by its name. Nothing is run.
 *
 * @throws ConnectorError where a model cannot be compiled, or no stream or model has the name.
 */
export function compiledSql(
  plan: Plan,
  config: SourceConfig,
  dialect: Dialect,
  name: string | undefined,
): CompiledSql[] {
  const context = inDialect(plan.context, dialect);
  const streams = streamNames.filter((stream) => name === undefined || stream === name);
  if (streams.length === 0 && name !== undefined) return [oneModel(name, context)];
  return streams.flatMap((stream) =>
    definitionsOf(plan, config, stream).map(({ label, definition }) => ({
      stream,
      label,
      compiled: compileModel(toModelDefinition(definition), context),
    })),
  );
}

function oneModel(name: string, context: CompileContext): CompiledSql {
  const { user, shipped, disabled } = context.project;
  const known = [...user.keys(), ...shipped.keys(), ...disabled.keys()];
  if (!known.includes(name)) {
    throw configError(
      `"${name}" is neither a stream (${streamNames.join(', ')}) nor a model.${didYouMean(name, [...streamNames, ...known])}`,
    );
  }
  return { stream: undefined, label: name, compiled: compileModel({ from: 'model', name }, context) };
}

/** The same tables as they would be called in a warehouse of another kind. */
function inDialect(context: CompileContext, dialect: Dialect): CompileContext {
  if (dialect === context.dialect) return context;
  const fold = ({ name, columns }: Relation): Relation => ({
    name: dialect.foldIdentifier(name),
    columns: columns.map((column) => ({ ...column, name: dialect.foldIdentifier(column.name) })),
  });
  return { ...context, dialect, relations: context.relations.map(fold) };
}
