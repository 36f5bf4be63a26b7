import { createServer, request } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect, type Server } from 'node:net';
import type { Duplex } from 'node:stream';

export interface ForwardProxy {
  readonly port: number;
  /** What it was asked for: `CONNECT host:port`, or the method and the whole address. */
  readonly asked: readonly string[];
  /** The Proxy-Authorization of each. */
  readonly logins: readonly (string | undefined)[];
  close(): Promise<void>;
}

export interface ForwardProxyOptions {
  /** Where all of it leads, whatever is asked for. */
  readonly to: number;
  /** Instead of leading anywhere. */
  readonly refuse?: number;
  /** Makes it a proxy that is itself spoken to by TLS. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

const listening = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
};

/** A forward proxy as companies have them: plain HTTP by whole addresses, HTTPS by CONNECT. */
export async function startForwardProxy({ to, refuse, tls }: ForwardProxyOptions): Promise<ForwardProxy> {
  const asked: string[] = [];
  const logins: (string | undefined)[] = [];
  const open = new Set<Duplex>();
  const server = tls === undefined ? createServer() : createSecureServer(tls);
  server.on('connection', (socket) => open.add(socket));
  server.on('request', (incoming, outgoing) => {
    asked.push(`${incoming.method} ${incoming.url}`);
    logins.push(incoming.headers['proxy-authorization']);
    if (refuse !== undefined) {
      outgoing.writeHead(refuse).end('<html>refused</html>');
      return;
    }
    const { method, headers } = incoming;
    const { pathname, search, host } = new URL(incoming.url ?? '/');
    const rest = { ...headers, host: host.replace(/.*/, `127.0.0.1:${to}`) };
    const call = request({ port: to, host: '127.0.0.1', method, path: pathname + search, headers: rest });
    call.on('response', (answer) => answer.pipe(outgoing.writeHead(answer.statusCode ?? 0, answer.headers)));
    incoming.pipe(call);
  });
  server.on('connect', (incoming, socket: Duplex) => {
    asked.push(`CONNECT ${incoming.url}`);
    logins.push(incoming.headers['proxy-authorization']);
    if (refuse !== undefined) {
      socket.end(`HTTP/1.1 ${refuse} No\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    const upstream = connect(to, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(upstream).pipe(socket);
    });
    for (const each of [upstream, socket]) {
      open.add(each);
      each.on('error', () => {
        upstream.destroy();
        socket.destroy();
      });
    }
  });
  const port = await listening(server);
  return {
    port,
    asked,
    logins,
    async close() {
      for (const each of open) each.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** TLS in front of a plain HTTP server. */
export async function startTlsFront(to: number, tls: { readonly key: string; readonly cert: string }) {
  const server = createSecureServer(tls, (incoming, outgoing) => {
    const { method, url, headers } = incoming;
    const local = { ...headers, host: `127.0.0.1:${to}` };
    const call = request({ port: to, host: '127.0.0.1', method, path: url, headers: local }, (answer) =>
      answer.pipe(outgoing.writeHead(answer.statusCode ?? 0, answer.headers)),
    );
    incoming.pipe(call);
  });
  const port = await listening(server);
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { port, close };
}
