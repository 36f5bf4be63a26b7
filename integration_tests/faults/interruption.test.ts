import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { generateWarehouse } from '../../src/demo/generate-warehouse.ts';
import { type Simulator, startSimulator } from '../../src/simulator/server.ts';
import { ended, messagesOf, run, start } from '../support/processes.ts';

let folder: string;
let simulator: Simulator;
let source: string;
let catalog: string;
let destination: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interruption-'));
  simulator = await startSimulator({ siteId: 'site', apiKey: 'key', objectTypes: ['1'] });
  await generateWarehouse(join(folder, 'warehouse.duckdb'));
  source = await keep('source.json', {
    warehouse: { type: 'duckdb', path: join(folder, 'warehouse.duckdb') },
  });
  destination = await keep('destination.json', {
    site_id: 'site',
    api_key: 'key',
    endpoint: simulator.url,
    rejects: folder,
  });
  catalog = await keep('catalog.json', await configuredCatalog());
});
afterAll(async () => {
  await simulator.close();
  await rm(folder, { recursive: true });
});

async function keep(name: string, content: unknown): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

async function configuredCatalog(): Promise<unknown> {
  const { stdout } = await run('source-nexus', ['discover', '--config', source]);
  const message = messagesOf(stdout).find(({ type }) => type === 'CATALOG') as {
    catalog: { streams: object[] };
  };
  return {
    streams: message.catalog.streams.map((stream) => ({
      stream,
      sync_mode: 'incremental',
      destination_sync_mode: 'append_dedup',
    })),
  };
}

function startRead(): ChildProcessWithoutNullStreams {
  return start('source-nexus', ['read', '--config', source, '--catalog', catalog]);
}

/** How the process ended, and after how many seconds; `exit` does not wait for anyone to read stdout. */
async function exitOf(child: ChildProcessWithoutNullStreams) {
  const startedAt = Date.now();
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  return { code, signal, seconds: (Date.now() - startedAt) / 1000 };
}

describe('read', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('%s: whole lines, then ended by the signal', async (name) => {
    const child = startRead();
    child.stdout.once('data', () => child.kill(name));
    const { code, signal, stdout, stderr } = await ended(child);
    expect({ code, signal, stderr }).toEqual({ code: null, signal: name, stderr: '' });
    expect(messagesOf(stdout).length).toBeGreaterThan(0);
  });

  it('ends within seconds when nobody reads its output any more', async () => {
    const child = startRead();
    await once(child.stdout, 'readable');
    await sleep(500);
    child.kill('SIGTERM');
    const { signal, seconds } = await exitOf(child);
    expect(signal).toBe('SIGTERM');
    expect(seconds).toBeLessThan(8);
    child.stdout.destroy();
  });

  it('ends at once on a second signal', async () => {
    const child = startRead();
    await once(child.stdout, 'readable');
    await sleep(500);
    child.kill('SIGTERM');
    await sleep(200);
    child.kill('SIGTERM');
    const { signal, seconds } = await exitOf(child);
    expect(signal).toBe('SIGTERM');
    expect(seconds).toBeLessThan(2);
    child.stdout.destroy();
  });

  it('ends quietly when its reader leaves', async () => {
    const child = startRead();
    let stderr = '';
    child.stderr.on('data', (text) => {
      stderr += String(text);
    });
    await once(child.stdout, 'readable');
    child.stdout.destroy();
    const { code } = await exitOf(child);
    expect(code).toBeGreaterThan(0);
    expect(stderr).toBe('');
  });
});

describe('write', () => {
  it('ends by SIGTERM while its input is silent', async () => {
    const child = start('destination-customer-io', ['write', '--config', destination, '--catalog', catalog]);
    const state = {
      type: 'STATE',
      state: { type: 'STREAM', stream: { stream_descriptor: { name: 'persons' }, stream_state: { at: 1 } } },
    };
    child.stdin.write(`${JSON.stringify(state)}\n`);
    await once(child.stdout, 'readable');
    child.kill('SIGTERM');
    const { code, signal, stdout } = await ended(child);
    expect({ code, signal }).toEqual({ code: null, signal: 'SIGTERM' });
    expect(messagesOf(stdout).filter(({ type }) => type === 'STATE')).toMatchObject([state]);
  });
});

