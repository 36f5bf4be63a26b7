import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { generateWarehouse } from '../../src/demo/generate-warehouse.ts';
import { type Simulator, startSimulator } from '../../src/simulator/server.ts';
import { defaultAccount, type SnowflakeServer, startSnowflakeServer } from '../snowflake-server/server.ts';
import { copiedTables } from '../support/copied-tables.ts';
import { type Ended, messagesOf, run } from '../support/processes.ts';
import { snowflakeConfig } from '../support/warehouses.ts';

const passphrase = 'hunter2 of the key';
const keys = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase },
});
/** As forms and environment variables hold it. */
const keyOnOneLine = keys.privateKey.replaceAll('\n', '\\n');

const exact = `SELECT 'u' AS "userId", '2024-02-29 13:14:15.123456'::TIMESTAMP_NTZ AS "timestamp",
  9007199254740993::NUMBER(38,0) AS "big", '1234567890123456789.123456789'::NUMBER(38,9) AS "decimal",
  '2024-02-29 13:14:15.123456789'::TIMESTAMP_NTZ(9) AS "nanos", '0.1'::FLOAT + '0.2'::FLOAT AS "sum",
  PARSE_JSON('{"a":' || CHR(10) || '[1234567890123456789]}') AS "json", 'line' || CHR(10) || 'break' AS "text"`;

let folder: string;
let server: SnowflakeServer;
let simulator: Simulator;
let warehouse: Readonly<Record<string, unknown>>;

async function keep(name: string, content: unknown): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, JSON.stringify(content));
  return path;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'snowflake-command-line-'));
  server = await startSnowflakeServer({
    account: { ...defaultAccount, publicKey: keys.publicKey },
    sizes: { inline: 100, chunk: 200 },
  });
  simulator = await startSimulator({ siteId: 'site', apiKey: 'key', objectTypes: ['1'] });
  const demo = join(folder, 'demo.duckdb');
  await generateWarehouse(demo, { scale: 0.02, now: new Date('2025-01-01') });
  await server.run(...(await copiedTables(demo)));
  const credentials = {
    auth_type: 'key_pair',
    private_key: keyOnOneLine,
    private_key_passphrase: passphrase,
  };
  warehouse = snowflakeConfig(server.url, { credentials });
});

afterEach(() => server.faults.clear());

afterAll(async () => {
  await simulator.close();
  await server.close();
  await rm(folder, { recursive: true });
});

interface Message {
  readonly type: string;
  readonly record?: { readonly stream: string; readonly data: Readonly<Record<string, unknown>> };
  readonly state?: unknown;
  readonly trace?: {
    readonly error?: { readonly message: string };
    readonly stream_status?: { readonly status: string };
  };
}

async function read(streams: readonly string[], state: readonly unknown[] = [], source = {}, env = {}) {
  const config = await keep('source.json', { warehouse, ...source });
  const catalog = await keep('catalog.json', {
    streams: streams.map((name) => ({
      stream: { name, json_schema: {}, supported_sync_modes: ['incremental'] },
      sync_mode: 'incremental',
      destination_sync_mode: 'append',
    })),
  });
  const states = await keep('state.json', state);
  const args = ['read', '--config', config, '--catalog', catalog, '--state', states];
  return run('source-nexus', args, { env, cwd: folder });
}

/** Throws where stdout holds anything but messages. */
const messages = ({ stdout }: Ended): Message[] => messagesOf(stdout) as unknown as Message[];

const recordsOf = (ended: Ended) => messages(ended).flatMap(({ record }) => record ?? []);

/** The last state of each stream. */
const statesOf = (ended: Ended): unknown[] => {
  const states = messages(ended).flatMap(({ state }) => (state === undefined ? [] : [state]));
  return [
    ...new Map(
      states.map((state) => [JSON.stringify(Object(state).stream.stream_descriptor), state]),
    ).values(),
  ];
};

const all = ['persons', 'objects', 'relationships', 'events'];

