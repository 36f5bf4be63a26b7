import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { requireFile } from '../../../files/named-file.ts';
import { ConnectorError, configError, messageOf } from '../../../protocol/connector-error.ts';
import { duckdbDialect } from './dialect.ts';
import type { CopyFrom } from './line-bytes.ts';
import { Memory } from './memory.ts';
import { snowflakeFunctions } from './snowflake-functions.ts';

export interface DuckdbConfig {
  readonly type: 'duckdb';
  /** A DuckDB database file, or a folder of parquet files that are its tables. */
  readonly path: string;
  readonly schema?: string | undefined;
  /** Only `run` writes; everything else opens the file so that others may read it too. */
  readonly writable?: boolean;
}

export interface OpenDatabase {
  readonly connection: DuckDBConnection;
  /** Catalog and schema whose tables the models see. */
  readonly catalog: string;
  readonly schema: string;
  readonly memory: Memory;
  readonly copyFrom: CopyFrom;
  close(): Promise<void>;
}

/** NULLs sort as Snowflake sorts them and times are UTC, so that one SQL means one thing on both warehouses. */
const sessionSettings = [
  `SET TimeZone = 'UTC'`,
  `SET default_null_order = 'nulls_last_on_asc_first_on_desc'`,
  'SET preserve_insertion_order = true',
];

const { quoteIdentifier, quoteString } = duckdbDialect;

async function attachFile(connection: DuckDBConnection, config: DuckdbConfig): Promise<[string, string]> {
  const schema = config.schema ?? 'main';
  try {
    await connection.run(
      `ATTACH ${quoteString(config.path)} AS warehouse${config.writable === true ? '' : ' (READ_ONLY)'}`,
    );
  } catch (error) {
    throw attachError(config.path, error);
  }
  try {
    await connection.run(`USE warehouse.${quoteIdentifier(schema)}`);
  } catch (error) {
    throw configError(`The DuckDB file ${config.path} has no schema "${schema}" (warehouse.schema).`, {
      cause: error,
    });
  }
  return ['warehouse', schema];
}

function attachError(path: string, cause: unknown): ConnectorError {
  if (/lock/i.test(messageOf(cause))) {
    return new ConnectorError(
      `The DuckDB file ${path} is open for writing in another process. Close it there and try again.`,
      { failureType: 'transient_error', cause },
    );
  }
  return configError(
    `${path} could not be opened as a DuckDB database (warehouse.path). Is it a DuckDB file of version 1.5 or older?`,
    { internal: messageOf(cause), cause },
  );
}

function readOnlyFolder(path: string): ConnectorError {
  return configError(
    `${path} (warehouse.path) is a folder of parquet files, which are only read. Give a DuckDB file to write tables and views to.`,
  );
}

async function viewParquet(connection: DuckDBConnection, folder: string): Promise<[string, string]> {
  const files = (await readdir(folder)).filter((file) => extname(file) === '.parquet').sort();
  if (files.length === 0) {
    throw configError(`The folder ${folder} (warehouse.path) holds no .parquet file.`);
  }
  for (const file of files) {
    await requireFile('warehouse.path', join(folder, file));
    const name = quoteIdentifier(file.slice(0, -'.parquet'.length));
    try {
      await connection.run(`CREATE VIEW ${name} AS FROM read_parquet(${quoteString(join(folder, file))})`);
    } catch (error) {
      throw configError(`${join(folder, file)} could not be read as a parquet file.`, { cause: error });
    }
  }
  return ['memory', 'main'];
}

async function kindOf(path: string): Promise<'file' | 'folder'> {
  const found = await stat(path).catch((cause: unknown) => {
    throw configError(
      `${path} (warehouse.path) is not there. Give a DuckDB file or a folder of parquet files.`,
      { cause },
    );
  });
  if (found.isDirectory()) return 'folder';
  await requireFile('warehouse.path', path);
  return 'file';
}

/**
 * Sorts larger than memory spill here, not into the user's working directory. Where nothing may be written, as
 * in a read-only container, they have to fit into memory.
 */
async function spillFolder(): Promise<string | undefined> {
  try {
    return await mkdtemp(join(tmpdir(), 'nexus-customer-io-'));
  } catch {
    return undefined;
  }
}

/** Opens the warehouse, for reading only unless told; the engine's own database is in memory. */
export async function openDuckdb(config: DuckdbConfig): Promise<OpenDatabase> {
  const kind = await kindOf(config.path);
  if (kind === 'folder' && config.writable === true) throw readOnlyFolder(config.path);
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const { default: bindings } = await import('@duckdb/node-bindings');
  const spill = await spillFolder();
  const instance = await DuckDBInstance.create(':memory:', { temp_directory: spill ?? '' });
  const connection = await instance.connect();
  const close = async (): Promise<void> => {
    connection.closeSync();
    instance.closeSync();
    if (spill !== undefined) await rm(spill, { recursive: true, force: true });
  };
  const memory = new Memory(connection);
  try {
    if (config.writable !== true) await memory.restrict();
    const place = await attach(connection, config, kind);
    return { connection, close, memory, copyFrom: bindings.get_data_from_pointer, ...place };
  } catch (error) {
    await close();
    throw error;
  }
}

async function attach(
  connection: DuckDBConnection,
  config: DuckdbConfig,
  kind: 'file' | 'folder',
): Promise<{ catalog: string; schema: string }> {
  for (const statement of [...sessionSettings, ...snowflakeFunctions()]) await connection.run(statement);
  const [catalog, schema] =
    kind === 'folder' ? await viewParquet(connection, config.path) : await attachFile(connection, config);
  return { catalog, schema };
}
