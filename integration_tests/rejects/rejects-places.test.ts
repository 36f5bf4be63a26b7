import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/server.ts';
import { run } from '../support/processes.ts';
import { type S3Server, startS3 } from './s3-server.ts';

/** Where rejects go: a bucket, the log, a folder. The real process, a real S3 server. */

type Row = Record<string, unknown>;

let simulator: Simulator;
let folder: string;

beforeEach(async () => {
  simulator = await startSimulator({ siteId: 'site', apiKey: 'key' });
  folder = await mkdtemp(join(tmpdir(), 'rejects-places-'));
});

afterEach(async () => {
  await simulator.close();
  await rm(folder, { recursive: true });
});

const record = (data: Row): string =>
  `${JSON.stringify({ type: 'RECORD', record: { stream: 'persons', data, emitted_at: 1 } })}\n`;
const good = (n: number): string => record({ userId: `u${n}` });
const bad = (n: number): string => record({ userId: null, n });
const state = (n: number): string =>
  `${JSON.stringify({
    type: 'STATE',
    state: { type: 'STREAM', stream: { stream_descriptor: { name: 'persons' }, stream_state: { n } } },
  })}\n`;
const many = (from: number): string => Array.from({ length: 30 }, (_, n) => good(from + n)).join('');

async function paths(config: Row, stream: Row = {}): Promise<string[]> {
  const persons = { name: 'persons', json_schema: {}, supported_sync_modes: ['incremental'] };
  const configured = {
    stream: persons,
    sync_mode: 'incremental',
    destination_sync_mode: 'append',
    ...stream,
  };
  const account = { site_id: 'site', api_key: 'key', endpoint: simulator.url };
  const [configPath, catalogPath] = [join(folder, 'config.json'), join(folder, 'catalog.json')];
  await writeFile(configPath, JSON.stringify({ ...account, ...config }));
  await writeFile(catalogPath, JSON.stringify({ streams: [configured] }));
  return ['--config', configPath, '--catalog', catalogPath];
}

async function write(
  input: string,
  config: Row,
  { stream = {}, env = {} }: { stream?: Row; env?: Row } = {},
) {
  const cwd = join(folder, 'cwd');
  await mkdir(cwd, { recursive: true });
  const args = ['write', ...(await paths(config, stream))];
  const { code, stdout } = await run('destination-customer-io', args, {
    cwd,
    env: env as NodeJS.ProcessEnv,
    stdin: input,
  });
  const messages: Row[] = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
  return { code, messages, stdout, left: await readdir(cwd) };
}

async function check(config: Row): Promise<Row> {
  const args = ['check', ...(await paths(config)).slice(0, 2)];
  const { stdout } = await run('destination-customer-io', args);
  const lines = stdout.split('\n').filter((line) => line.includes('CONNECTION_STATUS'));
  return JSON.parse(lines[0] ?? '{}').connectionStatus;
}

