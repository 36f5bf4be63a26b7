import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { refusal } from './admission.ts';
import { type Control, control, type Traffic } from './control-api.ts';
import { type Fault, type Faults, latency, noFaults, type Reset, stormFault, takeFault } from './faults.ts';
import { answerPipelines } from './pipelines/pipelines-api.ts';
import { type Answer, answer, NOT_FOUND, UNAUTHORIZED, type Workspace } from './track/track-api.ts';
import { Store } from './workspace/store.ts';

export interface SimulatorOptions {
  /** 0, the default, takes any free port. */
  port?: number;
  siteId: string;
  apiKey: string;
  /** The key of the Pipelines API; `write` by default. */
  writeKey?: string;
  region?: 'us' | 'eu';
  /** The workspace's object types; an operation on another is refused. */
  objectTypes?: readonly string[];
  latencyMs?: number;
}

export interface Simulator {
  readonly url: string;
  readonly port: number;
  readonly store: Store;
  readonly faults: Faults;
  /** Requests to the API so far, failed ones too. */
  readonly requests: number;
  close(): Promise<void>;
}

/** A local Customer.io: the Track and Pipelines APIs of one workspace on 127.0.0.1, in memory. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const workspace: Workspace = {
    siteId: options.siteId,
    apiKey: options.apiKey,
    writeKey: options.writeKey ?? 'write',
    region: options.region ?? 'us',
    objectTypes: new Set(options.objectTypes ?? ['1', '2']),
    store: new Store(),
    faults: noFaults(options.latencyMs),
    operations: 0,
  };
  const traffic: Traffic = { requests: 0, bytes: 0, statuses: {} };
  const server = createServer((request, response) => {
    // A client that leaves in the middle is no error of ours.
    serve({ workspace, traffic }, request, response).catch(() => request.socket.destroy());
  });
  const port = await listen(server, options.port ?? 0);
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    store: workspace.store,
    faults: workspace.faults,
    get requests() {
      return traffic.requests;
    },
    close: () => close(server),
  };
}

async function listen(server: Server, port: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject).listen(port, '127.0.0.1', resolve);
  await promise;
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

/** Requests that hang are cut off, so that this always ends. */
async function close(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  server.closeAllConnections();
  await promise;
}

async function serve(to: Control, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const refused = refusal(request.headers);
  if (refused !== undefined) {
    turnAway(request, response, refused);
    return;
  }
  const url = URL.parse(request.url ?? '/', 'http://127.0.0.1');
  if (url === null) {
    turnAway(request, response, NOT_FOUND);
    return;
  }
  const route = `${request.method} ${url.pathname}`;
  if (url.pathname.startsWith('/simulator/')) {
    const body = await read(request);
    if (body === undefined) turnAway(request, response, TOO_LONG);
    else send(response, control(to, route, url.searchParams, body));
  } else await serveApi(to, route, request, response);
}

async function serveApi(
  to: Control,
  route: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  to.traffic.requests++;
  const { faults } = to.workspace;
  if (Date.now() < faults.downUntil) {
    cut(request);
    return;
  }
  const fault = takeFault(faults) ?? (request.method === 'POST' ? stormFault(faults) : undefined);
  if (isReset(fault, 'before-body')) {
    cut(request);
    return;
  }
  if (isReset(fault, 'in-body')) {
    request.once('data', () => cut(request));
    return;
  }
  const body = await read(request);
  if (body === undefined) {
    count(to.traffic, TOO_LONG);
    turnAway(request, response, TOO_LONG);
    return;
  }
  to.traffic.bytes += body.length;
  const wait = latency(faults);
  if (wait > 0) await delay(wait, undefined, { ref: false });
  if (fault?.kind === 'hang' || (faults.dropAbandoned && response.closed)) return;
  if (isReset(fault, 'after-body')) cut(request);
  else answerApi(to, fault, { route, request, body }, response);
}

interface Received {
  readonly route: string;
  readonly request: IncomingMessage;
  readonly body: Buffer;
}

function answerApi(
  { workspace, traffic }: Control,
  fault: Fault | undefined,
  { route, request, body }: Received,
  response: ServerResponse,
): void {
  const given = fault?.kind === 'status' ? failure(fault) : answerOf(workspace, route, request, body);
  // Applied, and the client never learns of it: the case that makes retries need idempotence.
  if (isReset(fault, 'after-applying')) {
    cut(request);
    return;
  }
  count(traffic, given);
  if (isReset(fault, 'in-answer')) {
    response.writeHead(given.status, { 'content-length': 100 }).write('{', () => cut(request));
    return;
  }
  send(response, given);
}

function count({ statuses }: Traffic, { status }: Answer): void {
  statuses[status] = (statuses[status] ?? 0) + 1;
}

/** /api is the Track API's, /v1 the Pipelines API's, which have hosts of their own in the world. */
function answerOf(workspace: Workspace, route: string, { headers }: IncomingMessage, body: Buffer): Answer {
  const { authorization } = headers;
  if (!route.includes(' /v1/')) return answer(workspace, { route, authorization, body });
  return answerPipelines(workspace, { route, authorization, strict: headers['x-strict-mode'] === '1', body });
}

/** More than any request of the APIs may have, so that those too large by little get the API's own answer. */
const MOST_BODY = 2_000_000;

const TOO_LONG: Answer = {
  status: 413,
  body: { meta: { error: `the body is larger than ${MOST_BODY} bytes` } },
};

/** The body, undefined where it is too long: the rest is not read, whoever sends it. */
async function read(request: IncomingMessage): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > MOST_BODY) return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += chunk.length;
    if (size > MOST_BODY) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** What is still under way when a request is turned away is thrown away for this long, so that its client reads why. */
const LINGER_MS = 500;

/** Answers without taking what else comes of the request, and closes the connection. */
function turnAway(request: IncomingMessage, response: ServerResponse, { status, body }: Answer): void {
  const text = JSON.stringify(body);
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
  response.writeHead(status, { ...headers, connection: 'close' }).write(text);
  const timer = setTimeout(() => response.end(), LINGER_MS);
  request.once('close', () => clearTimeout(timer));
  request.once('end', () => response.end()).resume();
}

function isReset(fault: Fault | undefined, when: Reset): boolean {
  return fault?.kind === 'reset' && fault.when === when;
}

/** The client sees ECONNRESET rather than an orderly end. */
function cut(request: IncomingMessage): void {
  request.socket.resetAndDestroy();
}

/** What stands in front of an API answers in its own words: HTML from a proxy, nothing from an overloaded one. */
function failure(fault: Extract<Fault, { kind: 'status' }>): Answer {
  const { status, retryAfter } = fault;
  const headers = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
  if (status === 401) return UNAUTHORIZED;
  if (status === 503) return { status, headers, body: '' };
  // 200 with a page is what a proxy's login says to everything.
  if (status === 502 || status === 200) {
    return {
      status,
      headers: { ...headers, 'content-type': 'text/html' },
      body: `<html><h1>${status} from a proxy</h1></html>`,
    };
  }
  return { status, headers, body: { meta: { error: `the simulator was told to answer ${status}` } } };
}

function send(response: ServerResponse, { status, body, headers = {} }: Answer): void {
  const isText = typeof body === 'string';
  const type = isText ? 'text/plain' : 'application/json';
  // No page may take an answer for a script or a style of its own.
  const safe = { 'content-type': type, 'x-content-type-options': 'nosniff' };
  response.writeHead(status, { ...safe, ...headers }).end(isText ? body : JSON.stringify(body));
}
