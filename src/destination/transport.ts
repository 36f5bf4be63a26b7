/** What came back for one request: an answer, or the reason why there is none. */
export type Answer =
  | { readonly status: number; readonly body: string; readonly retryAfterMs: number | undefined }
  | { readonly failure: string };

export interface Transport {
  /** Sends a prepared body; never throws. */
  send(body: Buffer): Promise<Answer>;
  close(): void;
}

export interface TransportOptions {
  readonly url: string;
  readonly siteId: string;
  readonly apiKey: string;
  readonly connections: number;
  readonly answerTimeoutMs?: number;
}

/** An answer that takes longer is taken as lost; operations are idempotent, so they are sent again. */
export const longestSilenceMs = 60_000;

/** Bodies of errors may be pages of HTML: what is beyond this is not read into memory. */
const mostBody = 10_000_000;

/** Seconds or an HTTP date, as RFC 9110 has it. */
export function retryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const milliseconds = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(milliseconds) ? Math.max(0, milliseconds) : undefined;
}

/** POST /api/v2/batch over kept connections. node:http costs a third of what fetch does. */
export function batchTransport(options: TransportOptions): Transport {
  const { url, siteId, apiKey, connections, answerTimeoutMs = longestSilenceMs } = options;
  const target = new URL('/api/v2/batch', url);
  const secure = target.protocol === 'https:';
  // An import would run every getter of the module, and one of them loads all of fetch: 10 MB and 40 ms.
  const { Agent, request } = process.getBuiltinModule(secure ? 'node:https' : 'node:http');
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const authorization = `Basic ${Buffer.from(`${siteId}:${apiKey}`).toString('base64')}`;
  const send = (body: Buffer): Promise<Answer> =>
    new Promise((resolve) => {
      const headers = {
        authorization,
        'content-type': 'application/json',
        'content-length': body.length,
        'user-agent': 'nexus-customer-io',
      };
      const call = request(
        target,
        { method: 'POST', agent, headers, timeout: answerTimeoutMs },
        (response) => {
          const chunks: Buffer[] = [];
          let size = 0;
          response.on('data', (chunk: Buffer) => {
            size += chunk.length;
            if (size <= mostBody) chunks.push(chunk);
          });
          response.on('end', () => {
            // An answer before the body was taken: the buffer is filled anew soon, and must not be sent then.
            if (!call.writableFinished) call.destroy();
            resolve({
              status: response.statusCode ?? 0,
              body: Buffer.concat(chunks).toString('utf8'),
              retryAfterMs: retryAfter(response.headers['retry-after']),
            });
          });
          response.on('error', (error) => resolve({ failure: reasonOf(error) }));
        },
      );
      call.on('timeout', () => call.destroy(new Error('no answer in time')));
      call.on('error', (error) => resolve({ failure: reasonOf(error) }));
      call.end(body);
    });
  return { send, close: () => agent.destroy() };
}

const reasonOf = (error: Error): string =>
  'code' in error && error.message === '' ? String(error.code) : error.message;
