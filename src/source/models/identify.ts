import { configError } from '../../protocol/connector-error.ts';
import type { Column, Dialect, Relation } from '../warehouse/warehouse.ts';
import { type IdentifyColumns, identifyColumns } from './identify-columns.ts';
import type { IdentifyParameters } from './identify-parameters.ts';
import { findByName } from './relation-lookup.ts';
import { bracketed } from './sql-text.ts';

export interface IdentifySource {
  /** nexus_entities as the warehouse has it: its columns are the traits. */
  readonly relation: Relation;
  /** How SQL names it here. */
  readonly reference: string;
  readonly dialect: Dialect;
}

export interface IdentifyModel {
  readonly sql: string;
  readonly notes: readonly string[];
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
  const sqlOf = (column: Column) => `${table}.${dialect.quoteIdentifier(column.name)}`;
  const system = (name: string) => sqlOf(systemColumn(name, relation, dialect));

  const key = dedupeKey(columns.dedupe, sqlOf);
  const sql = `SELECT
    ${selectList(columns, system('_updated_at'), sqlOf, dialect).join(',\n    ')}
FROM ${reference} AS ${table}
WHERE ${system('entity_type')} = ${dialect.quoteString(parameters.entity_type)}
  AND ${hasIdentifier(columns, sqlOf)}${parameters.filters.map(filterSql).join('')}
QUALIFY ROW_NUMBER() OVER (
    PARTITION BY ${key}
    ORDER BY ${system('_updated_at')} DESC NULLS LAST, ${system('entity_id')}
) = 1 OR ${sqlOf(columns.dedupe)} IS NULL`;
  return { sql, notes: columns.notes };
}

type SqlOf = (column: Column) => string;

function systemColumn(name: string, relation: Relation, dialect: Dialect): Column {
  const column = findByName(name, relation.columns, dialect);
  if (column !== undefined) return column;
  throw configError(
    `customer_io_identify: ${relation.name} has no column "${name}", which nexus gives it. Is it the table that nexus made?`,
  );
}

function selectList(columns: IdentifyColumns, updatedAt: string, sqlOf: SqlOf, dialect: Dialect): string[] {
  const { userId, anonymousId, traits } = columns;
  return [
    `${sqlOf(userId)} AS "userId"`,
    ...(anonymousId === undefined ? [] : [`${sqlOf(anonymousId)} AS "anonymousId"`]),
    `${updatedAt} AS "timestamp"`,
    ...traits.map(({ column, output }) => {
      const value = dialect.isTimestamp(column.type) ? `TO_TIMESTAMP_NTZ(${sqlOf(column)})` : sqlOf(column);
      return `${value} AS ${dialect.quoteIdentifier(output)}`;
    }),
  ];
}

function hasIdentifier({ userId, anonymousId }: IdentifyColumns, sqlOf: SqlOf): string {
  const hasUser = `${sqlOf(userId)} IS NOT NULL`;
  return anonymousId === undefined ? hasUser : `(${hasUser} OR ${sqlOf(anonymousId)} IS NOT NULL)`;
}

/** In brackets of its own, so that an OR in it, or a comment at its end, stays inside. */
function filterSql(filter: string): string {
  return `\n  AND ${bracketed(filter)}`;
}

function dedupeKey(column: Column, sqlOf: SqlOf): string {
  const isText = /CHAR|TEXT|STRING/i.test(column.type);
  return `LOWER(TRIM(${isText ? sqlOf(column) : `CAST(${sqlOf(column)} AS VARCHAR)`}))`;
}
