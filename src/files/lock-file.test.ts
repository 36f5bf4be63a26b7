import { type ChildProcess, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acquire, newOwner, readLock, release } from './lock-file.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lock-'));
  path = join(folder, 'state.json.lock');
});
afterEach(() => rm(folder, { recursive: true }));

const noProcess = 2 ** 22 + 1;
const lockOf = (fields: object) => JSON.stringify({ host: hostname(), token: 'x', ...fields });
const anHourAgo = new Date(Date.now() - 3_600_000);
const inAnHour = new Date(Date.now() + 3_600_000);

async function writeLock(text: string, touched?: Date): Promise<void> {
  await writeFile(path, text);
  if (touched !== undefined) await utimes(path, touched, touched);
}

async function isTaken(): Promise<boolean> {
  const owner = newOwner();
  const held = await acquire(path, owner);
  await release(path, owner);
  return held;
}

describe('a lock', () => {
  it('is its owner’s until it is given back, and leaves nothing', async () => {
    const owner = newOwner();
    expect(await acquire(path, owner)).toBe(true);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await acquire(path, newOwner())).toBe(false);
    expect((await readLock(path))?.id).toBe(owner.token);
    await release(path, owner);
    expect(await readdir(folder)).toEqual([]);
  });

  it.each([
    ['a process that is gone', lockOf({ pid: noProcess }), undefined],
    ['an earlier life with our own pid', lockOf({ pid: process.pid }), undefined],
    ['a pid that another process has now', lockOf({ pid: process.ppid, started: '00000000-1' }), undefined],
    ['a process that has been silent for long', lockOf({ pid: process.ppid }), anHourAgo],
    ['a clock that was an hour ahead', lockOf({ pid: process.ppid }), inAnHour],
    ['a host that has been silent for long', lockOf({ pid: 1, host: 'elsewhere' }), anHourAgo],
    ['pid 0', lockOf({ pid: 0 }), anHourAgo],
    ['pid -1', lockOf({ pid: -1 }), undefined],
    ['a pid that is none', lockOf({ pid: 1.5 }), anHourAgo],
    ['a text as pid', lockOf({ pid: '1' }), anHourAgo],
    ['nothing', '', anHourAgo],
    ['no JSON', 'garbage', undefined],
    ['JSON of something else', '[]', anHourAgo],
    ['a token that looks like a path', lockOf({ pid: noProcess, token: '../../x' }), undefined],
  ])('is taken over from %s', async (_what, text, touched) => {
    await writeLock(text, touched);
    expect(await isTaken()).toBe(true);
    expect(await readdir(folder)).toEqual([]);
  });

  it.each([
    ['a live process', lockOf({ pid: process.ppid })],
    ['another host', lockOf({ pid: noProcess, host: 'elsewhere' })],
    ['another container on this host', lockOf({ pid: noProcess, namespace: 'pid:[1]' })],
  ])('of %s that gave a sign of life is left alone', async (_what, text) => {
    await writeLock(text);
    expect(await isTaken()).toBe(false);
    expect(await readdir(folder)).toEqual(['state.json.lock']);
  });
});

describe('three processes at once', () => {
  let contenders: ChildProcess[];
  beforeEach(() => {
    const file = fileURLToPath(new URL('lock-contender.fixture.ts', import.meta.url));
    contenders = [1, 2, 3].map(() => fork(file, [path], { execArgv: [] }));
  });
  afterEach(() => {
    for (const contender of contenders) contender.kill();
  });

  const tell = (word: string): Promise<unknown[]> =>
    Promise.all(
      contenders.map(async (contender) => {
        const answer = once(contender, 'message');
        contender.send(word);
        return (await answer)[0];
      }),
    );

  const guardOf = (token: string) =>
    `${path}.${createHash('sha256').update(token).digest('hex').slice(0, 16)}`;

  it('are one holder and two that are refused, a hundred times', { timeout: 120_000 }, async () => {
    const stale = [lockOf({ pid: noProcess }), lockOf({ pid: process.pid }), 'garbage', lockOf({ pid: 0 })];
    for (let round = 0; round < 100; round += 1) {
      await writeLock(stale[round % stale.length] ?? '', anHourAgo);
      // Now and then, what a process has left that was killed in the middle of a takeover.
      if (round % 5 === 0) await writeFile(guardOf('x'), lockOf({ pid: noProcess, token: 'y' }));
      const held = await tell('try');
      expect(held.filter(Boolean), `round ${round}`).toHaveLength(1);
      await tell('free');
      await rm(guardOf('x'), { force: true });
      expect(await readdir(folder)).toEqual([]);
    }
  });
});
