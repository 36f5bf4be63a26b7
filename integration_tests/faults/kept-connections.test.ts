import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { messagesOf, run } from '../support/processes.ts';

const pem = (name: string): string => join(import.meta.dirname, '../fixtures/tls', name);
const tls = { key: await readFile(pem('key.pem')), cert: await readFile(pem('certificate.pem')) };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kept-'));
});
afterEach(() => rm(folder, { recursive: true }));

const apis = {
  track: { site_id: 'site', api_key: 'key' },
  pipelines: { api: 'pipelines', write_key: 'w' },
} as const;

const lines = Array.from({ length: 2_500 }, (_, n) =>
  JSON.stringify({
    type: 'RECORD',
    record: { stream: 'persons', data: { userId: `u${n}`, bio: 'x'.repeat(900) }, emitted_at: 1 },
  }),
);

// Each connection serves once and is closed when it is used again: the race of a server that closes what is idle with
// a client that uses it, made certain.
it.each([
  ['track', 'http'],
  ['track', 'https'],
  ['pipelines', 'http'],
  ['pipelines', 'https'],
] as const)('%s by %s: a kept connection that was closed while idle is no retry', async (api, scheme) => {
  const used = new Set<unknown>();
  let answered = 0;
  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    if (used.has(request.socket)) {
      request.socket.destroy();
      return;
    }
    used.add(request.socket);
    request.resume().on('end', () => {
      answered += 1;
      response.end('{}');
    });
  };
  const server = scheme === 'https' ? createSecureServer(tls, serve) : createServer(serve);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `${scheme}://localhost:${(server.address() as AddressInfo).port}`;
  const [config, catalog] = [join(folder, 'd.json'), join(folder, 'c.json')];
  await writeFile(config, JSON.stringify({ ...apis[api], endpoint, requests_in_flight: 2, rejects: folder }));
  const stream = { name: 'persons', json_schema: {} };
  const modes = { sync_mode: 'incremental', destination_sync_mode: 'append' };
  await writeFile(catalog, JSON.stringify({ streams: [{ stream, ...modes }] }));
  try {
    const args = ['write', '--config', config, '--catalog', catalog];
    const env = { NODE_EXTRA_CA_CERTS: pem('certificate.pem') };
    const { stdout } = await run('destination-customer-io', args, { stdin: `${lines.join('\n')}\n`, env });
    const last = JSON.parse(String(Object(messagesOf(stdout).at(-1)).log?.message));
    expect(last).toMatchObject({
      ended: 'complete',
      streams: [{ delivered: 2_500 }],
      requests: answered,
      retries: {},
    });
    // All of them were used again, but for the last of each lane.
    expect(answered).toBeGreaterThanOrEqual(5);
    expect(used.size).toBe(answered);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
