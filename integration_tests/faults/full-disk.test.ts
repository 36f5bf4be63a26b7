import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateWarehouse } from '../../src/demo/generate-warehouse.ts';
import { type Simulator, startSimulator } from '../../src/simulator/server.ts';
import { pathOf } from '../support/processes.ts';

let folder: string;
let simulator: Simulator;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'full-disk-'));
  simulator = await startSimulator({ siteId: 'site', apiKey: 'key', objectTypes: ['1'] });
  const path = join(folder, 'warehouse.duckdb');
  await generateWarehouse(path, { scale: 0.02 });
  const source = { warehouse: { type: 'duckdb', path } };
  const destination = { site_id: 'site', api_key: 'key', endpoint: simulator.url };
  const stream = (name: string) => ({
    stream: { name, json_schema: {} },
    sync_mode: 'incremental',
    destination_sync_mode: 'append_dedup',
  });
  const keep = (name: string, value: unknown) => writeFile(join(folder, name), JSON.stringify(value));
  await keep('source.json', source);
  await keep('destination.json', { ...destination, rejects: join(folder, 'rejects') });
  await keep('catalog.json', { streams: [stream('persons')] });
  await keep('sync.yaml', { source, destination, state: 'state.json' });
});
afterAll(async () => {
  await simulator.close();
  await rm(folder, { recursive: true });
});

const state =
  '{"type":"STATE","state":{"type":"STREAM","stream":{"stream_descriptor":{"name":"persons"}}}}\n';

/** A command in a shell, so that a limit or a file can stand around it; what it says on stderr. */
async function shell(command: string, stdin = ''): Promise<{ code: number | null; stderr: string }> {
  const child = spawn('bash', ['-c', `exec >/dev/full; ${command}`], { cwd: folder });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(stdin);
  const [code] = await once(child, 'close');
  return { code: typeof code === 'number' ? code : null, stderr };
}

const stack = /^\s+at /m;
const program = pathOf('nexus-customer-io');

describe('a standard output that is full', () => {
  const unwritten = 'Standard output cannot be written: no space is left on the disk (ENOSPC).';
  it.each([
    ['spec', 1],
    ['destination spec', 1],
    ['check --config source.json', 1],
    ['destination check --config destination.json', 1],
    ['discover --config source.json', 1],
    ['destination discover --config destination.json', 1],
    ['read --config source.json --catalog catalog.json', 1],
    ['destination write --config destination.json --catalog catalog.json', 1],
    ['check --config missing.json', 1],
    ['read', 2],
    ['sync --config sync.yaml', 1],
    ['sync --config missing.yaml', 1],
    ['compile --config sync.yaml', 1],
    ['doctor --config sync.yaml', 1],
    ['doctor --config sync.yaml --json', 1],
    ['simulate --port 0', 1],
    ['demo', 1],
    ['--help', 1],
    ['--version', 1],
  ])('%s: one line says so, exit %i', async (args, code) => {
    const ended = await shell(`'${program}' ${args}`, state);
    expect(ended).toEqual({ code, stderr: expect.stringContaining(unwritten) });
    expect(ended.stderr.match(/cannot be written/g)).toHaveLength(1);
    expect(ended.stderr).not.toMatch(stack);
  });

  it('a reader that has left ends a command without a word', async () => {
    const ended = await shell(`('${program}' compile --config sync.yaml; echo "code $?" >&2) | true`);
    expect(ended.stderr).toBe('code 1\n');
  });
});

describe('a disk that is full for what a sync keeps', () => {
  /** In kilobytes: no file may grow beyond it, as on a disk that has no more. */
  const limited = (kilobytes: number, args: string) =>
    `ulimit -f ${kilobytes}; '${program}' ${args} >/dev/null`;

  it('the state: exit 1, the file as it was, nothing said twice', async () => {
    const path = join(folder, 'state.json');
    await rm(path, { force: true });
    const { code, stderr } = await shell(limited(0, 'sync --config sync.yaml'));
    expect({ code, stack: stack.test(stderr) }).toEqual({ code: 1, stack: false });
    expect(stderr).toContain('EFBIG');
    await expect(readFile(path, 'utf8')).rejects.toThrow('ENOENT');
  });

  it('the rejects: exit 1, and no state passes them', async () => {
    const long = 'x'.repeat(4_000);
    const record = { stream: 'persons', data: { userId: long, timestamp: '2024-01-01' }, emitted_at: 1 };
    const line = `${JSON.stringify({ type: 'RECORD', record })}\n`;
    const command = `ulimit -f 1; '${program}' destination write --config destination.json --catalog catalog.json >&2`;
    const { code, stderr } = await shell(command, `${line}${state}`);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Rejected records cannot be written to .*larger than this process may write/m);
    expect(stderr).not.toContain('"STATE"');
    expect(stderr).not.toMatch(stack);
  });

  it('a folder that cannot be made: told in one line', async () => {
    const yaml = await readFile(join(folder, 'sync.yaml'), 'utf8');
    const path = join(folder, 'closed.yaml');
    await writeFile(path, yaml.replace('"state.json"', '"warehouse.duckdb/state.json"'));
    const { code, stderr } = await shell(`'${program}' sync --config closed.yaml >/dev/null`);
    expect({ code, stack: stack.test(stderr) }).toEqual({ code: 1, stack: false });
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});
