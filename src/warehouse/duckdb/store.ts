import type { Store } from '../warehouse.ts';
import { duckdbWarehouse } from './duckdb.ts';
import { quoteIdentifier, quoteString } from './quote.ts';

export async function openStore(path: string): Promise<Store> {
  const warehouse = await duckdbWarehouse({ type: 'duckdb', path }, 'store');
  return {
    ...warehouse,
    load: (table, columns, lines) =>
      warehouse.execute(loadSql(table, columns), [Buffer.from(lines).toString()]),
  };
}

function loadSql(table: string, columns: readonly string[]): string {
  const values = columns.map((name) => `json_extract_string("row", ${quoteString(`$.${name}`)})`);
  return `INSERT INTO ${table} (${columns.map(quoteIdentifier).join(', ')}) SELECT ${values.join(', ')}
FROM (SELECT CAST("line" AS JSON) AS "row" FROM (SELECT unnest(string_split(?, chr(10))) AS "line") WHERE "line" <> '')`;
}
