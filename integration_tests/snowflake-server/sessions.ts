import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { DuckDBConnection } from '@duckdb/node-api';
import { z } from 'zod';
import type { Fault, Faults } from './faults.ts';
import { type Account, logIn } from './login.ts';
import { type Catalog, runQuery } from './query.ts';
import { Refusal } from './refusal.ts';
import { type ChunkSizes, resultData, type StoredResult, storedResult } from './results.ts';

export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Break off after half of the body. */
  readonly cut?: boolean;
}

export interface SessionsOptions {
  readonly open: () => Promise<DuckDBConnection>;
  readonly faults: Faults;
  readonly catalog: Catalog;
  readonly account: Account;
  readonly sizes: ChunkSizes;
}

interface Session {
  readonly connection: DuckDBConnection;
}

const loginBody = z.object({
  data: z.object({
    LOGIN_NAME: z.string().optional(),
    PASSWORD: z.string().optional(),
    AUTHENTICATOR: z.string().optional(),
    TOKEN: z.string().optional(),
  }),
});

const queryBody = z.object({ sqlText: z.string(), describeOnly: z.boolean().optional() });

const success = (data: unknown): Reply => ({ body: { success: true, code: null, message: null, data } });

const tokenOf = (request: IncomingMessage): string =>
  /Token="([^"]*)"/.exec(request.headers.authorization ?? '')?.[1] ?? '';

const lifetimes = { validityInSecondsST: 3600, validityInSecondsMT: 14_400 };

/** Answers the requests of the protocol; sessions are DuckDB connections under tokens. */
export class Sessions {
  readonly #options: SessionsOptions;
  readonly #sessions = new Map<string, Session>();
  /** Under the token that renews: a session outlives its own token. */
  readonly #masters = new Map<string, Session>();
  readonly #results = new Map<string, StoredResult>();

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  async reply(request: IncomingMessage, url: URL, body: string): Promise<Reply> {
    try {
      return await this.#route(request, url, body);
    } catch (error) {
      if (!(error instanceof Refusal)) return { status: 500, body: { message: String(error) } };
      const { code, message, sqlState } = error;
      return { body: { success: false, code, message, data: { sqlState, queryId: randomUUID() } } };
    }
  }

  close(): void {
    for (const { connection } of this.#masters.values()) connection.closeSync();
  }

  #route(request: IncomingMessage, url: URL, body: string): Promise<Reply> | Reply {
    const [, first = '', second = '', third = ''] = url.pathname.split('/');
    if (first === 'chunks') return this.#chunk(request, second, Number(third));
    switch (url.pathname) {
      case '/session/v1/login-request':
        return this.#login(url, body);
      case '/session/token-request':
        return this.#renew(request);
      case '/session':
        return this.#end(request);
      case '/queries/v1/query-request':
        return this.#query(request, url, body);
      default:
        return first === 'queries' && third === 'result' ? this.#result(second, url) : success(null);
    }
  }

  #statusFault(at: Fault['at']): Reply | undefined {
    const fault = this.#options.faults.take(at, 'status');
    return fault?.kind === 'status' ? { status: fault.status, body: {} } : undefined;
  }

  async #login(url: URL, body: string): Promise<Reply> {
    const fault = this.#statusFault('login');
    if (fault !== undefined) return fault;
    logIn(loginBody.parse(JSON.parse(body)).data, url.searchParams.get('roleName'), this.#options.account);
    const token = randomUUID();
    const masterToken = randomUUID();
    const session = { connection: await this.#options.open() };
    this.#sessions.set(token, session);
    this.#masters.set(masterToken, session);
    return success({ token, masterToken, sessionId: 1, parameters: [], ...lifetimes });
  }

  #renew(request: IncomingMessage): Reply {
    const masterToken = tokenOf(request);
    const session = this.#masters.get(masterToken);
    if (session === undefined) throw new Refusal('390114', 'Authentication token has expired.');
    const sessionToken = randomUUID();
    this.#sessions.set(sessionToken, session);
    return success({ sessionToken, masterToken, sessionId: 1, ...lifetimes });
  }

  #end(request: IncomingMessage): Reply {
    this.#sessions.delete(tokenOf(request));
    return success(null);
  }

  #sessionOf(request: IncomingMessage): Session {
    const session = this.#sessions.get(tokenOf(request));
    if (session === undefined) throw new Refusal('390112', 'Your session has expired. Please login again.');
    return session;
  }

  async #query(request: IncomingMessage, url: URL, body: string): Promise<Reply> {
    const { faults, catalog, sizes } = this.#options;
    const status = this.#statusFault('query');
    if (status !== undefined) return status;
    const { sqlText, describeOnly = false } = queryBody.parse(JSON.parse(body));
    if (faults.take('query', 'expired')) this.#sessions.delete(tokenOf(request));
    const { connection } = this.#sessionOf(request);
    const answer = await runQuery(connection, sqlText, catalog, describeOnly);
    const id = randomUUID();
    this.#results.set(id, storedResult(id, answer, sizes, faults.take('query', 'short') ? 1 : 0));
    return faults.take('query', 'slow') ? this.#stillRuns(id) : this.#result(id, url);
  }

  #stillRuns(queryId: string): Reply {
    const data = { queryId, getResultUrl: `/queries/${queryId}/result` };
    return { body: { success: true, code: '333334', message: 'Query execution in progress', data } };
  }

  #result(id: string, url: URL): Reply {
    const result = this.#results.get(id);
    if (result === undefined) throw new Refusal('000709', `Statement ${id} not found`, '02000');
    return success(resultData(result, url.origin));
  }

  #chunk(request: IncomingMessage, id: string, index: number): Reply {
    const status = this.#statusFault('chunk');
    if (status !== undefined) return status;
    const chunk = this.#results.get(id)?.chunks[index];
    if (chunk === undefined || request.headers['x-test-key'] !== id) return { status: 403, body: {} };
    return {
      headers: { 'content-encoding': 'gzip', 'content-type': 'application/octet-stream' },
      body: chunk.body,
      cut: this.#options.faults.take('chunk', 'cut') !== undefined,
    };
  }
}
