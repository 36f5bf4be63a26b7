import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A door in front of a server, on a port of its own: shut, the server has gone and connections are refused. */
export interface Gate {
  readonly url: string;
  shut(): Promise<void>;
  open(): Promise<void>;
}

export async function gateTo(port: number): Promise<Gate> {
  const sockets = new Set<Socket>();
  const serve = async (on: number): Promise<Server> => {
    const server = createServer((outer) => join(outer, connect(port, '127.0.0.1'), sockets));
    server.listen(on, '127.0.0.1');
    await once(server, 'listening');
    return server;
  };
  let server = await serve(0);
  const own = (server.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${own}`,
    async shut() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    async open() {
      server = await serve(own);
    },
  };
}

function join(outer: Socket, inner: Socket, sockets: Set<Socket>): void {
  for (const [socket, other] of [
    [outer, inner],
    [inner, outer],
  ] as const) {
    sockets.add(socket);
    socket
      .on('error', () => undefined)
      .on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    socket.pipe(other);
  }
}
