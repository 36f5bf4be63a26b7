import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/server.ts';
import { messagesOf, run } from '../support/processes.ts';

let folder: string;
let simulator: Simulator;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clocks-'));
  simulator = await startSimulator({ siteId: 'site', apiKey: 'key', writeKey: 'w' });
});
afterEach(async () => {
  await simulator.close();
  await rm(folder, { recursive: true });
});

const apis = {
  track: { site_id: 'site', api_key: 'key' },
  pipelines: { api: 'pipelines', write_key: 'w' },
} as const;

const hour = 3_600_000;

/** Loaded before the connector: from its third request on, the clock shows another time. */
const clockScript = (clock: string, jump: number): string => `
import http from 'node:http';
let requests = 0;
const ask = http.request;
http.request = (...given) => { requests += 1; return ask(...given); };
const honest = ${clock}.bind(${clock.split('.')[0]});
${clock} = () => honest() + (requests >= 3 ? ${jump} : 0);
`;

it.each([
  ['track', 'Date.now', 'back', -hour],
  ['track', 'Date.now', 'forward', hour],
  ['track', 'performance.now', 'over a sleep', hour],
  ['pipelines', 'Date.now', 'back', -hour],
  ['pipelines', 'Date.now', 'forward', hour],
  ['pipelines', 'performance.now', 'over a sleep', hour],
] as const)('%s: all is delivered though %s goes an hour %s', async (api, clock, _way, jump) => {
  simulator.faults.next.push({ kind: 'status', status: 503, times: 3 }, { kind: 'status', status: 429 });
  const [config, catalog] = [join(folder, 'd.json'), join(folder, 'c.json')];
  const given = { endpoint: simulator.url, requests_in_flight: 2, rejects: folder };
  await writeFile(config, JSON.stringify({ ...apis[api], ...given }));
  const stream = { name: 'persons', json_schema: {} };
  const modes = { sync_mode: 'incremental', destination_sync_mode: 'append' };
  await writeFile(catalog, JSON.stringify({ streams: [{ stream, ...modes }] }));
  const script = join(folder, 'clock.mjs');
  await writeFile(script, clockScript(clock, jump));
  const record = (n: number) => ({
    type: 'RECORD',
    record: { stream: 'persons', data: { userId: `u${n}`, bio: 'x'.repeat(900) }, emitted_at: 1 },
  });
  const lines = Array.from({ length: 3_000 }, (_, n) => JSON.stringify(record(n)));
  const { code, stdout } = await run(
    'destination-customer-io',
    ['write', '--config', config, '--catalog', catalog],
    { stdin: `${lines.join('\n')}\n`, env: { NODE_OPTIONS: `--import ${pathToFileURL(script)}` } },
  );
  expect(code).toBe(0);
  const last = JSON.parse(String(Object(messagesOf(stdout).at(-1)).log?.message));
  expect(last).toMatchObject({ ended: 'complete', streams: [{ delivered: 3_000, rejected: 0 }] });
  expect(last.seconds).toBeGreaterThan(0);
  expect(simulator.store.counts().people).toBe(3_000);
});
