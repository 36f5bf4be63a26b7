import type { DuckDBConnection } from '@duckdb/node-api';
import { type Cell, type RowType, rowType } from './result.ts';

/** What `DESC TABLE name [TYPE = COLUMNS]` names, in DuckDB's SQL; undefined for another statement. */
export const describedTable = (translated: string): string | undefined =>
  /^\s*DESC(?:RIBE)?\s+TABLE\s+(.+?)(?:\s+TYPE\s*=\s*COLUMNS)?\s*$/s.exec(translated)?.[1];

/** The columns of its answer; clients count on their order. */
const columns = [
  'name',
  'type',
  'kind',
  'null?',
  'default',
  'primary key',
  'unique key',
  'check',
  'expression',
  'comment',
];

/** A type as Snowflake's DDL spells it. */
function spelled({ type, precision, scale, length }: RowType): string {
  if (type === 'fixed') return `NUMBER(${precision},${scale})`;
  if (type === 'text') return `VARCHAR(${length})`;
  if (type === 'real') return 'FLOAT';
  return scale === null ? type.toUpperCase() : `${type.toUpperCase()}(${scale})`;
}

const row = (column: RowType): Cell[] => {
  const known: Readonly<Record<string, string>> = {
    name: column.name,
    type: spelled(column),
    kind: 'COLUMN',
    'null?': 'Y',
    'primary key': 'N',
    'unique key': 'N',
  };
  return columns.map((name) => known[name] ?? null);
};

export async function describeTable(connection: DuckDBConnection, table: string) {
  const described = (await connection.runAndReadAll(`DESCRIBE ${table}`)).getRows();
  return {
    types: columns.map((name) => rowType(name, 'VARCHAR')),
    rows: [described.map(([name, type]) => row(rowType(String(name), String(type))))],
  };
}
