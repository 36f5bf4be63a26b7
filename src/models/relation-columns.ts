import { ConnectorError, configError } from '../errors/connector-error.ts';
import type { Column } from '../warehouse/warehouse.ts';
import type { TemplateFunction } from './jinja/values/convert.ts';
import type { Reference } from './reference.ts';

/** A column as dbt's templates know it (https://docs.getdbt.com/reference/dbt-classes#column). */
interface TemplateColumn {
  readonly name: string;
  readonly column: string;
  /** The type without its size. */
  readonly dtype: string;
  readonly data_type: string;
}

const columnFunction = 'adapter.get_columns_in_relation';

/**
 * dbt's `adapter.get_columns_in_relation(ref('x'))`, by which a model takes the columns that are there. It knows
 * the tables of the warehouse; of models it knows nexus_entities only, which the warehouse has described before.
 */
export function columnsInRelation(
  references: ReadonlyMap<string, Reference>,
  entityColumns: readonly Column[] | ConnectorError | undefined,
): TemplateFunction {
  return ([relation]) => {
    const reference = references.get(String(relation));
    if (reference === undefined) throw configError(`${columnFunction} needs a ref() or a source().`);
    return columnsOf(reference, entityColumns).map(templateColumn);
  };
}

function columnsOf(reference: Reference, entityColumns: readonly Column[] | ConnectorError | undefined) {
  if (reference.kind === 'relation' && !reference.isElsewhere) return reference.relation.columns;
  const name = reference.kind === 'model' ? reference.model.name : reference.relation.name;
  if (reference.kind === 'model' && name === 'nexus_entities') {
    if (entityColumns instanceof ConnectorError) throw entityColumns;
    if (entityColumns !== undefined) return entityColumns;
  }
  throw configError(
    `${columnFunction}: the columns of ${name} are not known here, since it is not a table of the configured schema.`,
  );
}

/** What is inside of a list or struct keeps its size: the type as a whole has none. */
const ownSize = /^([\w ]+)\([\d, ]*\)$/;

function templateColumn({ name, type }: Column): TemplateColumn {
  return { name, column: name, dtype: type.replace(ownSize, '$1'), data_type: type };
}
