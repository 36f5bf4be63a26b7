import { ConnectorError, configError, messageOf } from '../../errors/connector-error.ts';
import { didYouMean } from '../../errors/did-you-mean.ts';
import type { CompiledModel } from '../../models/compile.ts';
import type { IdentifyModel } from '../../models/identify/identify.ts';
import { findByName } from '../../models/relation-lookup.ts';
import { bracketed } from '../../models/sql/sql-text.ts';
import type { Warehouse } from '../../warehouse/warehouse.ts';
import type { Definition } from '../config.ts';

/** The use of customer_io_identify that a definition of the config is. */
const ownIdentify = (definition: Definition, { identifies }: CompiledModel): IdentifyModel | undefined =>
  definition.from === 'identify' ? identifies.at(-1) : undefined;

/**
 * Columns that `ignore_traits` and `rename_traits` of the config name. In a model's SQL the macro passes over those
 * that are not there, as in dbt; in the config a name spelled wrong would send what was to be kept back.
 *
 * @throws ConnectorError with all that are not there, and near names.
 */
export function requireTraits(definition: Definition, compiled: CompiledModel): void {
  const model = ownIdentify(definition, compiled);
  if (model === undefined || definition.from !== 'identify') return;
  const { relation, dialect } = model;
  const columns = relation.columns.map(({ name }) => name);
  const given = [
    ...definition.ignore_traits.map((name) => ['ignore_traits', name] as const),
    ...Object.keys(definition.rename_traits).map((name) => ['rename_traits', name] as const),
  ];
  const missing = given.filter(([, name]) => findByName(name, relation.columns, dialect) === undefined);
  if (missing.length === 0) return;
  throw configError(
    missing
      .map(
        ([setting, name]) =>
          `${setting}: ${relation.name} has no column "${name}".${didYouMean(name, columns) || ` It has ${columns.join(', ')}.`}`,
      )
      .join(' '),
  );
}

/** An engine speaks of SQL: which filter of the config it means is found out by asking for each alone. */
export async function withFilter(
  error: unknown,
  definition: Definition,
  compiled: CompiledModel,
  { describe }: Pick<Warehouse, 'describe'>,
): Promise<unknown> {
  const model = ownIdentify(definition, compiled);
  if (model === undefined || definition.from !== 'identify' || !(error instanceof ConnectorError))
    return error;
  for (const [index, filter] of definition.filters.entries()) {
    const sql = `SELECT 1 AS "one" FROM ${model.steps.from} WHERE ${bracketed(filter)}`;
    const fault: unknown = await describe(sql).then(
      () => undefined,
      (cause: unknown) => cause,
    );
    // A nexus_entities that is a model cannot be asked alone: then no filter is to blame.
    if (fault === undefined || /__ref__/.test(messageOf(fault))) continue;
    return configError(`filters[${index}] (${filter.trim()}): ${messageOf(fault)}${hint(filter, model)}`, {
      cause: error,
    });
  }
  return error;
}

/** The commonest mistakes: a column spelled wrong, and a text without its quotes. */
function hint(filter: string, { relation, dialect }: IdentifyModel): string {
  const columns = relation.columns.map(({ name }) => name);
  const [, column, value] = /^\s*"?(\w+)"?\s*(?:=|<>|!=)\s*([A-Za-z_]\w*)\s*$/.exec(filter) ?? [];
  const isColumn = (name: string) => findByName(name, relation.columns, dialect) !== undefined;
  if (column !== undefined && value !== undefined && isColumn(column) && !isColumn(value))
    return ` Text needs single quotes: '${value}'.`;
  const words = filter.replaceAll(/'(?:[^']|'')*'/g, '').match(/[A-Za-z_]\w*/g) ?? [];
  const near = words.filter((word) => !isColumn(word)).map((word) => didYouMean(word, columns));
  return near.find((text) => text !== '') ?? '';
}
