import { request } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { AUTHORIZATION, startHarness } from './harness.fixture.ts';

type Headers = Readonly<Record<string, string>>;

/** The status of a request whose headers are exactly these: fetch would not let Host be set. */
function statusOf(port: number, method: string, path: string, headers: Headers, body = ''): Promise<number> {
  return new Promise((resolve, reject) => {
    const call = request({ host: '127.0.0.1', port, method, path, headers, agent: false }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode ?? 0));
    });
    call.on('error', reject).end(body);
  });
}

const routes = [
  ['GET', '/simulator/store'],
  ['GET', '/simulator/requests'],
  ['POST', '/simulator/faults'],
  ['POST', '/simulator/reset'],
  ['GET', '/api/v1/accounts/region'],
  ['POST', '/api/v2/entity'],
  ['POST', '/api/v2/batch'],
  ['POST', '/v1/identify'],
  ['POST', '/v1/batch'],
  ['OPTIONS', '/simulator/reset'],
] as const;

const foreign: readonly ((own: string) => Headers)[] = [
  () => ({ host: 'evil.example' }),
  () => ({ host: 'evil.example:8040' }),
  () => ({ host: '127.0.0.1.evil.example' }),
  () => ({ host: 'localhost.evil.example' }),
  () => ({ host: 'evil.example/127.0.0.1' }),
  () => ({ host: '127.0.0.1@evil.example' }),
  () => ({ host: '192.168.1.7' }),
  () => ({ host: '0.0.0.0' }),
  () => ({ host: ' ' }),
  (host) => ({ host, origin: 'https://evil.example' }),
  (host) => ({ host, origin: 'null' }),
  (host) => ({ host, origin: '' }),
  (host) => ({ host, origin: `https://${host}` }),
  () => ({ host: 'localhost:8040', origin: 'http://localhost:3000' }),
  (host) => ({ host, origin: 'http://localhost.evil.example' }),
  (host) => ({ host, 'sec-fetch-site': 'cross-site' }),
  (host) => ({ host, 'sec-fetch-site': 'same-site' }),
];

describe('what is not from this machine', () => {
  it.each(routes)('is refused on %s %s, and changes nothing', async (method, path) => {
    await using to = await startHarness();
    const { port, store } = to.simulator;
    await to.entity({ type: 'person', identifiers: { id: 'ada' }, action: 'identify' });
    for (const headersOf of foreign) {
      const headers = { authorization: AUTHORIZATION, ...headersOf(`127.0.0.1:${port}`) };
      expect(await statusOf(port, method, path, headers, method === 'POST' ? '{}' : '')).toBe(403);
    }
    expect(store.counts().people).toBe(1);
    expect(to.simulator.requests).toBe(1);
  });

  it.each([
    '127.0.0.1',
    '127.0.0.1:8040',
    'localhost',
    'LOCALHOST:80',
    'app.localhost:1',
    '[::1]',
    '[::1]:8040',
  ])('is none of what asks for %s, alone or from a page of its own', async (host) => {
    await using to = await startHarness();
    const { port } = to.simulator;
    expect(await statusOf(port, 'GET', '/simulator/store', { host })).toBe(200);
    for (const site of ['same-origin', 'none']) {
      const headers = { host, origin: `http://${host}`, 'sec-fetch-site': site };
      expect(await statusOf(port, 'POST', '/simulator/reset', headers)).toBe(200);
    }
  });
});

describe('a body that is too long', () => {
  it.each(routes.filter(([method]) => method === 'POST'))(
    'is refused on %s %s before the key is looked at',
    async (_, path) => {
      await using to = await startHarness();
      const reply = await to.post(path, 'x'.repeat(3_000_000), { authorization: 'Basic wrong' });
      expect(reply.status).toBe(413);
    },
  );

  it('is not taken to its end, though it names no length', async () => {
    await using to = await startHarness();
    const { port } = to.simulator;
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk) => {
      answer += String(chunk);
    });
    socket.on('error', () => undefined);
    socket.write(`POST /v1/batch HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n`);
    const chunk = `186a0\r\n${'x'.repeat(100_000)}\r\n`;
    const pump = (): void => {
      while (!socket.destroyed && socket.write(chunk));
    };
    socket.on('drain', pump);
    pump();
    await new Promise((resolve) => socket.on('close', resolve));
    expect(answer).toContain(' 413 ');
  });
});
