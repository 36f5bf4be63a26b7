import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { z } from 'zod';
import type { Fault, Faults } from './faults.ts';
import { type Account, logIn } from './login.ts';
import { parameterSettings } from './parameters.ts';
import { Queries } from './queries.ts';
import { type Answer, type Catalog, done, runQuery } from './query.ts';
import { Refusal, requireReading } from './refusal.ts';
import { type ChunkSizes, storedResult } from './results.ts';
import { applyParameters } from './session-parameters.ts';
import { bindings, literalRows } from './statements/binds.ts';

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
  /** What a session has before it sets anything. */
  readonly accountParameters: Readonly<Record<string, string>>;
  readonly sizes: ChunkSizes;
  /** Whether the role may make temporary tables alone. */
  readonly isReader: boolean;
  /** Milliseconds before a request is answered in any case. */
  readonly patience: number;
}

interface Session {
  readonly connection: DuckDBConnection;
  /** Those of the account, and over them what the session has set. */
  readonly parameters: Map<string, string>;
  readonly settings: Map<string, string>;
  /** Its temporary tables. */
  readonly temporary: Set<string>;
}

const loginBody = z.object({
  data: z.object({
    LOGIN_NAME: z.string().optional(),
    PASSWORD: z.string().optional(),
    AUTHENTICATOR: z.string().optional(),
    TOKEN: z.string().optional(),
  }),
});

const queryBody = z.object({
  sqlText: z.string(),
  describeOnly: z.boolean().optional(),
  asyncExec: z.boolean().optional(),
  bindings: bindings.optional(),
});

type QueryBody = z.infer<typeof queryBody>;

const success = (data: unknown): Reply => ({ body: { success: true, code: null, message: null, data } });

const tokenOf = (request: IncomingMessage): string =>
  /Token="([^"]*)"/.exec(request.headers.authorization ?? '')?.[1] ?? '';

function stillRuns(queryId: string): Reply {
  const data = { queryId, getResultUrl: `/queries/${queryId}/result` };
  return { body: { success: true, code: '333334', message: 'Query execution in progress', data } };
}

const lifetimes = { validityInSecondsST: 3600, validityInSecondsMT: 14_400 };

