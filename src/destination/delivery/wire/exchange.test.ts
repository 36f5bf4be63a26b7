import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verdictOnPipelines } from '../../api/pipelines/check.ts';
import { pipelinesTransport } from '../../api/pipelines/transport.ts';
import { verdictOnTrack } from '../../api/track/check-track.ts';
import { trackTransport } from '../../api/track/track-transport.ts';
import { type DestinationConfig, parseDestinationConfig } from '../../config.ts';
import type { Transport } from '../transport.ts';
import { RawServer } from './raw-server.fixture.ts';

let server: RawServer;
let transport: Transport | undefined;
let say: (socket: Socket) => void;

beforeEach(async () => {
  server = await RawServer.start((socket) => {
    socket.once('data', () => {
      say(socket);
      // What else comes of the request is of no interest; but without reading, no end is seen.
      if (!socket.isPaused()) socket.resume();
    });
  });
});

afterEach(async () => {
  transport?.close();
  await server.close();
});

const configOf = (api: 'track' | 'pipelines'): DestinationConfig =>
  parseDestinationConfig({ api, write_key: 'w', site_id: 's', api_key: 'k', endpoint: server.url });

async function send(api: 'track' | 'pipelines', answerTimeoutMs: number, body = Buffer.from('{"batch":[]}')) {
  const open = api === 'track' ? trackTransport : pipelinesTransport;
  transport = open(configOf(api), answerTimeoutMs);
  return transport.send(body);
}

/** CONNECTION_STATUS: its status and message. */
async function check(api: 'track' | 'pipelines', answerTimeoutMs: number) {
  const verdict = api === 'track' ? verdictOnTrack : verdictOnPipelines;
  const message = await verdict(configOf(api), answerTimeoutMs);
  return message.type === 'CONNECTION_STATUS' ? message.connectionStatus : undefined;
}

const html = '<html>Bad gateway</html>';

it.each([
  ['HTML', `HTTP/1.1 502 Bad Gateway\r\nContent-Length: ${html.length}\r\n\r\n${html}`, 502, html],
  ['nothing', 'HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n', 503, ''],
])('an error with %s is an answer', async (_, text, status, body) => {
  say = (socket) => socket.write(text);
  expect(await send('track', 5_000)).toEqual({ status, body, retryAfterMs: undefined });
});

/** Says something again and again, for as long as the connection lives. */
function drip(socket: Socket, first: string, again: string | Buffer, everyMs: number): void {
  socket.write(first);
  const timer = setInterval(() => socket.write(again), everyMs);
  socket.on('close', () => clearInterval(timer));
}

/** Says something as fast as it is taken. */
function flood(socket: Socket, first: string, again: string): void {
  const chunk = Buffer.from(again.repeat(Math.ceil(10_000 / again.length)));
  const pump = (): void => {
    while (!socket.destroyed && socket.write(chunk));
  };
  socket.on('drain', pump).write(first);
  pump();
}

const head = 'HTTP/1.1 200 OK\r\n';
const chunked = `${head}Transfer-Encoding: chunked\r\n\r\n`;
const bomb = gzipSync(Buffer.alloc(20_000_000));

