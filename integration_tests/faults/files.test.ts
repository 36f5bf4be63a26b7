import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateWarehouse } from '../../src/demo/generate-warehouse.ts';
import { type Simulator, startSimulator } from '../../src/simulator/server.ts';
import { ended, pathOf, run, start } from '../support/processes.ts';

let folder: string;
let simulator: Simulator;
const at = (name: string) => join(folder, name);
const keep = (name: string, content: unknown) => writeFile(at(name), JSON.stringify(content));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'files-'));
  simulator = await startSimulator({ siteId: 'site', apiKey: 'key', objectTypes: ['1'] });
  await generateWarehouse(at('w.duckdb'), { scale: 0.02 });
  await change(at('w.duckdb'), `UPDATE nexus_entities SET city = repeat('x', 1001) WHERE user_id LIKE '%07'`);
  await mkdir(at('folder'));
  await writeFile(at('file'), '');
  execFileSync('mkfifo', [at('pipe')]);
  for (const name of ['models', 'project', 'parquet', 'rejected']) await mkdir(at(name));
  execFileSync('mkfifo', [at('models/m.sql')]);
  execFileSync('mkfifo', [at('project/dbt_project.yml')]);
  execFileSync('mkfifo', [at('parquet/nexus_entities.parquet')]);
  execFileSync('mkfifo', [at('rejected/rejects-1.ndjson')]);
  await keep('source.json', { warehouse: { type: 'duckdb', path: at('w.duckdb') } });
  await keep('destination.json', account());
  await keep('catalog.json', { streams: [] });
  await keepSync('sync.yaml', {});
});
afterAll(async () => {
  await simulator.close();
  await rm(folder, { recursive: true });
});

const account = () => ({ site_id: 'site', api_key: 'key', endpoint: simulator.url });

interface Changed {
  readonly warehouse?: string;
  readonly models?: string;
  readonly rejects?: string;
  readonly state?: string;
}

async function change(path: string, sql: string): Promise<void> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  await connection.run(sql);
  connection.closeSync();
  instance.closeSync();
}

/** A sync file in which one path is another. */
async function keepSync(name: string, { warehouse, models, rejects, state }: Changed): Promise<string> {
  await keep(name, {
    source: {
      warehouse: { type: 'duckdb', path: warehouse ?? 'w.duckdb' },
      ...(models === undefined ? {} : { models }),
    },
    destination: { ...account(), rejects: rejects ?? 'rejects' },
    state: state ?? 'state.json',
  });
  return at(name);
}

/** What a command says, on either stream; none of these may wait for anything. */
async function said(args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await run('nexus-customer-io', args);
  expect(stdout + stderr).not.toMatch(/^\s+at |EISDIR|ENOTDIR|Unexpected/m);
  return stdout + stderr;
}

