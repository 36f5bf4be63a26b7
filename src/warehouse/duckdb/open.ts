import { rm, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { ConnectorError, configError, messageOf } from '../../errors/connector-error.ts';
import { requireFile } from '../../files/named-file.ts';
import { temporaryFolder } from '../../files/temporary-folder.ts';
import type { Access } from '../warehouse.ts';
import type { DuckdbConfig } from './config.ts';
import type { CopyFrom } from './lines/line-bytes.ts';
import { provenCopy } from './lines/proven-copy.ts';
import { Memory } from './memory.ts';
import { viewParquet } from './parquet.ts';
import { quoteIdentifier, quoteString } from './quote.ts';
import { snowflakeFunctions } from './snowflake-functions.ts';
import { closeOff, refuseExtensions } from './statements/close-off.ts';
import { UnderWay } from './under-way.ts';

export interface OpenDatabase {
  readonly connection: DuckDBConnection;
  /** Catalog and schema whose tables the models see. */
  readonly catalog: string;
  readonly schema: string;
  readonly memory: Memory;
  readonly underWay: UnderWay;
  /** undefined where it is not proven that it reads what it should. */
  readonly copyFrom: CopyFrom | undefined;
  close(): Promise<void>;
}

/** NULLs sort as Snowflake sorts them and times are UTC, so that one SQL means one thing on both warehouses. */
const sessionSettings = [
  `SET TimeZone = 'UTC'`,
  `SET default_null_order = 'nulls_last_on_asc_first_on_desc'`,
  'SET preserve_insertion_order = true',
];

/** The views of parquet files are the engine's own. */
const parquetPlace = { catalog: 'memory', schema: 'main' };

/** What the engine reads and writes of a database. */
function filesOf(file: string): string[] {
  const path = resolve(file);
  return [path, ...['.wal', '.wal.checkpoint', '.wal.recovery'].map((ending) => path + ending)];
}

async function attachFile(
  connection: DuckDBConnection,
  config: DuckdbConfig,
  access: Access,
): Promise<{ catalog: string; schema: string }> {
  const schema = config.schema ?? 'main';
  try {
    await connection.run(
      `ATTACH ${quoteString(resolve(config.path))} AS warehouse (TYPE duckdb${access === 'read' ? ', READ_ONLY' : ''})`,
    );
  } catch (error) {
    throw attachError(config.path, error, access === 'store' ? 'changes.file' : 'warehouse.path');
  }
  try {
    await connection.run(`USE warehouse.${quoteIdentifier(schema)}`);
  } catch (error) {
    throw configError(`The DuckDB file ${config.path} has no schema "${schema}" (warehouse.schema).`, {
      cause: error,
    });
  }
  return { catalog: 'warehouse', schema };
}

/** The catalog of a file that keeps snapshots beside a warehouse that is only read. */
export const besideCatalog = 'snapshots';

async function attachBeside(connection: DuckDBConnection, path: string): Promise<void> {
  try {
    await connection.run(`ATTACH ${quoteString(resolve(path))} AS ${besideCatalog} (TYPE duckdb)`);
  } catch (error) {
    throw attachError(path, error, 'changes.file');
  }
}

function attachError(path: string, cause: unknown, option = 'warehouse.path'): ConnectorError {
  if (/lock/i.test(messageOf(cause))) {
    return new ConnectorError(
      `The DuckDB file ${path} is open for writing in another process. Close it there and try again.`,
      { failureType: 'transient_error', cause },
    );
  }
  return configError(
    `${path} could not be opened as a DuckDB database (${option}). Is it a DuckDB file of version 1.5 or older?`,
    { internal: messageOf(cause), cause },
  );
}

function readOnlyFolder(path: string): ConnectorError {
  return configError(
    `${path} (warehouse.path) is a folder of parquet files, which are read-only. Name a DuckDB file to write tables and views to.`,
  );
}

async function kindOf(path: string, access: Access): Promise<'file' | 'folder'> {
  if (access === 'store') return 'file';
  const found = await stat(path).catch((cause: unknown) => {
    throw configError(
      `${path} (warehouse.path) does not exist. Name a DuckDB file or a folder of parquet files.`,
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
    return await temporaryFolder('nexus-customer-io-');
  } catch {
    return undefined;
  }
}

/** Opens the warehouse; the engine's own database is in memory. */
export async function openDuckdb(
  config: DuckdbConfig,
  access: Access,
  beside?: string,
): Promise<OpenDatabase> {
  const kind = await kindOf(config.path, access);
  if (kind === 'folder' && access !== 'read') throw readOnlyFolder(config.path);
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const { default: bindings } = await import('@duckdb/node-bindings');
  const spill = await spillFolder();
  const instance = await DuckDBInstance.create(':memory:', { temp_directory: spill ?? '' });
  const connection = await instance.connect();
  const underWay = new UnderWay();
  const close = async (): Promise<void> => {
    connection.interrupt();
    await underWay.done();
    await letGo(connection, access, beside);
    connection.closeSync();
    instance.closeSync();
    if (spill !== undefined) await rm(spill, { recursive: true, force: true });
  };
  const memory = new Memory(connection);
  try {
    if (access !== 'build') await memory.restrict();
    const place = await attach(connection, config, { kind, access, beside });
    const copyFrom = await provenCopy(connection, bindings.get_data_from_pointer);
    return { connection, close, memory, underWay, copyFrom, ...place };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * Closes the files that were written. The engine itself would keep them open until the last result is collected as
 * garbage; what a failure leaves is in its write-ahead log, which the next one reads.
 */
async function letGo(
  connection: DuckDBConnection,
  access: Access,
  beside: string | undefined,
): Promise<void> {
  const catalogs = [
    ...(access === 'read' ? [] : ['warehouse']),
    ...(beside === undefined ? [] : [besideCatalog]),
  ];
  if (catalogs.length === 0) return;
  for (const statement of [
    'USE memory.main',
    ...catalogs.map((catalog) => `DETACH DATABASE IF EXISTS ${catalog}`),
  ]) {
    await connection.run(statement).catch(() => undefined);
  }
}

interface Attachment {
  readonly kind: 'file' | 'folder';
  readonly access: Access;
  readonly beside: string | undefined;
}

async function attach(
  connection: DuckDBConnection,
  config: DuckdbConfig,
  { kind, access, beside }: Attachment,
): Promise<{ catalog: string; schema: string }> {
  if (config.external_access !== true) await refuseExtensions(connection);
  for (const statement of [...sessionSettings, ...snowflakeFunctions()]) await connection.run(statement);
  const files = kind === 'folder' ? await viewParquet(connection, config.path) : filesOf(config.path);
  const place = kind === 'folder' ? parquetPlace : await attachFile(connection, config, access);
  if (beside !== undefined) await attachBeside(connection, beside);
  const more = beside === undefined ? [] : filesOf(beside);
  if (config.external_access !== true) await closeOff(connection, [...files, ...more]);
  return place;
}
