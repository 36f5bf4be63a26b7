import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { boundsOf } from './exchange.ts';
import { ok, onRequest, RawServer } from './raw-server.fixture.ts';
import { openWire, type Wire, type WireOptions } from './wire.ts';

let closers: (() => unknown)[];
beforeEach(() => {
  closers = [];
});
afterEach(async () => {
  for (const close of closers.reverse()) await close();
});

async function serverOf(greet: (socket: Socket, count: number) => void, port = 0, host = '127.0.0.1') {
  const server = await RawServer.start(greet, port, host);
  closers.push(() => server.close());
  return server;
}

function wireTo(url: string, options: Partial<WireOptions> = {}): Wire {
  const wire = openWire({ url, bounds: boundsOf(20_000), env: {}, ...options });
  closers.push(() => wire.close());
  return wire;
}

const call = { method: 'POST', path: '/', headers: {}, body: Buffer.from('{"batch":[]}') } as const;
const taken = { status: 200, body: '{}' };

describe('a kept connection that the server closed while idle', () => {
  const endings: readonly (readonly [string, (socket: Socket) => unknown])[] = [
    ['is closed', (socket) => socket.end()],
    ['is reset', (socket) => socket.resetAndDestroy()],
    ['is destroyed', (socket) => socket.destroy()],
  ];

  // The race made certain: the end is on its way only when the next request is there.
  it.each(endings)('and %s as the next request comes costs no answer', async (_, end) => {
    const seen: number[] = [];
    const server = await serverOf((socket, connection) => {
      let requests = 0;
      onRequest(socket, () => {
        requests += 1;
        seen.push(connection);
        if (requests === 1) socket.write(ok());
        else end(socket);
      });
    });
    const wire = wireTo(server.url);
    for (let n = 0; n < 5; n += 1) expect(await wire.ask(call)).toMatchObject(taken);
    expect(seen).toEqual([1, 1, 2, 2, 3, 3, 4, 4, 5]);
  });

  it('is not taken again, where all of several were closed', async () => {
    const first = new Set<Socket>();
    const server = await serverOf((socket, connection) => {
      first.add(socket);
      onRequest(socket, async () => {
        // All of the first round are under way at once, so that none is used twice in it.
        if (connection <= 10) await expect.poll(() => first.size).toBe(10);
        socket.write(ok());
      });
    });
    const wire = wireTo(server.url);
    const all = () => Promise.all(Array.from({ length: 10 }, () => wire.ask(call)));
    await all();
    for (const socket of first) socket.end();
    for (const answer of await all()) expect(answer).toMatchObject(taken);
  });

  it.each(endings)('is a failure where a fresh one %s without an answer', async (_, end) => {
    const server = await serverOf((socket) => onRequest(socket, () => end(socket)));
    const wire = wireTo(server.url);
    expect(await wire.ask(call)).toEqual({ failure: expect.stringMatching(/./) });
    expect(server.connections).toBe(1);
  });

  it.each(endings)('is a failure where the answer has begun and it %s', async (_, end) => {
    let requests = 0;
    const server = await serverOf((socket) =>
      onRequest(socket, () => {
        requests += 1;
        if (requests === 1) socket.write(ok());
        else socket.write('HTTP/1.1 200 OK\r\n', () => setTimeout(() => end(socket), 50));
      }),
    );
    const wire = wireTo(server.url);
    expect(await wire.ask(call)).toMatchObject(taken);
    expect(await wire.ask(call)).toEqual({ failure: expect.stringMatching(/./) });
    expect(requests).toBe(2);
  });
});