/** Answers the requests of the protocol; sessions are DuckDB connections under tokens. */
export class Sessions {
  readonly #options: SessionsOptions;
  readonly #sessions = new Map<string, Session>();
  /** Under the token that renews: a session outlives its own token. */
  readonly #masters = new Map<string, Session>();
  readonly #queries = new Queries();
  /** What `ALTER SESSION SET` has set, of the sessions in the order of their logins. */
  readonly parameters: ReadonlyMap<string, string>[] = [];
  readonly statements: string[] = [];
  /** Those of them that were to be compiled only. */
  readonly described: string[] = [];
  /** How many rows each statement's result had, in the order in which they ended. */
  readonly results: { readonly sql: string; readonly rows: number }[] = [];

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
    const [, first = '', second = '', third = '', fourth = ''] = url.pathname.split('/');
    if (first === 'chunks') return this.#chunk(request, second, Number(third), Number(fourth));
    if (first === 'monitoring') return this.#status(request, third);
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
        return first === 'queries' && third === 'result' ? this.#result(request, second, url) : success(null);
    }
  }

  /** What a fault makes of a request: another status, or a refusal. */
  #fault(at: Fault['at']): Reply | undefined {
    const fault = this.#options.faults.take(at, 'status', 'refused');
    if (fault?.kind === 'refused') throw new Refusal(fault.code, fault.message);
    return fault?.kind === 'status' ? { status: fault.status, body: {} } : undefined;
  }

  async #login(url: URL, body: string): Promise<Reply> {
    const fault = this.#fault('login');
    if (fault !== undefined) return fault;
    logIn(loginBody.parse(JSON.parse(body)).data, url.searchParams.get('roleName'), this.#options.account);
    const token = randomUUID();
    const masterToken = randomUUID();
    const session = await this.#session();
    await this.#enter(session, url.searchParams);
    this.parameters.push(session.settings);
    this.#sessions.set(token, session);
    this.#masters.set(masterToken, session);
    return success({ token, masterToken, sessionId: 1, parameters: [], ...lifetimes });
  }

  async #session(): Promise<Session> {
    const connection = await this.#options.open();
    const parameters = new Map(Object.entries(this.#options.accountParameters));
    await applyParameters(connection, parameters);
    return { connection, parameters, settings: new Map(), temporary: new Set() };
  }

  /** A login may name where its session begins; as in Snowflake, a name that does not exist is not an error yet. */
  async #enter({ connection }: Session, parameters: URLSearchParams): Promise<void> {
    for (const kind of ['database', 'schema']) {
      const name = parameters.get(`${kind}Name`);
      if (name === null) continue;
      await runQuery(connection, `USE ${kind} ${name}`, this.#options.catalog).catch(() => {});
    }
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

  #sessionOf(request: IncomingMessage, at: 'query' | 'result'): Session {
    const token = tokenOf(request);
    if (this.#options.faults.take(at, 'expired')) this.#sessions.delete(token);
    const session = this.#sessions.get(token);
    if (session === undefined) throw new Refusal('390112', 'Your session has expired. Please login again.');
    return session;
  }

  async #query(request: IncomingMessage, url: URL, text: string): Promise<Reply> {
    const fault = this.#fault('query');
    if (fault !== undefined) return fault;
    const { faults, sizes } = this.#options;
    const body = queryBody.parse(JSON.parse(text));
    const session = this.#sessionOf(request, 'query');
    const missing = faults.take('query', 'short') ? 1 : 0;
    const answer = this.#run(session, body).then(async (rows) => {
      const result = await storedResult(rows, sizes, missing);
      this.results.push({ sql: body.sqlText, rows: result.total });
      return result;
    });
    const id = this.#queries.begin(answer);
    if (body.asyncExec || faults.take('query', 'slow')) return stillRuns(id);
    return this.#answer(id, url);
  }

  /** A client that waits too long sends its query again: it is told to ask for the result instead. */
  #answer(id: string, url: URL): Promise<Reply> {
    const data = this.#queries.data(id, url.origin);
    return Promise.race([data.then(success), pause(this.#options.patience, stillRuns(id), { ref: false })]);
  }

  async #run(session: Session, { sqlText, describeOnly, bindings: binds = {} }: QueryBody): Promise<Answer> {
    this.statements.push(sqlText);
    if (describeOnly) this.described.push(sqlText);
    const refused = this.#options.faults.takeForStatement(sqlText);
    if (refused?.kind === 'refused') throw new Refusal(refused.code, refused.message);
    if (this.#options.isReader) requireReading(sqlText);
    const settings = parameterSettings(sqlText);
    if (settings !== undefined) return this.#set(session, settings);
    const { parameters, temporary } = session;
    const options = { describeOnly, binds: literalRows(binds), parameters, temporary };
    return runQuery(session.connection, sqlText, this.#options.catalog, options);
  }

  async #set(session: Session, settings: readonly (readonly [string, string])[]): Promise<Answer> {
    for (const [name, value] of settings) {
      session.parameters.set(name, value);
      session.settings.set(name, value);
    }
    await applyParameters(session.connection, settings);
    return done;
  }

  /** Under which an asynchronous query's state is asked for. */
  #status(request: IncomingMessage, id: string): Reply {
    this.#sessionOf(request, 'query');
    const status = this.#queries.status(id);
    return success({ queries: status === undefined ? [] : [{ id, status }] });
  }

  async #result(request: IncomingMessage, id: string, url: URL): Promise<Reply> {
    const fault = this.#fault('result');
    if (fault !== undefined) return fault;
    this.#sessionOf(request, 'result');
    if (this.#options.faults.take('result', 'slow')) return stillRuns(id);
    return this.#answer(id, url);
  }

  async #chunk(request: IncomingMessage, id: string, index: number, round: number): Promise<Reply> {
    const fault = this.#fault('chunk');
    if (fault !== undefined) return fault;
    if (request.headers['x-test-key'] !== id) return { status: 403, body: {} };
    const wrong = this.#options.faults.take('chunk', 'cut', 'half', 'short', 'expire', 'headless');
    const chunk = await this.#queries.chunk(id, index, round, wrong);
    if (!('body' in chunk)) return { ...chunk, body: {} };
    const encoding = wrong?.kind === 'headless' ? {} : { 'content-encoding': 'gzip' };
    const headers = { ...encoding, 'content-type': 'application/octet-stream' };
    return { headers, ...chunk };
  }
}
