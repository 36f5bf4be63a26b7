import type { Agent, ClientRequest, OutgoingHttpHeaders, RequestOptions } from 'node:http';
import type { Socket } from 'node:net';
import type { Answer } from './answer.ts';
import { type Bounds, boundsOf, exchange } from './exchange.ts';
import { proxyFor, type WebProxy } from './proxy.ts';
import { refusalOf, tunnel, unreachable } from './tunnel.ts';

export interface Call {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body?: Buffer;
}

/** Kept connections to one host, by the environment's proxy where it names one. Redirects are never followed. */
export interface Wire {
  /** Never throws. */
  ask(call: Call): Promise<Answer>;
  close(): void;
}

export interface WireOptions {
  /** http:// or https:// and a host; its path is not used. */
  readonly url: string;
  readonly bounds?: Bounds;
  /** A kept connection that is older is not used again, so that a change of DNS is seen. */
  readonly longestLifeMs?: number;
  readonly lookup?: RequestOptions['lookup'];
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** An answer that takes longer is taken as lost; operations are idempotent, so they are sent again. */
export const longestAnswerMs = 60_000;

/**
 * @throws ConnectorError where the environment names a proxy that is none.
 */
export function openWire(options: WireOptions): Wire {
  const target = new URL(options.url);
  const bounds = options.bounds ?? boundsOf(longestAnswerMs);
  const proxy = proxyFor(target, options.env ?? process.env);
  const closing = new AbortController();
  const agent = newAgent(target, proxy, closing.signal, bounds);
  retire(agent, options.longestLifeMs ?? 300_000);
  const open = opener(target, proxy, agent, options.lookup);
  const send = async (call: Call): Promise<Answer> => {
    const first = await exchange(open(call), call.body, bounds);
    if (!('failure' in first.answer)) return first.answer;
    // Others that were kept are of no better use: the next request makes a connection of its own, and looks up anew.
    dropIdle(agent);
    const again = first.stale && !closing.signal.aborted;
    return again ? (await exchange(open(call), call.body, bounds)).answer : first.answer;
  };
  return {
    ask: async (call) => told(await send(call), target, proxy),
    close() {
      closing.abort();
      agent.destroy();
    },
  };
}

// An import would run every getter of the module, and one of them loads all of fetch: 10 MB and 40 ms.
const moduleFor = (secure: boolean) => process.getBuiltinModule(secure ? 'node:https' : 'node:http');

const isSecure = ({ protocol }: URL): boolean => protocol === 'https:';

const portOf = (target: URL): string => target.port || (isSecure(target) ? '443' : '80');

const bareHost = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '');

const authorityOf = (target: URL): string => `${target.hostname}:${portOf(target)}`;

/** Lanes bound what is under way. No bound of its own: a request would wait for a connection that has just died. */
function newAgent(target: URL, proxy: WebProxy | undefined, signal: AbortSignal, bounds: Bounds): Agent {
  if (proxy === undefined || !isSecure(target)) {
    return new (moduleFor(proxy?.secure ?? isSecure(target)).Agent)({ keepAlive: true });
  }
  const agent = new (process.getBuiltinModule('node:https').Agent)({ keepAlive: true });
  const { connect } = process.getBuiltinModule('node:tls');
  const host = bareHost(target);
  agent.createConnection = (_options, made) => {
    const patience = AbortSignal.any([signal, AbortSignal.timeout(bounds.silenceMs)]);
    tunnel(proxy, authorityOf(target), patience).then(
      (socket) => made?.(null, connect({ socket, host, servername: serverName(host) })),
      (error) => made?.(error, closedSocket()),
    );
    return undefined;
  };
  return agent;
}

/** What the types want beside an error. */
function closedSocket(): Socket {
  const { Socket: Plain } = process.getBuiltinModule('node:net');
  return new Plain().destroy();
}

/** A connection is not kept beyond its time. */
function retire(agent: Agent, longestLifeMs: number): void {
  const born = new WeakMap<object, number>();
  const keep = agent.keepSocketAlive.bind(agent);
  agent.keepSocketAlive = (socket) => {
    const now = performance.now();
    const since = born.get(socket) ?? now;
    born.set(socket, since);
    return now - since < longestLifeMs && keep(socket);
  };
}

function dropIdle({ freeSockets }: Agent): void {
  for (const sockets of Object.values(freeSockets))
    for (const socket of [...(sockets ?? [])]) socket.destroy();
}

/** Plain HTTP is asked of a proxy by the whole address, HTTPS of the host itself, through a tunnel. */
function opener(target: URL, proxy: WebProxy | undefined, agent: Agent, lookup: RequestOptions['lookup']) {
  const secure = isSecure(target);
  const host = bareHost(target);
  const to =
    proxy === undefined || secure
      ? { host, port: portOf(target), ...(secure ? { servername: serverName(host) } : {}) }
      : { host: proxy.host, port: proxy.port };
  const prefix = proxy === undefined || secure ? '' : target.origin;
  const login =
    prefix === '' || proxy?.authorization === undefined ? {} : { 'proxy-authorization': proxy.authorization };
  const { request } = moduleFor(proxy === undefined || secure ? secure : proxy.secure);
  return ({ method, path, headers, body }: Call): ClientRequest =>
    request({
      ...to,
      agent,
      method,
      path: `${prefix}${path}`,
      ...(lookup === undefined ? {} : { lookup }),
      headers: {
        host: target.host,
        'accept-encoding': 'identity',
        'user-agent': 'nexus-customer-io',
        ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': body.length }),
        ...headers,
        ...login,
      },
    });
}

/** TLS knows no names of addresses. */
const serverName = (host: string): string => (/^[\d.]+$|:/.test(host) ? '' : host);

/** What came of a request by way of a proxy is told as the proxy's, where it is. */
function told(answer: Answer, target: URL, proxy: WebProxy | undefined): Answer {
  if (proxy === undefined || isSecure(target)) return answer;
  if ('failure' in answer) return { ...answer, failure: unreachable(proxy, answer.failure).message };
  if (answer.status !== 407) return answer;
  const { message: failure, final } = refusalOf(proxy, 407, authorityOf(target));
  return { failure, final };
}
