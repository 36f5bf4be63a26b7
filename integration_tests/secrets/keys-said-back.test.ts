import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../support/processes.ts';

const key = 'Zk9/+w-Q2&x~7R"tail';
const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** As servers and what stands before them may write what they were sent. */
const spellings: readonly (readonly [string, string])[] = [
  ['as it is', key],
  ['in small letters', key.toLowerCase()],
  ['in JSON', JSON.stringify(key)],
  ['in JSON with escaped slashes', JSON.stringify(key).replaceAll('/', '\\/')],
  ['in a URL', `https://x.example/?key=${encodeURIComponent(key)}`],
  ['in a form', new URLSearchParams({ key }).toString()],
  ['in a page', `<b>${key.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}</b>`],
  ['in its Basic form', `Basic ${base64(`site:${key}`)}`],
  ['in the Basic form of a write key', `Basic ${base64(`${key}:`)}`],
  ['in its Basic form in a URL', encodeURIComponent(base64(`site:${key}`))],
  ['in its Basic form without a user', base64(key)],
];

/** Whatever is left of the key. */
const traces = /Zk9|zk9|Q2(&|%26|\\u0026|&amp;)|tail|(site:)?Wms5|pazkv|[A-Za-z0-9+/]{24,}/;

let folder: string;
let server: Server;
let answer: (said: string) => { status: number; headers?: Record<string, string>; body: string };
let said: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'said-back-'));
  server = createServer((request, response) => {
    request.resume().on('end', () => {
      const { status, headers, body } = answer(said);
      response.writeHead(status, headers).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

const apis = {
  track: { site_id: 'site', api_key: key },
  pipelines: { api: 'pipelines', write_key: key },
} as const;

/** All that a run leaves: what it printed, and its files. */
async function traceOf(api: keyof typeof apis): Promise<string> {
  const [config, catalog, rejects] = ['d.json', 'c.json', 'rejects'].map((name) => join(folder, name));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const given = { ...apis[api], endpoint, rejects, retry_seconds: 0, max_rejects: '100%' };
  await writeFile(String(config), JSON.stringify(given));
  const stream = { name: 'persons', json_schema: {} };
  const modes = { sync_mode: 'incremental', destination_sync_mode: 'append' };
  await writeFile(String(catalog), JSON.stringify({ streams: [{ stream, ...modes }] }));
  const lines = spellings.map((_spelling, n) =>
    JSON.stringify({
      type: 'RECORD',
      record: { stream: 'persons', data: { userId: `u${n}` }, emitted_at: 1 },
    }),
  );
  const ways = [
    ['check', '--config'],
    ['write', '--catalog', String(catalog), '--config'],
  ];
  const ended = await Promise.all(
    ways.map((args) =>
      run('destination-customer-io', [...args, String(config)], { stdin: `${lines.join('\n')}\n` }),
    ),
  );
  const files = await readdir(String(rejects)).catch(() => []);
  const texts = await Promise.all(files.map((file) => readFile(join(String(rejects), file), 'utf8')));
  return [...ended.flatMap(({ stdout, stderr }) => [stdout, stderr]), ...texts].join('\n');
}

const answers: readonly (readonly [string, (text: string) => ReturnType<typeof answer>])[] = [
  [
    '207 in reason, field and message, in each spelling',
    () => {
      const errors = spellings.map(([, text], n) => {
        return { batch_index: n, reason: text, field: text, message: `no: ${text} is wrong` };
      });
      return { status: 207, body: JSON.stringify({ errors }) };
    },
  ],
  ['400 in fields', (text) => ({ status: 400, body: JSON.stringify({ errors: [{ message: text }] }) })],
  ['400 in a sentence', (text) => ({ status: 400, body: JSON.stringify({ meta: { errors: [text] } }) })],
  ['401', (text) => ({ status: 401, body: text })],
  ['404 with a page', (text) => ({ status: 404, body: `<html>${text.repeat(9000)}</html>` })],
  ['500 with a page', (text) => ({ status: 500, body: `<html>${text}</html>` })],
  ['200 with a page', (text) => ({ status: 200, body: `<html>${text}</html>` })],
  ['200 with a region', (text) => ({ status: 200, body: JSON.stringify({ region: text }) })],
  [
    'a redirect',
    (text) => ({
      status: 302,
      headers: {
        location: `https://else.example/${text.replaceAll(/[^!-~]/g, '')}?k=${encodeURIComponent(text)}`,
      },
      body: '',
    }),
  ],
];

describe.each(Object.keys(apis) as (keyof typeof apis)[])(
  'a key that a server of the %s API says back',
  (api) => {
    it.each(answers)('in %s is told nowhere', async (_, answering) => {
      answer = answering;
      for (const spelling of [key, JSON.stringify(key), `Basic ${base64(`site:${key}`)}`]) {
        said = spelling;
        const trace = await traceOf(api);
        // A hash of what a record is may be long; what is looked for is not hex.
        expect(
          trace.replaceAll(/"[a-z_]*(hash|id|path|rejects)":"[^"]*"/gi, '').replaceAll(folder, ''),
        ).not.toMatch(traces);
      }
    });
  },
);
