import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/server.ts';
import { messagesOf, run } from '../support/processes.ts';
import { type ForwardProxyOptions, startForwardProxy, startTlsFront } from './forward-proxy.ts';

const pem = (name: string): string => join(import.meta.dirname, '../fixtures/tls', name);
const tls = {
  key: await readFile(pem('key.pem'), 'utf8'),
  cert: await readFile(pem('certificate.pem'), 'utf8'),
};

let folder: string;
let simulator: Simulator;
let closers: (() => Promise<void>)[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proxy-'));
  simulator = await startSimulator({ siteId: 'site', apiKey: 'key', writeKey: 'w' });
  closers = [() => simulator.close()];
});
afterEach(async () => {
  for (const close of closers.reverse()) await close();
  await rm(folder, { recursive: true });
});

async function proxyTo(options: Partial<ForwardProxyOptions> = {}) {
  const proxy = await startForwardProxy({ to: simulator.port, ...options });
  closers.push(() => proxy.close());
  return proxy;
}

async function tlsFront() {
  const front = await startTlsFront(simulator.port, tls);
  closers.push(() => front.close());
  return front;
}

const apis = {
  track: { site_id: 'site', api_key: 'key' },
  pipelines: { api: 'pipelines', write_key: 'w' },
} as const;
type Name = keyof typeof apis;

/** None of this machine's own proxies. */
const clean = Object.fromEntries(
  ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'].flatMap((name) => [
    [name, ''],
    [name.toLowerCase(), ''],
  ]),
);

async function checkAndWrite(api: Name, endpoint: string, env: Record<string, string>) {
  const [config, catalog] = [join(folder, 'd.json'), join(folder, 'c.json')];
  const given = { ...apis[api], endpoint, retry_seconds: 0, rejects: join(folder, 'rejects') };
  await writeFile(config, JSON.stringify(given));
  const stream = { name: 'persons', json_schema: {} };
  const modes = { sync_mode: 'incremental', destination_sync_mode: 'append' };
  await writeFile(catalog, JSON.stringify({ streams: [{ stream, ...modes }] }));
  const environment = { ...process.env, ...clean, NODE_EXTRA_CA_CERTS: pem('certificate.pem'), ...env };
  const record = { type: 'RECORD', record: { stream: 'persons', data: { userId: 'u1' }, emitted_at: 1 } };
  const checked = await run('destination-customer-io', ['check', '--config', config], { env: environment });
  const written = await run('destination-customer-io', ['write', '--config', config, '--catalog', catalog], {
    env: environment,
    stdin: `${JSON.stringify(record)}\n`,
  });
  return { check: checked.stdout, write: written.stdout, all: JSON.stringify([checked, written]), written };
}

const people = (): number => simulator.store.counts().people;

describe.each(Object.keys(apis) as Name[])('the %s API', (api) => {
  it('by HTTPS_PROXY goes through a tunnel, the name left to the proxy, and the certificate is the host’s', async () => {
    const proxy = await proxyTo({ to: (await tlsFront()).port });
    const env = { HTTPS_PROXY: `http://us%40er:p%3Ass@127.0.0.1:${proxy.port}` };
    const { check, written, all } = await checkAndWrite(api, 'https://customer.invalid', env);
    expect(check).toContain('SUCCEEDED');
    expect(written.code).toBe(0);
    expect(people()).toBe(1);
    expect(proxy.asked).toEqual(['CONNECT customer.invalid:443', 'CONNECT customer.invalid:443']);
    expect(new Set(proxy.logins)).toEqual(new Set([`Basic ${Buffer.from('us@er:p:ss').toString('base64')}`]));
    expect(all).not.toMatch(/p%3Ass|p:ss/);
  });

  it('by a proxy that is spoken to by TLS', async () => {
    const proxy = await proxyTo({ to: (await tlsFront()).port, tls });
    const env = { https_proxy: `https://localhost:${proxy.port}` };
    const { check } = await checkAndWrite(api, 'https://customer.invalid:8443', env);
    expect(check).toContain('SUCCEEDED');
    expect(people()).toBe(1);
    expect(proxy.asked).toEqual(['CONNECT customer.invalid:8443', 'CONNECT customer.invalid:8443']);
  });

  it('by HTTP_PROXY asks for whole addresses', async () => {
    const proxy = await proxyTo();
    const env = { HTTP_PROXY: `127.0.0.1:${proxy.port}` };
    const { check } = await checkAndWrite(api, 'http://customer.invalid', env);
    expect(check).toContain('SUCCEEDED');
    expect(people()).toBe(1);
    expect(proxy.asked).toHaveLength(2);
    for (const asked of proxy.asked)
      expect(asked).toMatch(/^(GET|POST) http:\/\/customer\.invalid\/(api|v1)\//);
  });

  it('asks no proxy for what NO_PROXY names', async () => {
    const proxy = await proxyTo();
    const env = { HTTP_PROXY: `http://127.0.0.1:${proxy.port}`, NO_PROXY: 'localhost,127.0.0.1' };
    const { check } = await checkAndWrite(api, simulator.url, env);
    expect(check).toContain('SUCCEEDED');
    expect(people()).toBe(1);
    expect(proxy.asked).toEqual([]);
  });

  it.each([
    ['HTTPS_PROXY', 'https://customer.invalid'],
    ['HTTP_PROXY', 'http://customer.invalid'],
  ])('names the proxy of %s that is down, without its password', async (name, endpoint) => {
    const env = { [name]: 'http://user:hunter22@127.0.0.1:1' };
    const { check, write, all, written } = await checkAndWrite(api, endpoint, env);
    for (const said of [check, write]) {
      expect(said).toContain(`the proxy http://127.0.0.1:1 (${name}) could not be reached`);
      expect(said).toContain('ECONNREFUSED');
    }
    expect(check).toContain('FAILED');
    expect(written.code).toBe(1);
    expect(all).not.toContain('hunter22');
  });

  it.each([
    ['HTTPS_PROXY', 'https://customer.invalid', 407],
    ['HTTPS_PROXY', 'https://customer.invalid', 403],
    ['HTTPS_PROXY', 'https://customer.invalid', 502],
    ['HTTP_PROXY', 'http://customer.invalid', 407],
  ])('names the proxy of %s that refuses: %s, %i', async (name, endpoint, status) => {
    const proxy = await proxyTo({ refuse: status });
    const env = { [name]: `http://user:hunter22@127.0.0.1:${proxy.port}` };
    const { check, write, all } = await checkAndWrite(api, endpoint, env);
    for (const said of [check, write]) {
      expect(said).toContain(`the proxy http://127.0.0.1:${proxy.port} (${name}) does not connect to`);
      expect(said).toContain(`HTTP ${status}`);
    }
    expect(check).toContain('FAILED');
    const types = messagesOf(write).map(({ trace }) => Object(trace).error?.failure_type);
    expect(types).toContain(status === 502 ? 'transient_error' : 'config_error');
    expect(all).not.toContain('hunter22');
  });

  it('says so where the variable holds none, without the value', async () => {
    const env = { HTTPS_PROXY: 'socks5://user:hunter22@127.0.0.1:1080' };
    const { check, write, all } = await checkAndWrite(api, 'https://customer.invalid', env);
    for (const said of [check, write])
      expect(said).toContain('HTTPS_PROXY does not contain the address of an HTTP proxy');
    expect(all).not.toContain('hunter22');
  });
});
