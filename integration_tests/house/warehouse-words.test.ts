import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { warehouseNames } from '../../src/warehouse/registry.ts';

/** What only a warehouse's own folder may say: its name where code decides by it, its types, functions and clauses. */
const words: readonly RegExp[] = [
  /\bdialect\)?\.name\b/,
  new RegExp(`['"\`](?:${warehouseNames.join('|')})['"\`]`, 'i'),
  // Types, those that are plain words as a cast or a text names them.
  /\b(?:VARCHAR|VARIANT|DECFLOAT|BIGINT|HUGEINT|BLOB|GEOGRAPHY|TIMESTAMPTZ|TIMESTAMP_(?:NTZ|LTZ|TZ|NS|MS|S))\b/,
  /\bas (?:varchar|text|string|numeric|decimal|number|integer|double|float|boolean|binary|timestamp|date)\b\)/i,
  /'(?:NUMERIC|DECIMAL|NUMBER|INTEGER|DOUBLE|FLOAT|BOOLEAN|BINARY|STRUCT|TIMESTAMP|DATE)'/,
  /::[A-Z]/,
  // Functions.
  /\b(?:TO|TRY_TO|OBJECT|ARRAY|REGEXP|BASE64|ST)_[A-Z0-9_]+\(/,
  /\b(?:IFF|MD5|DATEDIFF|DATEADD|CONVERT_TIMEZONE|OCTET_LENGTH|COLLATE|PARSE_JSON|FLATTEN|SYSTEM\$\w+)\(/,
  /(?<!\.)\b(?:strlen|epoch_ms|strptime|strftime|make_timestamp|regexp_\w+|list_\w+|struct_\w+|json_(?:object|extract)\w*|read_(?:csv|json|parquet))\(/,
  // Clauses and catalogs.
  /\b(?:QUALIFY|TRANSIENT|COPY GRANTS|USE SCHEMA|OR REPLACE|TEMPORARY TABLE|COMMENT ON|COLLATE|TABLESAMPLE)\b/,
  /\binformation_schema\b|\bduckdb_\w+\(|\bpragma_\w+\(/i,
];

interface Exception {
  /** A file of src/, or the beginning of its name. */
  readonly file: string;
  /** What may stand there. */
  readonly says: RegExp;
  readonly why: string;
}

const exceptions: readonly Exception[] = [
  { file: 'demo/', says: /./, why: 'the demo is a DuckDB file, and makes it itself' },
  {
    file: 'models/graph.ts',
    says: /dialect: dialect\.name,/,
    why: "dbt's dispatch looks for macros with this prefix",
  },
  {
    file: 'models/project/template-functions.ts',
    says: /target: \{ type: dialect\.name/,
    why: "dbt's target.type",
  },
  {
    file: 'models/identify/identify.ts',
    says: /^QUALIFY ROW_NUMBER\(\) OVER \($/,
    why: "customer_io_identify is the specification's query, which speaks Snowflake's SQL",
  },
  { file: 'models/identify/nexus-id.ts', says: /as varchar\)/, why: "dbt_utils' own surrogate key" },
  {
    file: 'doctor/probes/',
    says: /^\s*mend: /,
    why: "advice for models, whose SQL is Snowflake's by specification on every warehouse",
  },
];

interface Found {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

const isComment = (line: string): boolean => /^\s*(?:\/\/|\/?\*)/.test(line);

/** Lines of a file (path as seen from src/) that a warehouse's folder alone may hold. */
function said(file: string, text: string): Found[] {
  return text
    .split('\n')
    .map((line, index) => ({ file, line: index + 1, text: line }))
    .filter((line) => !isComment(line.text) && words.some((word) => word.test(line.text)));
}

const excuses = ({ file, text }: Found, exception: Exception): boolean =>
  file.startsWith(exception.file) && exception.says.test(text);

const src = fileURLToPath(new URL('../../src', import.meta.url));
const all = globSync('**/*.ts', { cwd: src })
  .filter((file) => !file.startsWith('warehouse/') && !/\.(?:test|fixture)\.ts$/.test(file))
  .flatMap((file) => said(file, readFileSync(join(src, file), 'utf8')));

describe("a warehouse's own words", () => {
  it('stand in its folder alone', () => {
    const wrong = all.filter((found) => !exceptions.some((exception) => excuses(found, exception)));
    expect(wrong.map(({ file, line, text }) => `${file}:${line}: ${text.trim()}`)).toEqual([]);
  });

  it.each(exceptions)('are excused where they are: $file', (exception) => {
    expect(all.some((found) => excuses(found, exception))).toBe(true);
  });

  it.each([
    "if (dialect.name === 'snowflake') return sql;",
    'return (await dialectOf(config)).name === name ? 1 : quoted((plan.dialect).name);',
    "const engines = { 'duckdb': 1 };",
    'switch (type) { case "snowflake": return 1; }',
    'return `CAST(sql AS VARCHAR)`;',
    'return `sql::DOUBLE`;',
    '`TO_TIMESTAMP_NTZ(sql)`',
    '`CAST(NULL AS TIMESTAMP_LTZ)`',
    '`cast(x as varchar)`',
    "const made = { float: 'DOUBLE' };",
    '`SUBSTR(MD5(key), 1, 16)`',
    '`QUALIFY row_number() OVER (PARTITION BY key) = 1`',
    '`CREATE OR REPLACE TABLE name AS select`',
    '`SELECT strlen(text)`',
    '`SELECT * FROM duckdb_tables()`',
    '`SELECT 1 FROM INFORMATION_SCHEMA.TABLES`',
    '`SELECT * FROM information_schema.columns`',
    '`SELECT regexp_matches(text, pattern)`',
    "`OBJECT_CONSTRUCT('a', 1)`",
  ])('would be caught: %s', (line) => {
    expect(said('nexus/planted.ts', line)).toHaveLength(1);
  });

  it.each([
    '// Snowflake says TO_TIMESTAMP_NTZ(x)',
    ' * On DuckDB a VARCHAR.',
    'return [dialect.text.cast(sql)];',
    'const TO_LINE_END = /[^\\n]*/y;',
    'const { name } = relation;',
    'const FLOAT = /[0-9]+[.][0-9]+/;',
    "import { snowflakeDialect } from '../warehouse/snowflake/dialect.ts';",
  ])('are not seen in: %s', (line) => {
    expect(said('nexus/planted.ts', line)).toEqual([]);
  });
});
