import type { Connection } from 'snowflake-sdk';
import { type Column, type Relation, runSchema, withRunTables } from '../warehouse.ts';
import type { SnowflakeConfig } from './config.ts';
import { snowflakeDialect } from './dialect.ts';
import { quoteIdentifier, quoteString, writtenName } from './quote.ts';
import { allTextCells } from './results/resumed-result.ts';
import type { TextCells } from './session/driver-patch.ts';
import { execute } from './session/statement.ts';

function columnsQuery(config: SnowflakeConfig): string {
  const database = writtenName(config.database);
  const schema = writtenName(config.schema);
  const schemas = [schema, runSchema(schema, snowflakeDialect)].map(quoteString);
  return `SELECT TABLE_NAME, COLUMN_NAME, DATA_TYPE,
  TO_VARCHAR(NUMERIC_PRECISION), TO_VARCHAR(NUMERIC_SCALE), TO_VARCHAR(DATETIME_PRECISION), TABLE_SCHEMA
FROM ${quoteIdentifier(database)}.INFORMATION_SCHEMA.COLUMNS
WHERE TABLE_SCHEMA IN (${schemas.join(', ')}) AND TABLE_CATALOG = ${quoteString(database)}
ORDER BY TABLE_SCHEMA, TABLE_NAME, ORDINAL_POSITION`;
}

/** INFORMATION_SCHEMA gives a type in parts: spelled as `describe` spells it. */
function typeOf([, , type, precision, scale, fraction]: TextCells): string {
  if (type === 'NUMBER') return `NUMBER(${precision ?? 38},${scale ?? 0})`;
  if (type === 'TEXT') return 'VARCHAR';
  return /^TIME/.test(type ?? '') ? `${type}(${fraction ?? 9})` : (type ?? '');
}

async function listRelations(connection: Connection, config: SnowflakeConfig): Promise<Relation[]> {
  const own = writtenName(config.schema);
  const bySchema = new Map<string, Map<string, Column[]>>();
  const statement = await execute(connection, columnsQuery(config));
  for (const cells of await allTextCells(connection, statement)) {
    const tables = bySchema.get(cells[6] ?? own) ?? new Map<string, Column[]>();
    bySchema.set(cells[6] ?? own, tables);
    const name = cells[0] ?? '';
    tables.set(name, [...(tables.get(name) ?? []), { name: cells[1] ?? '', type: typeOf(cells) }]);
  }
  const relations = (schema: string): Relation[] =>
    [...(bySchema.get(schema) ?? [])].map(([name, columns]) => ({ name, columns }));
  const schema = runSchema(own, snowflakeDialect);
  const made = relations(schema).map((relation) => ({ ...relation, schema }));
  return withRunTables(relations(own), made, snowflakeDialect);
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
