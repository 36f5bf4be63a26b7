import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { batchTransport, type Transport } from './transport.ts';

/** A server that says what it is told, byte by byte, so that HTTP can be broken anywhere. */
let server: Server | undefined;
let transport: Transport | undefined;
const sockets = new Set<Socket>();

afterEach(async () => {
  transport?.close();
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  await new Promise((resolve) => server?.close(resolve));
});

async function sendTo(say: (socket: Socket) => void, body = Buffer.from('{"batch":[]}')) {
  const listening = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => say(socket));
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const address = listening.address();
  const port = typeof address === 'object' ? address?.port : 0;
  transport = batchTransport({
    url: `http://127.0.0.1:${port}`,
    siteId: 's',
    apiKey: 'k',
    connections: 1,
    answerTimeoutMs: 200,
  });
  return transport.send(body);
}

const html = '<html>Bad gateway</html>';

it.each([
  ['HTML', `HTTP/1.1 502 Bad Gateway\r\nContent-Length: ${html.length}\r\n\r\n${html}`, 502, html],
  ['nothing', 'HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n', 503, ''],
])('an error with %s is an answer', async (_, text, status, body) => {
  expect(await sendTo((socket) => socket.write(text))).toEqual({ status, body, retryAfterMs: undefined });
});

it.each([
  ['never comes', () => undefined],
  ['stops in the middle', (socket: Socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{')],
  ['is cut in the middle', (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{')],
  ['is no HTTP', (socket: Socket) => socket.end('SSH-2.0-server\r\n')],
  ['is a reset', (socket: Socket) => socket.resetAndDestroy()],
] as const)('an answer that %s is a failure with its reason', async (_, say) => {
  expect(await sendTo(say)).toEqual({ failure: expect.stringMatching(/./) });
});

it.each([
  ['7', 7000],
  [new Date(Date.now() + 100_000).toUTCString(), expect.toSatisfy((ms: number) => ms > 90_000)],
  [new Date(0).toUTCString(), 0],
  ['soon', undefined],
])('Retry-After: %s', async (header, retryAfterMs) => {
  const answer = await sendTo((socket) =>
    socket.write(`HTTP/1.1 429 Slow\r\nRetry-After: ${header}\r\nContent-Length: 0\r\n\r\n`),
  );
  expect(answer).toEqual({ status: 429, body: '', retryAfterMs });
});

it('sends nothing more of a body that was answered before it was taken', async () => {
  const body = Buffer.alloc(8_000_000, 'a');
  let taken: Socket | undefined;
  const answer = await sendTo((socket) => {
    socket.pause();
    taken = socket;
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}');
  }, body);
  expect(answer).toMatchObject({ status: 200 });
  // As the next batch does with the buffer.
  body.fill('b');
  const late: Buffer[] = [];
  await new Promise<void>((resolve) => {
    taken?.on('data', (chunk: Buffer) => late.push(chunk)).on('close', resolve);
    taken?.resume();
  });
  expect(Buffer.concat(late).includes('b'.repeat(100))).toBe(false);
});
