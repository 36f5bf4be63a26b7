import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSimulator } from '../../src/simulator/server.ts';
import { messagesOf, run } from '../support/processes.ts';

let folder: string;
let closers: (() => unknown)[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unreachable-'));
  closers = [() => rm(folder, { recursive: true })];
});
afterEach(async () => {
  for (const close of closers.reverse()) await close();
});

const apis = {
  track: { site_id: 'site', api_key: 'key' },
  pipelines: { api: 'pipelines', write_key: 'w' },
} as const;
type Name = keyof typeof apis;
const names = Object.keys(apis) as Name[];

async function serverOf(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function checkAndWrite(api: Name, endpoint: string, retrySeconds: number, script = '') {
  const [config, catalog, before] = ['d.json', 'c.json', 'before.mjs'].map((name) => join(folder, name));
  const given = { ...apis[api], endpoint, retry_seconds: retrySeconds, rejects: join(folder, 'rejects') };
  await writeFile(String(config), JSON.stringify(given));
  const stream = { name: 'persons', json_schema: {} };
  const modes = { sync_mode: 'incremental', destination_sync_mode: 'append' };
  await writeFile(String(catalog), JSON.stringify({ streams: [{ stream, ...modes }] }));
  await writeFile(String(before), script);
  const env = { NODE_OPTIONS: `--import ${pathToFileURL(String(before))}` };
  const record = { type: 'RECORD', record: { stream: 'persons', data: { userId: 'u1' }, emitted_at: 1 } };
  const checked = await run('destination-customer-io', ['check', '--config', String(config)], { env });
  const written = await run(
    'destination-customer-io',
    ['write', '--config', String(config), '--catalog', String(catalog)],
    { env, stdin: `${JSON.stringify(record)}\n` },
  );
  const errors = messagesOf(written.stdout).flatMap(({ trace }) => Object(trace).error ?? []);
  return { checked: checked.stdout, code: written.code, errors, stdout: written.stdout };
}

describe.each(names)('the %s API', (api) => {
  it.each([301, 302, 303, 307, 308])('that answers %i: nothing goes where it points', async (status) => {
    const reached: unknown[] = [];
    const target = await serverOf((request, response) => {
      reached.push(request.headers);
      response.end('{}');
    });
    const url = await serverOf((request, response) => {
      request.resume().on('end', () => response.writeHead(status, { location: `${target}/x` }).end());
    });
    const { checked, code, errors } = await checkAndWrite(api, url, 600);
    expect(checked).toContain('FAILED');
    expect(checked).toContain(`points to ${target}/x`);
    expect(code).toBe(1);
    expect(errors).toMatchObject([
      { failure_type: 'config_error', message: expect.stringContaining(`points to ${target}/x`) },
    ]);
    expect(reached).toEqual([]);
  });

  it.each(['EAI_AGAIN', 'EAI_FAIL', 'ENOTFOUND', 'ETIMEOUT'])(
    'whose address cannot be looked up (%s): it is tried again, and told as passing',
    async (code) => {
      const ended = await checkAndWrite(api, 'http://customer.example', 1, lookups(code, 1_000_000, ''));
      expect(ended.checked).toContain('FAILED');
      expect(ended.checked).toContain(code);
      expect(ended.errors).toMatchObject([
        { failure_type: 'transient_error', message: expect.stringContaining(code) },
      ]);
    },
  );

  it('whose address cannot be looked up for a while is reached after it', async () => {
    const simulator = await startSimulator({ siteId: 'site', apiKey: 'key', writeKey: 'w' });
    closers.push(() => simulator.close());
    const script = lookups('EAI_AGAIN', 1, '127.0.0.1');
    const { checked, code, errors } = await checkAndWrite(
      api,
      `http://customer.localhost:${simulator.port}`,
      60,
      script,
    );
    expect(checked).toContain('SUCCEEDED');
    expect(errors).toEqual([]);
    expect(code).toBe(0);
    expect(simulator.store.counts().people).toBe(1);
  });
});

/** Loaded before the connector: DNS fails a number of times, and knows the address then. */
const lookups = (code: string, times: number, address: string): string => `
import dns from 'node:dns';
let left = ${times};
const failure = (host) => Object.assign(new Error('getaddrinfo ${code} ' + host), { code: '${code}', syscall: 'getaddrinfo' });
dns.lookup = (host, options, answer) => process.nextTick(() => {
  if (left-- > 0) answer(failure(host));
  else if (options.all) answer(null, [{ address: '${address}', family: 4 }]);
  else answer(null, '${address}', 4);
});
`;
