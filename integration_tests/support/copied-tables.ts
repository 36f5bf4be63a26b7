import { DuckDBInstance } from '@duckdb/node-api';

/** Rows of one INSERT. */
const rowsAtOnce = 1000;

const types: readonly (readonly [RegExp, string])[] = [
  [/^TIMESTAMP/, 'TIMESTAMP_NTZ'],
  [/^DECIMAL/, '$&'],
  [/^(BIGINT|INTEGER|HUGEINT)$/, 'NUMBER(38,0)'],
  [/^(DOUBLE|FLOAT)$/, 'FLOAT'],
  [/^(BOOLEAN|DATE|VARCHAR)$/, '$&'],
];

function typeOf(duckdb: string): string {
  const [pattern, type] = types.find(([each]) => each.test(duckdb)) ?? [];
  if (pattern === undefined || type === undefined) throw new Error(`no type for ${duckdb}`);
  return type === '$&' ? duckdb : type;
}

/** Snowflake turns texts into the type of the column that they are inserted into. */
const literal = (value: unknown): string =>
  value === null ? 'NULL' : `'${String(value).replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;

/** Statements that make the tables of a DuckDB file, with their rows, in a schema of Snowflake's. */
export async function copiedTables(path: string): Promise<string[]> {
  const instance = await DuckDBInstance.create(path, { access_mode: 'READ_ONLY' });
  const connection = await instance.connect();
  const ask = async (sql: string) => (await connection.runAndReadAll(sql)).getRows();
  await connection.run("SET TimeZone = 'UTC'");
  const statements: string[] = [];
  for (const [table] of await ask('SELECT table_name FROM duckdb_tables() ORDER BY table_name')) {
    const columns = (await ask(`DESCRIBE ${table}`)).map(([name, type]) => ({
      name: String(name),
      type: typeOf(String(type)),
    }));
    statements.push(
      `CREATE TABLE ${table} (${columns.map(({ name, type }) => `${name} ${type}`).join(', ')})`,
    );
    const texts = columns.map(({ name, type }) =>
      type === 'TIMESTAMP_NTZ' ? `${name}::TIMESTAMP::VARCHAR` : `${name}::VARCHAR`,
    );
    const rows = await ask(`SELECT ${texts.join(', ')} FROM ${table}`);
    for (let start = 0; start < rows.length; start += rowsAtOnce) {
      const values = rows.slice(start, start + rowsAtOnce).map((row) => `(${row.map(literal).join(', ')})`);
      statements.push(`INSERT INTO ${table} VALUES ${values.join(', ')}`);
    }
  }
  connection.closeSync();
  instance.closeSync();
  return statements;
}
