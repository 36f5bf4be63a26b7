import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { parseSourceConfig } from '../../src/source/config.ts';
import { openWarehouse } from '../../src/warehouse/open.ts';
import {
  defaultAccount,
  type SnowflakeServerOptions,
  startSnowflakeServer,
} from '../snowflake-server/server.ts';
import { hostileParameters } from '../snowflake-server/session-parameters.ts';

/** A database that cases fill with SQL, and the config that reads it. */
export interface Database {
  readonly warehouse: Readonly<Record<string, unknown>>;
  run(...statements: readonly string[]): Promise<void>;
}

/** A kind of warehouse; SQL of the cases quotes every name and keeps to what all kinds understand. */
export interface Engine {
  readonly dialect: 'duckdb' | 'snowflake';
  /** An empty database. */
  create(): Promise<Database>;
  /** A FROM item of so many rows with their number `"i"`. */
  numbers(count: number): string;
  close(): Promise<void>;
}

export async function duckdbEngine(): Promise<Engine> {
  const folder = await mkdtemp(join(tmpdir(), 'warehouse-cases-'));
  let databases = 0;
  const create = async (): Promise<Database> => {
    databases += 1;
    const path = join(folder, `${databases}.duckdb`);
    const run = async (...statements: readonly string[]): Promise<void> => {
      const instance = await DuckDBInstance.create(path);
      const connection = await instance.connect();
      for (const statement of statements) await connection.run(statement);
      connection.closeSync();
      instance.closeSync();
    };
    await run();
    return { warehouse: { type: 'duckdb', path }, run };
  };
  const close = (): Promise<void> => rm(folder, { recursive: true });
  return { dialect: 'duckdb', create, numbers: (count) => `range(${count}) t("i")`, close };
}

/** The config of a Snowflake server here; `rest` overrides. */
export function snowflakeConfig(url: string, rest: Readonly<Record<string, unknown>> = {}) {
  return {
    type: 'snowflake',
    account: 'acme-test',
    access_url: url,
    user: defaultAccount.user,
    role: 'nexus_reader',
    warehouse: 'compute_wh',
    database: 'demo',
    schema: 'nexus',
    credentials: { auth_type: 'password', password: defaultAccount.password },
    ...rest,
  };
}

const generatedNumbers = (count: number): string =>
  `(SELECT ROW_NUMBER() OVER (ORDER BY SEQ4()) - 1 AS "i" FROM TABLE(GENERATOR(ROWCOUNT => ${count})))`;

/** Whatever answers at an address: an account, or a server that stands in for one. Cases share one schema. */
export async function accountEngine(
  warehouse: Readonly<Record<string, unknown>>,
  schema: string,
): Promise<Engine> {
  const own = await openWarehouse(parseSourceConfig({ warehouse }).warehouse);
  const run = async (...statements: readonly string[]): Promise<void> => {
    for (const statement of statements) await own.execute(statement);
  };
  const create = async (): Promise<Database> => {
    await run(
      `DROP SCHEMA IF EXISTS "${schema}" CASCADE`,
      `CREATE SCHEMA "${schema}"`,
      `USE SCHEMA "${schema}"`,
    );
    return { warehouse: { ...warehouse, schema }, run };
  };
  return { dialect: 'snowflake', create, numbers: generatedNumbers, close: () => own.close() };
}

/** Our own server, which ends with the engine. */
export async function snowflakeEngine(options: SnowflakeServerOptions = {}): Promise<Engine> {
  const server = await startSnowflakeServer(options);
  const engine = await accountEngine(snowflakeConfig(server.url), 'CASES');
  const close = async (): Promise<void> => {
    await engine.close();
    await server.close();
  };
  return { ...engine, close };
}

/** The same server on an account whose administrator has set everything otherwise. */
export const hostileSnowflakeEngine = (): Promise<Engine> =>
  snowflakeEngine({ accountParameters: hostileParameters });
