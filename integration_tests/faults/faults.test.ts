import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Fault } from '../../src/simulator/faults.ts';
import { ended, pathOf } from '../support/processes.ts';
import { type Calm, calmRun, type Job, nothingDiffers, syncJob } from '../support/sync-job.ts';

let calm: Calm & AsyncDisposable;
let job: Job;
beforeAll(async () => {
  calm = await calmRun(0.1);
});
afterAll(() => calm[Symbol.asyncDispose]());
beforeEach(async () => {
  job = await syncJob(calm);
  return () => job.close();
});

const status = (code: number, rest: object = {}): Fault => ({ kind: 'status', status: code, ...rest });
const reset = (when: Extract<Fault, { kind: 'reset' }>['when']): Fault => ({ kind: 'reset', when });

it('the calm run, by which the others are judged, delivers or rejects every row', () => {
  const rows = [...calm.rows.values()].reduce((sum, keys) => sum + keys.size, 0);
  expect(rows).toBe(7_440);
  expect(calm.rejected.size).toBeGreaterThan(100);
  expect([...calm.rejected].filter((key) => key.startsWith('events'))).not.toEqual([]);
});

describe('a sync delivers everything, once, through', () => {
  it.each<[string, readonly Fault[]]>([
    ['a storm of 429s with Retry-After', [status(429, { retryAfter: 1 })]],
    ['a storm of 429s without', [status(429)]],
    ['500s', [status(500)]],
    ['502s with a page of HTML, and 200s with one', [status(502), status(200)]],
    ['503s with nothing, and 408s', [status(503), status(408)]],
    [
      'connections reset in the middle of a body',
      [reset('before-body'), reset('in-body'), reset('after-body')],
    ],
    ['answers that are lost or cut in the middle', [reset('after-applying'), reset('in-answer')]],
    [
      'all of these together',
      [status(429), reset('in-answer'), status(502), reset('in-body'), reset('after-applying')],
    ],
  ])('%s', async (_name, of) => {
    job.simulator.faults.storm = { every: 4, of };
    const { code, stderr } = await job.run();
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/, [1-9]\d* retr(y|ies) \(/);
    expect(await job.differences()).toEqual(nothingDiffers);
  });
});

describe('a sync that cannot go on says why, keeps a true state, and the next one ends it', () => {
  async function nextEndsIt(): Promise<void> {
    expect(await job.aheadOfTruth()).toEqual([]);
    const { code, stderr } = await job.run();
    expect(code, stderr).toBe(0);
    expect(await job.differences()).toEqual(nothingDiffers);
  }

  it('when a key is revoked in the middle', async () => {
    job.simulator.faults.latencyMs = 20;
    const running = job.run();
    while (job.simulator.requests < 15) await sleep(2);
    job.simulator.faults.next.push(status(401, { times: 1_000 }));
    const { code, stderr } = await running;
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('refuses the key (401)'),
    });
    expect(stderr).not.toMatch(/^\s+at /m);
    job.simulator.faults.next.length = 0;
    await nextEndsIt();
  });

  it('when Customer.io is away for longer than retry_seconds', async () => {
    const running = job.run({ retry_seconds: 1 });
    while (job.simulator.requests < 15) await sleep(2);
    job.simulator.faults.downUntil = Date.now() + 60_000;
    const { code, stderr } = await running;
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('could not be reached for 1 s'),
    });
    job.simulator.faults.downUntil = 0;
    await nextEndsIt();
  });

  it('when it is stopped while Customer.io does not answer', async () => {
    job.simulator.faults.latencyMs = 20;
    const child = await job.start();
    const end = ended(child);
    while (job.simulator.requests < 15) await sleep(2);
    job.simulator.faults.next.push({ kind: 'hang', times: 1_000 });
    while (job.simulator.faults.next[0]?.times === 1_000) await sleep(2);
    child.kill('SIGTERM');
    expect(await end).toMatchObject({ code: null, signal: 'SIGTERM' });
    job.simulator.faults.next.length = 0;
    await nextEndsIt();
  });

  it.skipIf(!mayMount())('when the disk is full under the rejects', async () => {
    const folder = join(job.folder, 'rejects');
    await mkdir(folder);
    mount('-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', folder);
    try {
      const { code, stderr } = await job.run();
      expect({ code, stderr }).toMatchObject({ code: 1, stderr: unwritten('ENOSPC') });
      mount('-o', 'remount,size=4m', folder);
      await nextEndsIt();
    } finally {
      spawnSync('umount', [folder]);
    }
  });

  it('when the file of rejects may not grow any more, in the middle of a line', async () => {
    const sync = [pathOf('nexus-customer-io'), ...(await job.command())];
    const limited = ['-c', 'ulimit -f 16; exec "$@"', 'sh', ...sync];
    const { code, stderr } = await ended(spawn('sh', limited));
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: unwritten('EFBIG') });
    await nextEndsIt();
  });
});

const unwritten = (reason: string): unknown =>
  expect.stringMatching(
    new RegExp(`Rejected records cannot be written to .*${reason}.*No state passes them`),
  );

function mount(...args: string[]): void {
  const { status, stderr } = spawnSync('mount', args);
  if (status !== 0) throw new Error(String(stderr));
}

/** Root may in a virtual machine and in some containers. */
function mayMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'mount-'));
  try {
    mount('-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', folder);
    return spawnSync('umount', [folder]).status === 0;
  } catch {
    return false;
  } finally {
    rmdirSync(folder);
  }
}
