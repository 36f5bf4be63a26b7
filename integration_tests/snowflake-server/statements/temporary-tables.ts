/**
 * A temporary table of Snowflake lies in a schema and hides a table of its name there, for its session alone. Those of
 * DuckDB have a catalog of their own: what names one is led there.
 */

const created = /^(\s*CREATE\s+(?:OR\s+REPLACE\s+)?)TEMP(?:ORARY)?\s+TABLE\s+("[^"]+")\.("[^"]+")/i;

const key = (schema: string, table: string): string => `${schema}.${table}`;

/** The statement as DuckDB takes it; `known` are those of the session, and takes what the statement makes. */
export function withTemporaryTables(sql: string, known: Set<string>): string {
  const [whole = '', create = '', schema = '', table = ''] = created.exec(sql) ?? [];
  const body = sql
    .slice(whole.length)
    .replaceAll(/("[^"]+")\.("[^"]+")/g, (name, schemaName, tableName) =>
      known.has(key(schemaName, tableName)) ? `TEMP.${tableName}` : name,
    );
  if (whole === '') return body;
  known.add(key(schema, table));
  return `${create}TEMPORARY TABLE ${table}${body}`;
}
