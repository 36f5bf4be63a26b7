import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { Commits } from './commits.ts';
import { Faults } from './faults.ts';
import type { Account } from './login.ts';
import { runQuery } from './query.ts';
import type { ChunkSizes } from './results.ts';
import { type Reply, Sessions } from './sessions.ts';
import { sessionStatements } from './statements/functions.ts';

export interface SnowflakeServerOptions {
  readonly account?: Account;
  readonly database?: string;
  readonly schema?: string;
  readonly warehouses?: readonly string[];
  readonly sizes?: ChunkSizes;
  /** What the account sets for every session: see hostileParameters. */
  readonly accountParameters?: Readonly<Record<string, string>>;
  /** Milliseconds after which a query that still runs says so; by default 45 seconds, as at Snowflake. */
  readonly patience?: number;
  /** Whether the role has no privilege to create anything; temporary tables need none. */
  readonly isReader?: boolean;
}

export interface SnowflakeServer {
  readonly url: string;
  readonly faults: Faults;
  /** Paths of the requests so far, without their parameters. */
  readonly requests: readonly string[];
  /** What each session so far was set to by `ALTER SESSION SET`. */
  readonly parameters: readonly ReadonlyMap<string, string>[];
  /** The statements so far, of all sessions. */
  readonly statements: readonly string[];
  /** Those of them that were to be compiled only. */
  readonly described: readonly string[];
  /** How many rows the result of each had, as they ended. */
  readonly results: readonly { readonly sql: string; readonly rows: number }[];
  /** Runs Snowflake SQL beside any session. */
  run(...statements: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

export const defaultAccount: Account = {
  user: 'READER',
  password: 'correct horse',
  token: 'pat-secret',
  oauthToken: 'oauth-secret',
  roles: ['NEXUS_READER'],
};

/** Snowflake's Python connector compresses what it sends; the Node driver does not. */
async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  const bytes = Buffer.concat(parts);
  return (request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString();
}

function send(response: ServerResponse, reply: Reply): void {
  const { status = 200, headers = {}, body, cut = false } = reply;
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body ?? {}));
  response.writeHead(status, {
    'content-type': 'application/json',
    ...headers,
    'content-length': bytes.length,
  });
  if (!cut) {
    response.end(bytes);
    return;
  }
  response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
}

/** The DuckDB behind the server, a way to open sessions of it, and one of the server's own. */
async function openDatabase(database: string, schema: string) {
  const instance = await DuckDBInstance.create(':memory:');
  const open = async () => {
    const connection = await instance.connect();
    for (const statement of sessionStatements()) await connection.run(statement);
    return connection;
  };
  const own = await open();
  await own.run(`ATTACH ':memory:' AS "${database}"`);
  await own.run(`CREATE SCHEMA "${database}"."${schema}"`);
  await own.run(`USE "${database}"."${schema}"`);
  return { instance, open, own };
}

/** An HTTP server that speaks Snowflake's protocol, with DuckDB behind it. */
export async function startSnowflakeServer(options: SnowflakeServerOptions = {}): Promise<SnowflakeServer> {
  const { database = 'DEMO', schema = 'NEXUS', warehouses = ['COMPUTE_WH'] } = options;
  const { instance, open, own } = await openDatabase(database, schema);
  const account = options.account ?? defaultAccount;
  const catalog = { warehouses, roles: account.roles, commits: new Commits() };
  const faults = new Faults();
  const requests: string[] = [];
  const sessions = new Sessions({
    open,
    faults,
    catalog,
    account,
    accountParameters: options.accountParameters ?? {},
    isReader: options.isReader ?? false,
    sizes: options.sizes ?? { inline: 100, chunk: 1000 },
    patience: options.patience ?? 45_000,
  });
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', `http://${request.headers.host}`);
    requests.push(url.pathname);
    send(response, await sessions.reply(request, url, await bodyOf(request)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    faults,
    requests,
    parameters: sessions.parameters,
    statements: sessions.statements,
    described: sessions.described,
    results: sessions.results,
    run: async (...statements) => {
      for (const statement of statements) await runQuery(own, statement, catalog);
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      sessions.close();
      own.closeSync();
      instance.closeSync();
    },
  };
}
