import type { Connection } from 'snowflake-sdk';
import type { Column, Relation } from '../warehouse.ts';
import { quoteIdentifier, quoteString, writtenName } from './quote.ts';
import { allTextCells } from './resumed-result.ts';
import type { SnowflakeConfig } from './snowflake-config.ts';
import { execute } from './statement.ts';
import type { TextCells } from './whole-chunks.ts';

function columnsQuery(config: SnowflakeConfig): string {
  const database = writtenName(config.database);
  return `SELECT TABLE_NAME, COLUMN_NAME, DATA_TYPE,
  TO_VARCHAR(NUMERIC_PRECISION), TO_VARCHAR(NUMERIC_SCALE), TO_VARCHAR(DATETIME_PRECISION)
FROM ${quoteIdentifier(database)}.INFORMATION_SCHEMA.COLUMNS
WHERE TABLE_SCHEMA = ${quoteString(writtenName(config.schema))} AND TABLE_CATALOG = ${quoteString(database)}
ORDER BY TABLE_NAME, ORDINAL_POSITION`;
}

/** INFORMATION_SCHEMA gives a type in parts: spelled as `describe` spells it. */
function typeOf([, , type, precision, scale, fraction]: TextCells): string {
  if (type === 'NUMBER') return `NUMBER(${precision ?? 38},${scale ?? 0})`;
  if (type === 'TEXT') return 'VARCHAR';
  return /^TIME/.test(type ?? '') ? `${type}(${fraction ?? 9})` : (type ?? '');
}

async function listRelations(connection: Connection, config: SnowflakeConfig): Promise<Relation[]> {
  const tables = new Map<string, Column[]>();
  const statement = await execute(connection, columnsQuery(config));
  for (const cells of await allTextCells(connection, statement)) {
    const name = cells[0] ?? '';
    const columns = tables.get(name) ?? [];
    columns.push({ name: cells[1] ?? '', type: typeOf(cells) });
    tables.set(name, columns);
  }
  return [...tables].map(([name, columns]) => ({ name, columns }));
}

/** Asked once: the schema does not change under a run. */
export function relationLookup(
  connection: Connection,
  config: SnowflakeConfig,
): () => Promise<readonly Relation[]> {
  let known: Promise<Relation[]> | undefined;
  return () => {
    known ??= listRelations(connection, config);
    return known;
  };
}
