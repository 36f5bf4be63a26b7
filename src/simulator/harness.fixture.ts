import type { Json } from './json.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from './server.ts';

export interface Reply {
  readonly status: number;
  readonly body: Json;
  readonly headers: Headers;
}

export interface Harness extends AsyncDisposable {
  readonly simulator: Simulator;
  entity(operation: unknown): Promise<Reply>;
  batch(operations: readonly unknown[]): Promise<Reply>;
  post(path: string, body: string, headers?: Readonly<Record<string, string>>): Promise<Reply>;
  get(path: string): Promise<Reply>;
  /** A call of the Pipelines API, in strict mode by default. */
  call(endpoint: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Reply>;
}

export const KEYS = { siteId: 'site', apiKey: 'key' } as const;
export const AUTHORIZATION = `Basic ${Buffer.from('site:key').toString('base64')}`;

const WRITE_AUTHORIZATION = `Basic ${Buffer.from('write:').toString('base64')}`;

/** A simulator on a free port and real HTTP to it, for the tests beside. */
export async function startHarness(options: Partial<SimulatorOptions> = {}): Promise<Harness> {
  const simulator = await startSimulator({ ...KEYS, ...options });
  const ask = async (path: string, init: RequestInit): Promise<Reply> => {
    const headers = { authorization: AUTHORIZATION, ...init.headers };
    const response = await fetch(simulator.url + path, { ...init, headers });
    const text = await response.text();
    const isJson = response.headers.get('content-type') === 'application/json';
    return { status: response.status, body: isJson ? JSON.parse(text) : text, headers: response.headers };
  };
  const post: Harness['post'] = (path, body, headers = {}) => ask(path, { method: 'POST', body, headers });
  return {
    simulator,
    post,
    get: (path) => ask(path, {}),
    entity: (operation) => post('/api/v2/entity', JSON.stringify(operation)),
    batch: (operations) => post('/api/v2/batch', JSON.stringify({ batch: operations })),
    call: (endpoint, body, headers = {}) =>
      post(`/v1/${endpoint}`, JSON.stringify(body), {
        authorization: WRITE_AUTHORIZATION,
        'x-strict-mode': '1',
        ...headers,
      }),
    [Symbol.asyncDispose]: () => simulator.close(),
  };
}
