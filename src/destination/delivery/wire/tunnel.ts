import type { Duplex } from 'node:stream';
import { reasonOf } from './answer.ts';
import type { WebProxy } from './proxy.ts';

/** What a proxy did instead of leading through. `final`: it refuses, and would again. */
export class ProxyError extends Error {
  override readonly name = 'ProxyError';
  readonly final: boolean;

  constructor(message: string, final = false) {
    super(message);
    this.final = final;
  }
}

const passing = new Set([408, 425, 429]);

/** A proxy's own answer where that of the host behind it was wanted. */
export function refusalOf(proxy: WebProxy, status: number, authority: string): ProxyError {
  const mend =
    status === 407 ? ' It requires a user name and a password: http://user:password@host:port.' : '';
  const final = status >= 400 && status < 500 && !passing.has(status);
  return new ProxyError(`${proxy.label} does not connect to ${authority}: HTTP ${status}.${mend}`, final);
}

export const unreachable = (proxy: WebProxy, error: unknown): ProxyError =>
  new ProxyError(`${proxy.label} could not be reached: ${reasonOf(error)}`);

/**
 * A connection to `authority` (host:port) through the proxy, by CONNECT.
 *
 * @throws ProxyError
 */
export function tunnel(proxy: WebProxy, authority: string, signal: AbortSignal): Promise<Duplex> {
  const { request } = process.getBuiltinModule(proxy.secure ? 'node:https' : 'node:http');
  const { promise, resolve, reject } = Promise.withResolvers<Duplex>();
  const call = request({
    method: 'CONNECT',
    host: proxy.host,
    port: proxy.port,
    path: authority,
    agent: false,
    signal,
    headers: {
      host: authority,
      ...(proxy.authorization === undefined ? {} : { 'proxy-authorization': proxy.authorization }),
    },
  });
  call.on('connect', ({ statusCode = 0 }, socket, head) => {
    if (statusCode >= 200 && statusCode < 300) {
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
      return;
    }
    socket.destroy();
    reject(refusalOf(proxy, statusCode, authority));
  });
  call.on('response', (response) => {
    response.destroy();
    reject(refusalOf(proxy, response.statusCode ?? 0, authority));
  });
  call.on('error', (error) =>
    reject(unreachable(proxy, signal.aborted ? new Error('no answer in time') : error)),
  );
  call.on('close', () => reject(unreachable(proxy, new Error('it closed the connection'))));
  call.end();
  return promise;
}