describe('source-nexus read', () => {
  it('reads every stream with an encrypted key on one line, and nothing a second time', async () => {
    const first = await read(all);
    expect({ code: first.code, stderr: first.stderr }).toEqual({ code: 0, stderr: '' });
    expect(recordsOf(first)).toHaveLength(1_520);
    const second = await read(all, statesOf(first));
    expect(second.code).toBe(0);
    expect(recordsOf(second)).toEqual([]);
    expect(first.stdout + second.stdout).not.toContain('hunter2');
  });

  it('writes every digit', async () => {
    const persons = [{ from: 'sql', sql: exact }];
    const { stdout, stderr } = await read(['persons'], [], { persons });
    expect(stderr).toBe('');
    const line = stdout.split('\n').find((text) => text.includes('"RECORD"'));
    expect(line).toContain(
      '"data":{"userId":"u","timestamp":"2024-02-29T13:14:15.123456","big":9007199254740993,"decimal":1234567890123456789.123456789,"nanos":"2024-02-29T13:14:15.123456789","sum":3.0000000000000004E-1,"json":{"a":[1234567890123456789]},"text":"line\\nbreak"}',
    );
  });

  it('reads all the same through addresses that run out and a session that expires', async () => {
    server.faults.add({ at: 'chunk', kind: 'expire', status: 400 }, { at: 'result', kind: 'expired' });
    const ended = await read(['events']);
    expect(ended.code).toBe(0);
    expect(new Set(recordsOf(ended).map(({ data }) => data.messageId)).size).toBe(1_200);
    expect(recordsOf(ended)).toHaveLength(1_200);
    expect(server.faults.left).toBe(0);
  });

  it('tells of a result that is short', async () => {
    server.faults.add({ at: 'chunk', kind: 'short' });
    const short = await read(['events']);
    expect(short.code).toBe(1);
    expect(
      messages(short)
        .flatMap(({ trace }) => trace?.error?.message ?? [])
        .join(),
    ).toMatch(/stopped midway: the result has 1200 rows, but 1199 arrived/);
    expect(messages(short).map(({ trace }) => trace?.stream_status?.status)).toContain('INCOMPLETE');
    expect(messages(short).map(({ trace }) => trace?.stream_status?.status)).not.toContain('COMPLETE');
  });

  it('keeps the driver’s own log away from stdout, even where a person has asked for it', async () => {
    const logging = await keep('sf_client_config.json', {
      common: { log_level: 'TRACE', log_path: 'STDOUT' },
    });
    const ended = await read(['persons'], [], {}, { SF_CLIENT_CONFIG_FILE: logging });
    expect(ended.code, ended.stderr).toBe(0);
    expect(recordsOf(ended)).toHaveLength(100);
    expect((await readdir(folder)).filter((name) => name.endsWith('.log'))).toEqual([]);
  });
});

it('syncs into Customer.io, then sends nothing', async () => {
  const sync = await keep('sync.yaml', {
    source: {
      warehouse: {
        ...warehouse,
        credentials: {
          auth_type: 'key_pair',
          private_key: `$\{SYNC_KEY}`,
          private_key_passphrase: `$\{SYNC_PASSPHRASE}`,
        },
      },
    },
    destination: { site_id: 'site', api_key: 'key', endpoint: simulator.url },
    state: 'sync-state.json',
  });
  const env = { SYNC_KEY: keyOnOneLine, SYNC_PASSPHRASE: passphrase };
  const first = await run('nexus-customer-io', ['sync', '--config', sync], { env });
  expect(first.code, first.stderr).toBe(0);
  expect(first.stderr).toMatch(/total +1,520 +1,520 +0/);
  expect(simulator.store.counts()).toMatchObject({
    people: 100,
    objects: 40,
    relationships: 180,
    events: 1_200,
  });
  const { requests } = simulator;
  const second = await run('nexus-customer-io', ['sync', '--config', sync], { env });
  expect(second.stderr).toMatch(/total +0 +0 +0/);
  expect(simulator.requests).toBe(requests + 1);
});