const hostile: readonly (readonly [string, (socket: Socket) => void])[] = [
  ['says nothing', () => undefined],
  ['says a byte now and then', (socket) => drip(socket, `${head}Content-Length: 9000\r\n\r\n`, 'x', 20)],
  ['says a chunk now and then', (socket) => drip(socket, chunked, '1\r\nx\r\n', 20)],
  ['says a header now and then', (socket) => drip(socket, head, 'X-A: b\r\n', 20)],
  ['never ends a header', (socket) => drip(socket, `${head}X-A: `, 'a', 20)],
  ['says its status letter by letter', (socket) => drip(socket, 'HTTP/1.1 200 ', 'O', 20)],
  ['says headers without end', (socket) => flood(socket, head, 'X-A: b\r\n')],
  ['says a body without end', (socket) => flood(socket, chunked, `3e8\r\n${'x'.repeat(1000)}\r\n`)],
  ['says a long body without end', (socket) => flood(socket, `${head}\r\n`, 'x'.repeat(1000))],
  ['says 100 without end', (socket) => flood(socket, '', 'HTTP/1.1 100 Continue\r\n\r\n')],
  ['says 102 now and then', (socket) => drip(socket, '', 'HTTP/1.1 102 Processing\r\n\r\n', 20)],
  ['says 103 without end', (socket) => flood(socket, '', 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n')],
  [
    'switches protocols',
    (socket) =>
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n'),
  ],
  ['stops in the middle', (socket) => socket.write(`${head}Content-Length: 9\r\n\r\n{`)],
  ['is cut in the middle', (socket) => socket.end(`${head}Content-Length: 9\r\n\r\n{`)],
  ['ends between chunks', (socket) => socket.end(`${chunked}2\r\n{}\r\n`)],
  ['is no HTTP', (socket) => socket.end('SSH-2.0-server\r\n')],
  ['is closed', (socket) => socket.end()],
  ['is a reset', (socket) => socket.resetAndDestroy()],
  ['has two lengths', (socket) => socket.write(`${head}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`)],
];

const compressed = (encoding: string) => (socket: Socket) => {
  socket.write(`${head}Content-Encoding: ${encoding}\r\nContent-Length: ${bomb.length}\r\n\r\n`);
  socket.write(bomb);
};

describe.each(['track', 'pipelines'] as const)('an answer to the %s API that', (api) => {
  it.each(hostile)('%s is no answer, with a reason, and the connection is closed', async (_, saying) => {
    say = saying;
    const answer = await send(api, 300);
    if ('status' in answer) expect(answer).toMatchObject({ body: '', flaw: 'too long' });
    else expect(answer).toEqual({ failure: expect.stringMatching(/./) });
    await expect.poll(() => server.open, { timeout: 10_000 }).toBe(0);
  });

  it.each(hostile)('%s fails the check, and ends', async (_, saying) => {
    say = saying;
    expect(await check(api, 300)).toMatchObject({ status: 'FAILED', message: expect.stringMatching(/./) });
    await expect.poll(() => server.open, { timeout: 10_000 }).toBe(0);
  });

  it.each(['gzip', 'br', 'deflate', 'zstd'])('is compressed by %s is not taken', async (encoding) => {
    say = compressed(encoding);
    expect(await send(api, 5_000)).toMatchObject({ status: 200, body: '', flaw: 'compressed' });
    expect(await check(api, 5_000)).toMatchObject({ status: 'FAILED' });
  });

  it.each([
    [301, 'http://else.example/x?key=1'],
    [302, '/again'],
    [307, 'http://else.example/x'],
    [308, 'http://else.example/x'],
    [303, ''],
  ])('is a redirect (%i to "%s") is not followed', async (status, location) => {
    say = (socket) =>
      socket.write(`HTTP/1.1 ${status} Moved\r\nLocation: ${location}\r\nContent-Length: 0\r\n\r\n`);
    expect(await send(api, 5_000)).toMatchObject({ status, location });
    const { status: verdict, message } = (await check(api, 5_000)) ?? {};
    expect(verdict).toBe('FAILED');
    expect(message).toContain(`answered ${status} and points to`);
    expect(message).not.toContain('key=1');
    expect(server.connections).toBe(2);
  });

  it.each([
    ['an empty body', ''],
    ['a page', '<html>Sign in</html>'],
    ['half of JSON', '{"region":"us"'],
    ['a list', '[]'],
    ['other JSON', '{"status":"ok"}'],
    ['another region', '{"region":"moon"}'],
    ['null', 'null'],
    ['success', '{"success":true}'],
  ])('is 200 with %s does not pass the check', async (_, body) => {
    say = (socket) => socket.write(`${head}Content-Length: ${body.length}\r\n\r\n${body}`);
    expect(await check(api, 5_000)).toMatchObject({
      status: 'FAILED',
      message: expect.stringContaining('not the way Customer.io does'),
    });
  });
});

it('a 400 that is not Customer.io’s does not pass the check of the Pipelines API', async () => {
  for (const body of ['', '<html>', '{}', '{"meta":{}}', '{"error":"bad"}']) {
    say = (socket) => socket.write(`HTTP/1.1 400 Bad\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    expect(await check('pipelines', 5_000)).toMatchObject({ status: 'FAILED' });
  }
});

it('1xx before the answer are passed over', async () => {
  say = (socket) =>
    socket.write(`${'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(5)}${head}Content-Length: 2\r\n\r\n{}`);
  expect(await send('track', 5_000)).toMatchObject({ status: 200, body: '{}' });
});

it.each([
  ['7', 7000],
  [new Date(Date.now() + 1_000_000).toUTCString(), expect.toSatisfy((ms: number) => ms > 700_000)],
  [new Date(0).toUTCString(), 0],
  ['soon', undefined],
  ['99999999999', 3_600_000],
  ['Mon, 01 Jan 2999 00:00:00 GMT', 3_600_000],
  // The server's clock, not ours.
  ['Mon, 01 Jan 2001 00:00:09 GMT\r\nDate: Mon, 01 Jan 2001 00:00:00 GMT', 9000],
])('Retry-After: %s', async (header, retryAfterMs) => {
  say = (socket) => socket.write(`HTTP/1.1 429 Slow\r\nRetry-After: ${header}\r\nContent-Length: 0\r\n\r\n`);
  expect(await send('track', 5_000)).toEqual({ status: 429, body: '', retryAfterMs });
});

it('sends nothing more of a body that was answered before it was taken', async () => {
  const body = Buffer.alloc(8_000_000, 'a');
  let taken: Socket | undefined;
  say = (socket) => {
    socket.pause();
    taken = socket;
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}');
  };
  expect(await send('track', 5_000, body)).toMatchObject({ status: 200 });
  // As the next batch does with the buffer.
  body.fill('b');
  const late: Buffer[] = [];
  await new Promise<void>((resolve) => {
    taken?.on('data', (chunk: Buffer) => late.push(chunk)).on('close', resolve);
    taken?.resume();
  });
  expect(Buffer.concat(late).includes('b'.repeat(100))).toBe(false);
});
