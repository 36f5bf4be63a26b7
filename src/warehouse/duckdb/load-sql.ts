import { quoteIdentifier, quoteString } from './quote.ts';

/** SQL that adds rows to a table of texts; its value is their JSON objects, a line each. */
export function loadSql(table: string, columns: readonly string[]): string {
  const values = columns.map((name) => `json_extract_string("row", ${quoteString(`$.${name}`)})`);
  return `INSERT INTO ${table} (${columns.map(quoteIdentifier).join(', ')}) SELECT ${values.join(', ')}
FROM (SELECT CAST("line" AS JSON) AS "row" FROM (SELECT unnest(string_split(?, chr(10))) AS "line") WHERE "line" <> '')`;
}
