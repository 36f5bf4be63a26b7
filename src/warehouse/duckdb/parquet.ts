import { readdir } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { configError } from '../../errors/connector-error.ts';
import { requireFile } from '../../files/named-file.ts';
import { quoteIdentifier, quoteString } from './quote.ts';

const ending = '.parquet';

/** read_parquet takes a pattern. In one, a character in brackets is itself; a backslash cannot be written at all. */
function patternOf(path: string): string {
  if (!/[*?[]/.test(path)) return path;
  if (path.includes('\\')) {
    throw configError(
      `${path} could not be read: DuckDB cannot read a path with a backslash next to one of *, ? and [. Rename it.`,
    );
  }
  return path.replace(/[*?[]/g, '[$&]');
}

/** Names of tables are one where they differ by case only. */
function refuseTwins(folder: string, files: readonly string[]): void {
  const byName = Map.groupBy(files, (file) => file.toLowerCase());
  for (const [first, second] of byName.values()) {
    if (second === undefined) continue;
    throw configError(
      `${join(folder, String(first))} and ${second} (warehouse.path) would be the same table: rename one of them.`,
    );
  }
}

/**
 * Older writers of parquet do not say that bytes are text, and SQL of models takes no bytes for text. The columns, quoted,
 * whose every value is UTF-8: each is read once to know.
 */
async function unsaidTexts(connection: DuckDBConnection, scan: string): Promise<string[]> {
  const described = (await connection.runAndReadAll(`DESCRIBE FROM ${scan}`)).getRows();
  const bytes = described
    .filter(([, type]) => type === 'BLOB')
    .map(([name]) => quoteIdentifier(String(name)));
  if (bytes.length === 0) return [];
  const others = bytes.map((column) => `count(${column}) - count(try(decode(${column})))`);
  const [counts = []] = (
    await connection.runAndReadAll(`SELECT ${others.join(', ')} FROM ${scan}`)
  ).getRows();
  return bytes.filter((_column, index) => counts[index] === 0n);
}

/**
 * Makes a view of each parquet file, named as the file. Each is read as it stands: names of folders such as
 * `day=2024-01-01` are no columns.
 *
 * @returns the paths that must stay open, as DuckDB is asked for them
 */
export async function viewParquet(connection: DuckDBConnection, folder: string): Promise<string[]> {
  const files = (await readdir(folder)).filter((file) => extname(file) === ending).sort();
  if (files.length === 0) {
    throw configError(`The folder ${folder} (warehouse.path) contains no .parquet file.`);
  }
  refuseTwins(folder, files);
  const paths: string[] = [];
  for (const file of files) {
    const path = resolve(folder, file);
    await requireFile('warehouse.path', path);
    const pattern = patternOf(path);
    paths.push(path, pattern);
    const name = quoteIdentifier(file.slice(0, -ending.length));
    const scan = `read_parquet(${quoteString(pattern)}, hive_partitioning = false, union_by_name = false)`;
    try {
      const texts = await unsaidTexts(connection, scan);
      const columns = texts.map((column) => `decode(${column}) AS ${column}`);
      const replaced = columns.length === 0 ? '' : ` REPLACE (${columns.join(', ')})`;
      await connection.run(`CREATE VIEW ${name} AS SELECT *${replaced} FROM ${scan}`);
    } catch (error) {
      throw configError(`${join(folder, file)} could not be read as a parquet file.`, { cause: error });
    }
  }
  return paths;
}
