import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

/** A server that says what it is told, byte by byte, so that HTTP can be broken anywhere. */
export class RawServer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Connections that were made so far. */
  connections = 0;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** `greet` gets each connection as it is made. */
  static async start(greet: (socket: Socket, count: number) => void, port = 0, host = '127.0.0.1') {
    const server = createServer((socket) => {
      raw.#sockets.add(socket);
      raw.connections += 1;
      socket.on('error', () => undefined);
      greet(socket, raw.connections);
    });
    const raw = new RawServer(server);
    await new Promise<void>((resolve, reject) => {
      server.on('error', reject).listen(port, host, resolve);
    });
    return raw;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Connections that are open now. */
  get open(): number {
    return [...this.#sockets].filter((socket) => !socket.destroyed).length;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Calls back with each whole request of up to a few kilobytes, headers and body. */
export function onRequest(socket: Socket, take: (request: string) => void): void {
  let text = '';
  socket.on('data', (chunk) => {
    text += String(chunk);
    for (;;) {
      const head = text.indexOf('\r\n\r\n');
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
      if (head < 0 || text.length < head + 4 + length) return;
      const request = text.slice(0, head + 4 + length);
      text = text.slice(request.length);
      take(request);
    }
  });
}

export const ok = (body = '{}', headers = ''): string =>
  `HTTP/1.1 200 OK\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${headers}\r\n${body}`;
