import { configError } from '../../errors/connector-error.ts';
import type { Column, Dialect, Relation } from '../../warehouse/warehouse.ts';
import { findByName } from '../relation-lookup.ts';
import { bracketed } from '../sql/sql-text.ts';
import { type IdentifyColumns, identifyColumns, type Operand } from './identify-columns.ts';
import type { IdentifyParameters } from './identify-parameters.ts';

export interface IdentifySource {
  /** nexus_entities as the warehouse has it: its columns are the traits. */
  readonly relation: Relation;
  /** How SQL names it here. */
  readonly reference: string;
  readonly dialect: Dialect;
}

export interface IdentifyModel extends IdentifySource {
  readonly sql: string;
  readonly notes: readonly string[];
  readonly parameters: IdentifyParameters;
  readonly columns: IdentifyColumns;
  readonly steps: IdentifySteps;
}

/** What the rows of nexus_entities pass through, as SQL on one FROM item. */
export interface IdentifySteps {
  /** The FROM item with its alias. */
  readonly from: string;
  /** Conditions that all must hold, in this order. */
  readonly conditions: readonly IdentifyCondition[];
  /** One row is kept of those that agree on the key; those without one are all kept. */
  readonly key: string;
  /** Which of them: the first in this order. */
  readonly order: string;
  readonly entityType: string;
  readonly entityId: string;
  /** In UTC, without a zone. */
  readonly updatedAt: string;
}

export interface IdentifyCondition {
  readonly parameter: 'entity_type' | 'user_id_column' | 'filters';
  readonly sql: string;
}

/**
 * The specification's `customer_io_identify`: one SELECT without helper columns, so it stands alone as well as
 * inside the brackets of a CTE. Every column is named with its table, since an output name that equals another
 * column's (a rename, `timestamp`) must never be taken for it.
 */
export function identify(parameters: IdentifyParameters, source: IdentifySource): IdentifyModel {
  const { relation, reference, dialect } = source;
  const columns = identifyColumns(parameters, relation, dialect);
  const table = dialect.quoteIdentifier(dialect.foldIdentifier('nexus_entities'));
  const sqlOf = (operand: Operand) =>
    'expression' in operand
      ? bracketed(operand.expression)
      : `${table}.${dialect.quoteIdentifier(operand.name)}`;
  const system = (name: string) => sqlOf(systemColumn(name, relation, dialect));

  const updatedAt = system('_updated_at');
  const entityType = system('entity_type');
  const entityId = system('entity_id');
  const steps: IdentifySteps = {
    from: `${reference} AS ${table}`,
    conditions: [
      { parameter: 'entity_type', sql: `${entityType} = ${dialect.quoteString(parameters.entity_type)}` },
      { parameter: 'user_id_column', sql: hasIdentifier(columns, sqlOf) },
      // In brackets of its own, so that an OR in it, or a comment at its end, stays inside.
      ...parameters.filters.map((sql) => ({ parameter: 'filters', sql: bracketed(sql) }) as const),
    ],
    key: dedupeKey(columns.dedupe, sqlOf, dialect),
    order: `${updatedAt} DESC NULLS LAST, ${entityId}`,
    entityType,
    entityId,
    updatedAt: dialect.time.utc(updatedAt, systemColumn('_updated_at', relation, dialect).type),
  };
  const sql = `SELECT
    ${[...selectList(columns, updatedAt, sqlOf, dialect), ...entityOf(parameters, source, system)].join(',\n    ')}
FROM ${steps.from}
WHERE ${steps.conditions.map((condition) => condition.sql).join('\n  AND ')}
QUALIFY ROW_NUMBER() OVER (
    PARTITION BY ${steps.key}
    ORDER BY ${steps.order}
) = 1 OR ${sqlOf(columns.dedupe)} IS NULL`;
  return { ...source, sql, notes: columns.notes, parameters, columns, steps };
}

/** The column that says of which nexus entity a row is: by it, a person is known under a new userId. Never sent. */
export const entityColumn = '_nexus_entity_id';

function entityOf(
  { entity_id_column: name }: IdentifyParameters,
  { dialect }: IdentifySource,
  system: (name: string) => string,
): string[] {
  return name === undefined ? [] : [`${system(name)} AS ${dialect.quoteIdentifier(entityColumn)}`];
}

type SqlOf = (operand: Operand) => string;

/** nexus writes its own names without quotes: in Snowflake a trait `"_updated_at"` stands beside `_UPDATED_AT`. */
function systemColumn(name: string, relation: Relation, dialect: Dialect): Column {
  const column = findByName(dialect.foldIdentifier(name), relation.columns, dialect);
  if (column !== undefined) return column;
  throw configError(
    `customer_io_identify: ${relation.name} has no column "${name}", which nexus creates. Is it the table that nexus built?`,
  );
}

function selectList(columns: IdentifyColumns, updatedAt: string, sqlOf: SqlOf, dialect: Dialect): string[] {
  const { userId, anonymousId, traits } = columns;
  return [
    `${sqlOf(userId)} AS "userId"`,
    ...(anonymousId === undefined ? [] : [`${sqlOf(anonymousId)} AS "anonymousId"`]),
    `${updatedAt} AS "timestamp"`,
    ...traits.map(({ column, output }) => {
      const sql = sqlOf(column);
      const value = dialect.types.isTimestamp(column.type) ? dialect.time.utc(sql, column.type) : sql;
      return `${value} AS ${dialect.quoteIdentifier(output)}`;
    }),
  ];
}

function hasIdentifier({ userId, anonymousId }: IdentifyColumns, sqlOf: SqlOf): string {
  const hasUser = `${sqlOf(userId)} IS NOT NULL`;
  return anonymousId === undefined ? hasUser : `(${hasUser} OR ${sqlOf(anonymousId)} IS NOT NULL)`;
}

/** Without its collation, which would take different emails for one. */
function dedupeKey(operand: Operand, sqlOf: SqlOf, dialect: Dialect): string {
  const isText = 'type' in operand && dialect.types.isText(operand.type);
  const text = isText ? dialect.text.exact(sqlOf(operand), operand) : dialect.text.cast(sqlOf(operand));
  return `LOWER(TRIM(${text}))`;
}