describe('a server that no longer answers', () => {
  const hanging = { kind: 'hang', times: 1_000 } as const;
  afterEach(() => {
    simulator.faults.next.length = 0;
  });

  it('write: Ctrl-C ends with the account of the run', async () => {
    const { stdout: records } = await run('source-nexus', ['read', '--config', source, '--catalog', catalog]);
    const requests = simulator.requests;
    simulator.faults.next.push(hanging);
    const child = start('destination-customer-io', ['write', '--config', destination, '--catalog', catalog]);
    const end = ended(child);
    // Where it ends, most of this is unread.
    child.stdin.on('error', () => {}).end(records);
    while (simulator.requests === requests && child.exitCode === null) await sleep(5);
    child.kill('SIGINT');
    const { signal, stdout } = await end;
    expect(signal).toBe('SIGINT');
    const last = messagesOf(stdout).at(-1) as { log: { message: string } };
    expect(JSON.parse(last.log.message)).toMatchObject({ ended: 'interrupted', errors: [] });
  });

  it('sync: Ctrl-C ends with the table and the summary, and the next sync sends the rest', async () => {
    const yaml = JSON.stringify({
      source: { warehouse: { type: 'duckdb', path: 'warehouse.duckdb' } },
      destination: { site_id: 'site', api_key: 'key', endpoint: simulator.url },
      state: 'silent-state.json',
    });
    simulator.store.clear();
    const path = await keep('silent.yaml', yaml);
    const child = start('nexus-customer-io', ['sync', '--config', path]);
    const end = ended(child);
    while (simulator.store.counts().people < 1_000 && child.exitCode === null) await sleep(5);
    // On connections that have answered before: those that break are tried anew, but not now.
    simulator.faults.next.push(hanging);
    await sleep(300);
    child.kill('SIGINT');
    const { signal, stdout, stderr } = await end;
    expect(signal, stderr).toBe('SIGINT');
    expect(stderr).toContain('Interrupted');
    expect(JSON.parse(stdout)).toMatchObject({ ended: 'interrupted', errors: [] });

    simulator.faults.next.length = 0;
    const second = await run('nexus-customer-io', ['sync', '--config', path]);
    expect(second.code, second.stderr).toBe(0);
    expect(simulator.store.counts()).toMatchObject({ people: 5_000, objects: 40, relationships: 9_000 });
    simulator.store.clear();
  });
});

describe('sync', () => {
  it('goes on after Ctrl-C: nothing lost, nothing twice', async () => {
    const yaml = JSON.stringify({
      source: { warehouse: { type: 'duckdb', path: 'warehouse.duckdb' } },
      destination: { site_id: 'site', api_key: 'key', endpoint: simulator.url },
      state: 'state.json',
    });
    const path = await keep('sync.yaml', yaml);
    const first = start('nexus-customer-io', ['sync', '--config', path]);
    const end = ended(first);
    while (simulator.store.counts().people < 1_000 && first.exitCode === null) await sleep(5);
    first.kill('SIGINT');
    const interrupted = await end;
    expect({ code: interrupted.code, signal: interrupted.signal }).toEqual({ code: null, signal: 'SIGINT' });
    expect(interrupted.stderr).toContain('Interrupted');
    expect(JSON.parse(interrupted.stdout)).toMatchObject({ ended: 'interrupted', errors: [] });

    const second = await run('nexus-customer-io', ['sync', '--config', path]);
    expect(second.code, second.stderr).toBe(0);
    expect(simulator.store.counts()).toMatchObject({
      people: 5_000,
      objects: 40,
      relationships: 9_000,
      events: 60_000,
    });

    const before = simulator.requests;
    const third = await run('nexus-customer-io', ['sync', '--config', path]);
    expect(third.code).toBe(0);
    expect(third.stderr).toMatch(/total +0 +0 +0/);
    // The check of the key alone.
    expect(simulator.requests - before).toBe(1);
    expect(JSON.parse(await readFile(join(folder, 'state.json'), 'utf8'))).toHaveLength(4);
  });
});