describe('where a file belongs', () => {
  const strangers = [
    ['a folder', 'folder'],
    ['a named pipe', 'pipe'],
    ['a device', '/dev/zero'],
  ] as const;
  const commands = [
    ['--config of check', (path: string) => ['check', '--config', path]],
    ['--config of sync', (path: string) => ['sync', '--config', path]],
    ['--config of the destination', (path: string) => ['destination', 'check', '--config', path]],
    ['--catalog', (path: string) => ['read', '--config', at('source.json'), '--catalog', path]],
    [
      '--state',
      (path: string) => [
        'read',
        '--config',
        at('source.json'),
        '--catalog',
        at('catalog.json'),
        '--state',
        path,
      ],
    ],
  ] as const;
  const options = strangers.flatMap(([what, name]) =>
    commands.map(([option, args]) => ({ what, name, option, args })),
  );

  it.each(options)('$option: $what is refused at once', async ({ what, name, args }) => {
    const path = name.startsWith('/') ? name : at(name);
    expect(await said(args(path))).toContain(`cannot read ${path}: it is ${what}, not a file`);
  });

  it.each([
    ['state', { state: 'folder' }, 'it is a folder, not a file'],
    ['state', { state: 'pipe' }, 'it is a named pipe, not a file'],
    ['state', { state: '/dev/null' }, 'it is a device, not a file'],
    ['warehouse.path', { warehouse: 'pipe' }, 'it is a named pipe, not a file'],
    ['warehouse.path', { warehouse: '/dev/zero' }, 'it is a device, not a file'],
    ['warehouse.path', { warehouse: 'parquet' }, 'it is a named pipe, not a file'],
    ['models', { models: 'models' }, 'it is a named pipe, not a file'],
    ['rejects', { rejects: 'file' }, 'it is a file, not a folder'],
    ['rejects', { rejects: 'pipe' }, 'it is a named pipe, not a folder'],
    ['rejects', { rejects: '/dev/null' }, 'it is a device, not a folder'],
  ])('%s: %j is refused before anything is sent', async (setting, changed, problem) => {
    const requests = simulator.requests;
    const text = await said(['sync', '--config', await keepSync('changed.yaml', changed)]);
    expect(text).toContain(setting);
    expect(text).toContain(problem);
    expect(simulator.requests).toBe(requests);
  });

  it('--project-dir, replay and --keep are no exception', async () => {
    const source = ['check', '--config', at('source.json'), '--project-dir', at('project')];
    expect(await said(source)).toContain('it is a named pipe, not a file');
    for (const path of ['pipe', 'rejected', '/dev/zero']) {
      const replay = ['replay', path.startsWith('/') ? path : at(path), '--config', at('destination.json')];
      expect(await said(replay)).toMatch(/it is a (named pipe|device), not a file/);
    }
    expect(await said(['demo', '--keep', at('file')])).toContain('it is a file, not a folder');
  });

  it('an empty --state is no state', async () => {
    const read = ['read', '--config', at('source.json'), '--catalog', at('catalog.json')];
    expect(await said([...read, '--state', at('file')])).toContain('file is empty, which is not a state');
  });

  it('takes what a shell puts in the place of a file', async () => {
    const script = `'${pathOf('nexus-customer-io')}' check --config <(cat '${at('source.json')}')`;
    expect(execFileSync('bash', ['-c', script], { encoding: 'utf8' })).toContain('SUCCEEDED');
  });
});

describe('what a sync leaves', () => {
  it('is its user’s alone, and is whole though stderr cannot be written', async () => {
    const path = await keepSync('kept.yaml', { state: 'kept/state.json', rejects: 'kept-rejects' });
    const script = `'${pathOf('nexus-customer-io')}' sync --config '${path}' 2>/dev/full >/dev/null; echo $?`;
    const left = start('nexus-customer-io', ['sync', '--config', path]);
    left.stderr.destroy();
    // One has a full disk under its log, the other a reader who has left.
    expect((await ended(left)).signal).toBe(null);
    execFileSync('bash', ['-c', script]);
    const modeOf = async (name: string) => ((await stat(at(name))).mode & 0o777).toString(8);
    const [rejects = ''] = await readdir(at('kept-rejects'));
    expect({
      state: await modeOf('kept/state.json'),
      states: await modeOf('kept'),
      reject: await modeOf(`kept-rejects/${rejects}`),
      rejects: await modeOf('kept-rejects'),
      left: await readdir(at('kept')),
    }).toEqual({ state: '600', states: '700', reject: '600', rejects: '700', left: ['state.json'] });
    expect(simulator.store.counts()).toMatchObject({ objects: 40, events: 1_200 });
  });

  it('is no temporary folder, though it was killed', async () => {
    const silent = createServer(() => {}).listen(0);
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const temporary = at('temporary');
    await mkdir(temporary);
    const path = await keepSync('killed.yaml', { state: 'killed.json' });
    const hanging = (await readFile(path, 'utf8')).replace(simulator.url, `http://127.0.0.1:${port}`);
    await writeFile(path, hanging);
    const killed = start('nexus-customer-io', ['sync', '--config', path], { env: { TMPDIR: temporary } });
    await once(silent, 'connection');
    killed.kill('SIGKILL');
    await ended(killed);
    silent.close();
    const made = async () => (await readdir(temporary)).filter((name) => name.startsWith('nexus-'));
    expect(await made()).toHaveLength(1);
    await run('nexus-customer-io', ['check', '--config', at('source.json')], { env: { TMPDIR: temporary } });
    expect(await made()).toEqual([]);
  });
});
