import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { defaultAccount, startSnowflakeServer } from './snowflake-server/server.ts';

/** A database that cases fill with SQL, and the config that reads it. */
export interface Database {
  readonly warehouse: Readonly<Record<string, unknown>>;
  run(...statements: readonly string[]): Promise<void>;
}

/** A kind of warehouse; SQL of the cases quotes every name and keeps to what all kinds understand. */
export interface Engine {
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
  return { create, numbers: (count) => `range(${count}) t("i")`, close };
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

export async function snowflakeEngine(): Promise<Engine> {
  const server = await startSnowflakeServer();
  let schemas = 0;
  const create = async (): Promise<Database> => {
    schemas += 1;
    const schema = `CASE_${schemas}`;
    await server.run(`CREATE SCHEMA ${schema}`);
    return {
      warehouse: snowflakeConfig(server.url, { schema }),
      run: (...statements) => server.run(`USE SCHEMA ${schema}`, ...statements),
    };
  };
  const numbers = (count: number): string =>
    `(SELECT ROW_NUMBER() OVER (ORDER BY SEQ4()) - 1 AS "i" FROM TABLE(GENERATOR(ROWCOUNT => ${count})))`;
  return { create, numbers, close: () => server.close() };
}