const linesOf = (text: string): Row[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
const statesOf = (messages: readonly Row[]): Row[] => messages.filter(({ type }) => type === 'STATE');

describe('a bucket', () => {
  let s3: S3Server;

  beforeEach(async () => {
    s3 = await startS3('rejects');
  });

  afterEach(() => s3.close());

  it('has each reject when a state passes, in the folder that the platform links for the job', async () => {
    const storage = { ...s3.config, bucket_path: '/failed/customer-io/', s3_bucket_region: 'eu-west-1' };
    const input = `${many(0)}${bad(1)}${state(1)}${many(30)}${bad(2)}${bad(3)}${state(2)}`;
    const written = await write(
      input,
      { object_storage_config: storage, rejects: 'unused' },
      { stream: { sync_id: 4711 } },
    );
    expect(written.code).toBe(0);
    expect(statesOf(written.messages)).toHaveLength(2);
    expect(written.left).toEqual([]);
    const objects = await s3.objects();
    expect(objects.size).toBeGreaterThan(0);
    for (const key of objects.keys()) expect(key).toMatch(/^failed\/customer-io\/4711\/rejects-.*\.ndjson$/);
    const kept = [...objects.values()].flatMap(linesOf);
    expect(kept).toMatchObject(
      [1, 2, 3].map((n) => ({ reason: 'required', record: { record: { data: { n } } } })),
    );
    expect(written.stdout).toContain('s3://rejects/failed/customer-io/4711/rejects-');
  });

  it('is tried by check, which leaves nothing there', async () => {
    expect(await check({ object_storage_config: s3.config })).toMatchObject({ status: 'SUCCEEDED' });
    expect(await s3.objects()).toEqual(new Map());
  });

  it.each([
    ['no such bucket', { s3_bucket_name: 'nothing' }, 'there is no such bucket'],
    ['another secret', { secret_access_key: 'wrong-0123456789' }, 'does not belong to the access key ID'],
    ['another key', { access_key_id: 'WRONG0123456789' }, 'does not know the access key ID'],
    ['nobody there', { s3_endpoint: 'http://127.0.0.1:1' }, 'ECONNREFUSED'],
    ['half a key', { secret_access_key: undefined }, 'secret_access_key: it is missing'],
    ['a role', { role_arn: 'arn:aws:iam::123:role/x' }, 'roles are not supported'],
    ['no region', { s3_endpoint: undefined }, 's3_bucket_region: it is missing'],
  ])('that cannot be used (%s) fails the check, and lets no state pass', async (_name, rest, words) => {
    const config = { object_storage_config: { ...s3.config, ...rest } };
    const answer = await check(config);
    expect(answer).toMatchObject({ status: 'FAILED' });
    expect(answer.message).toContain(words);
    expect(answer.message).not.toContain('wrong-0123456789');
    const { code, messages } = await write(`${many(0)}${bad(1)}${state(1)}`, config);
    expect(code).toBe(1);
    expect(statesOf(messages)).toEqual([]);
    expect(JSON.stringify(messages)).toContain(words);
    const transient = words === 'ECONNREFUSED';
    expect(messages.find(({ type }) => type === 'TRACE')).toMatchObject({
      trace: { error: { failure_type: transient ? 'transient_error' : 'config_error' } },
    });
  });
});

describe('the log', () => {
  const input = `${many(0)}${bad(1)}${state(1)}${many(30)}${bad(2)}${state(2)}`;
  const isReject = ({ log }: Row): boolean => JSON.stringify(log ?? {}).includes('Rejected record: ');

  it.each([
    ['is chosen', { rejects: 'log' }, {}],
    ['is the default in the image', {}, { AIRBYTE_ENTRYPOINT: '/x' }],
    [
      'is chosen in words of the platform',
      { rejects: 'log', object_storage_config: { storage_type: 'None' } },
      {},
    ],
  ])(
    '%s: each reject whole in one line, before the state that vouches for it',
    async (_name, config, env) => {
      const { code, messages, left } = await write(input, config, { env });
      expect(code).toBe(0);
      expect(left).toEqual([]);
      const told = messages.filter((message) => message.type === 'STATE' || isReject(message));
      const kinds = told.map(({ type }) => type);
      expect(kinds.filter((type) => type === 'STATE')).toHaveLength(2);
      expect(kinds[0]).toBe('LOG');
      expect(kinds.at(-1)).toBe('STATE');
      const lines = told.filter(isReject).map(({ log }) => (log as { message: string }).message);
      expect(lines.map((line) => JSON.parse(line.replace('Rejected record: ', '')))).toMatchObject([
        { stream: 'persons', reason: 'required', field: 'userId', record: { record: { data: { n: 1 } } } },
        { record: { record: { data: { n: 2 } } } },
      ]);
    },
  );

  it('is the default where the folder cannot be made', async () => {
    await mkdir(join(folder, 'cwd'));
    await writeFile(join(folder, 'cwd', 'rejects'), 'a file of that name');
    const { code, messages } = await write(input, {});
    expect(code).toBe(0);
    expect(messages.filter(isReject)).toHaveLength(2);
  });
});

describe('a folder', () => {
  const input = `${many(0)}${bad(1)}${state(1)}`;

  it('is the default outside of the image, and the choice of who names one there', async () => {
    expect((await write(input, {})).left).toEqual(['rejects']);
    const named = join(folder, 'named');
    const { left } = await write(input, { rejects: named }, { env: { AIRBYTE_ENTRYPOINT: '/x' } });
    expect(left).toEqual(['rejects']);
    expect(existsSync(named)).toBe(true);
  });

  it('that is named and cannot be written to fails the check', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    expect(await check({ rejects: file })).toMatchObject({ status: 'FAILED' });
  });
});