describe('connections', () => {
  it.each([
    ['says so', 'Connection: close\r\n'],
    ['does not say so', ''],
  ])('to a server that closes after each answer and %s: every request is answered', async (_, headers) => {
    const server = await serverOf((socket) => onRequest(socket, () => socket.end(ok('{}', headers))));
    const wire = wireTo(server.url);
    for (let n = 0; n < 50; n += 1) expect(await wire.ask(call)).toMatchObject(taken);
  });

  it('are kept and used again', async () => {
    const server = await serverOf((socket) => onRequest(socket, () => socket.write(ok())));
    const wire = wireTo(server.url);
    for (let n = 0; n < 50; n += 1) expect(await wire.ask(call)).toMatchObject(taken);
    expect(server.connections).toBe(1);
  });

  it('that are older than their time are not', async () => {
    const server = await serverOf((socket) => onRequest(socket, () => socket.write(ok())));
    const wire = wireTo(server.url, { longestLifeMs: 0 });
    for (let n = 0; n < 5; n += 1) expect(await wire.ask(call)).toMatchObject(taken);
    expect(server.connections).toBe(5);
  });

  it('half open, whose other side is gone without a word, are left after one wait', async () => {
    const server = await serverOf((socket, connection) => {
      let requests = 0;
      onRequest(socket, () => {
        requests += 1;
        if (connection > 3 || requests === 1) socket.write(ok());
      });
    });
    const wire = wireTo(server.url, { bounds: boundsOf(300) });
    await Promise.all([1, 2, 3].map(() => wire.ask(call)));
    expect(await wire.ask(call)).toEqual({ failure: expect.stringContaining('in time') });
    expect(await wire.ask(call)).toMatchObject(taken);
  });

  it('as many as there are requests under way: none waits for another', async () => {
    let waiting: Socket[] = [];
    const server = await serverOf((socket) =>
      onRequest(socket, () => {
        waiting.push(socket);
        if (waiting.length < 100) return;
        for (const each of waiting) each.write(ok());
        waiting = [];
      }),
    );
    const wire = wireTo(server.url);
    const answers = await Promise.all(Array.from({ length: 100 }, () => wire.ask(call)));
    expect(answers).toHaveLength(100);
    for (const answer of answers) expect(answer).toMatchObject(taken);
  });

  it('go to the new address of a host once the old one is gone', async () => {
    const greet = (socket: Socket): void => onRequest(socket, () => socket.write(ok()));
    const old = await serverOf(greet);
    const moved = await serverOf(greet, old.port, '127.0.0.2');
    let address = '127.0.0.1';
    const wire = wireTo(`http://customer.example:${old.port}`, {
      lookup: (_host, { all }, answer) => {
        if (all === true) answer(null, [{ address, family: 4 }]);
        else answer(null, address, 4);
      },
    });
    expect(await wire.ask(call)).toMatchObject(taken);
    address = '127.0.0.2';
    await old.close();
    await sleep(20);
    expect(await wire.ask(call)).toMatchObject(taken);
    expect(moved.connections).toBe(1);
  });
});

it.each([
  ['ECONNREFUSED', 'http://127.0.0.1:1'],
  ['ENOTFOUND|EAI_AGAIN', 'http://customer.invalid'],
])('a server that is not there is a failure with its reason: %s', async (reason, url) => {
  const answer = await wireTo(url).ask(call);
  expect(answer).toEqual({ failure: expect.stringMatching(reason) });
});

describe('a proxy that', () => {
  const proxies: readonly (readonly [string, (socket: Socket) => unknown])[] = [
    ['says nothing', () => undefined],
    [
      'answers letter by letter',
      (socket) => {
        const timer = setInterval(() => socket.write('H'), 20);
        socket.on('close', () => clearInterval(timer));
      },
    ],
    [
      'says headers without end',
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\n');
        const timer = setInterval(() => socket.write('X-A: b\r\n'.repeat(1000)), 1);
        socket.on('close', () => clearInterval(timer));
      },
    ],
    ['hangs up', (socket) => socket.end()],
    ['resets', (socket) => socket.resetAndDestroy()],
    ['speaks something else', (socket) => socket.end('SSH-2.0-server\r\n')],
    ['opens a tunnel to nowhere', (socket) => socket.write('HTTP/1.1 200 OK\r\n\r\n')],
    [
      'opens a tunnel to another protocol',
      (socket) => socket.write('HTTP/1.1 200 OK\r\n\r\nSSH-2.0-server\r\n'),
    ],
  ];

  it.each(proxies)('%s is a failure in time, and leaves no connection', async (_, say) => {
    const proxy = await serverOf((socket) =>
      socket.once('data', () => {
        say(socket);
        socket.resume();
      }),
    );
    const env = { HTTPS_PROXY: proxy.url };
    const wire = wireTo('https://customer.invalid', { env, bounds: boundsOf(300) });
    expect(await wire.ask(call)).toMatchObject({ failure: expect.stringMatching(/./) });
    await expect.poll(() => proxy.open, { timeout: 10_000 }).toBe(0);
  });
});
