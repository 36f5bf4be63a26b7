import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AirbyteStateMessage } from '../protocol/messages.ts';
import { openStateFile } from './state-file.ts';
import { lockState } from './state-lock.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'state-'));
  path = join(folder, 'deep', 'state.json');
});
afterEach(() => rm(folder, { recursive: true }));

function stateOf(name: string, cursor: number): AirbyteStateMessage {
  return {
    type: 'STREAM',
    stream: { stream_descriptor: { name }, stream_state: { cursor } },
    destinationStats: { recordCount: 3 },
  };
}

describe('the state file', () => {
  it('starts empty, keeps the newest of each stream, and is found again', async () => {
    const file = await openStateFile(path);
    expect(file.states).toEqual([]);
    await file.save(stateOf('persons', 1));
    await file.save(stateOf('events', 1));
    await file.save(stateOf('persons', 2));
    const again = await openStateFile(path);
    expect(again.states.map(({ stream }) => [stream?.stream_descriptor.name, stream?.stream_state])).toEqual([
      ['persons', { cursor: 2 }],
      ['events', { cursor: 1 }],
    ]);
    expect(await readFile(path, 'utf8')).not.toContain('destinationStats');
  });

  it('is whole at every moment, and leaves no temporary file', async () => {
    const file = await openStateFile(path);
    await file.save(stateOf('persons', 0));
    let saving = true;
    const saves = (async () => {
      for (let cursor = 1; cursor <= 50; cursor += 1) await file.save(stateOf('persons', cursor));
      saving = false;
    })();
    let looks = 0;
    while (saving) {
      expect(JSON.parse(await readFile(path, 'utf8'))).toHaveLength(1);
      looks += 1;
    }
    await saves;
    expect(looks).toBeGreaterThan(0);
    expect(await readdir(join(folder, 'deep'))).toEqual(['state.json']);
  });

  it('throws away what a process that was killed has not finished', async () => {
    await (await openStateFile(path)).save(stateOf('persons', 1));
    await writeFile(join(folder, 'deep', '.state.json.4711.tmp'), '[{"ty');
    expect((await openStateFile(path)).states).toHaveLength(1);
    expect(await readdir(join(folder, 'deep'))).toEqual(['state.json']);
  });

  it('says which file is damaged', async () => {
    const broken = join(folder, 'broken.json');
    await writeFile(broken, '[{"type":');
    await expect(openStateFile(broken)).rejects.toThrow(/broken\.json/);
  });
});

describe('the lock', () => {
  it('keeps a second sync out until the first has ended', async () => {
    {
      await using _first = await lockState(path);
      await expect(lockState(path)).rejects.toThrow(new RegExp(`Another sync uses .*process ${process.pid}`));
    }
    await using second = await lockState(path);
    expect(second).toBeDefined();
  });

  it.each([
    ['a process that is gone', { pid: 2 ** 22 + 1, token: 'x' }],
    ['an earlier life with our own pid', { pid: process.pid, token: 'x' }],
  ])('takes over from %s', async (_what, owner) => {
    await (await lockState(path))[Symbol.asyncDispose]();
    const { hostname } = await import('node:os');
    await writeFile(`${path}.lock`, JSON.stringify({ ...owner, host: hostname() }));
    await using lock = await lockState(path);
    expect(lock).toBeDefined();
  });

  it('does not touch the fresh lock of another host', async () => {
    await (await lockState(path))[Symbol.asyncDispose]();
    await writeFile(`${path}.lock`, JSON.stringify({ pid: 1, host: 'elsewhere', token: 'x' }));
    await expect(lockState(path)).rejects.toThrow(/process 1 on elsewhere/);
  });

  it('goes to one of two that find the same stale lock', async () => {
    await (await lockState(path))[Symbol.asyncDispose]();
    const { hostname } = await import('node:os');
    await writeFile(`${path}.lock`, JSON.stringify({ pid: 2 ** 22 + 1, host: hostname(), token: 'x' }));
    const tries = await Promise.allSettled([lockState(path), lockState(path)]);
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});
