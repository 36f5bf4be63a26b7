import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, type ExpectStatic, it } from 'vitest';
import type { Storm } from '../../src/simulator/faults.ts';
import { gateTo } from '../cases/gate.ts';
import { type Ended, ended, start } from '../support/processes.ts';
import { type Calm, calmRun, type Job, nothingDiffers, syncJob } from '../support/sync-job.ts';

/** Another set of moments each time; a failure names the seed, and FAULTS_SEED repeats it. */
const seed = Number(process.env.FAULTS_SEED ?? Date.now() % 2 ** 31);

let calm: Calm & AsyncDisposable;
beforeAll(async () => {
  calm = await calmRun(0.25);
});
afterAll(() => calm[Symbol.asyncDispose]());

/** One test's own sync and its own chance: the tests of this file wait a lot, so they run side by side. */
interface Trial {
  readonly job: Job;
  readonly random: () => number;
  readonly expect: ExpectStatic;
}

const patience = { timeout: 400_000 };

async function withTrial(expect: ExpectStatic, work: (trial: Trial) => Promise<void>): Promise<void> {
  const job = await syncJob(calm);
  job.simulator.faults.latencyMs = { min: 10, max: 100 };
  try {
    await work({ job, random: mulberry32(seed), expect });
  } finally {
    await job.close();
  }
}

/** Public domain: https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
function mulberry32(from: number): () => number {
  let state = from;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A moment of a sync: while it starts, at any of its requests, or while its state is written. */
async function moment({ job, random }: Trial, child: ChildProcess): Promise<void> {
  const over = new AbortController();
  const exit = once(child, 'exit').finally(() => over.abort());
  const kind = random();
  const amount = random();
  if (kind < 0.2) await Promise.race([exit, sleep(amount * 800)]);
  else if (kind < 0.8) await afterRequests(job, Math.floor(amount * 25), over.signal);
  else await Promise.race([exit, stateChange(job)]);
  await sleep(random() * 10);
}

async function afterRequests({ simulator }: Job, count: number, over: AbortSignal): Promise<void> {
  const before = simulator.requests;
  while (simulator.requests < before + count && !over.aborted) await sleep(1);
}

function stateChange({ folder }: Job): Promise<void> {
  return new Promise((resolve) => {
    const watcher = watch(folder, (_event, name) => {
      if (name === null || !name.includes('state.json') || name.includes('lock')) return;
      watcher.close();
      resolve();
    });
  });
}

/** A process under way, and how it ends. */
interface Attempt {
  readonly child: ChildProcess;
  readonly end: Promise<Pick<Ended, 'code' | 'signal' | 'stderr'>>;
}

async function syncAttempt(job: Job): Promise<Attempt> {
  const child = await job.start();
  return { child, end: ended(child) };
}

/** As a platform joins them: it keeps the state of each stream that came last, in a whole line. */
async function pipedAttempt(job: Job): Promise<Attempt> {
  const { source, destination, catalog } = await job.connectors();
  const reading = start('source-nexus', [
    'read',
    '--config',
    source,
    '--catalog',
    catalog,
    ...job.stateArgument(),
  ]);
  const child = start('destination-customer-io', ['write', '--config', destination, '--catalog', catalog]);
  reading.stdout.pipe(child.stdin);
  for (const pipe of [reading.stdout, child.stdin]) pipe.on('error', () => undefined);
  child.on('exit', () => reading.kill());
  const written = ended(child);
  return { child, end: written.then((how) => job.keepStates(how.stdout).then(() => how)) };
}

/** Stops one run after another at a random moment, and looks at what each leaves. */
async function stopAgainAndAgain(
  trial: Trial,
  signal: 'SIGKILL' | 'SIGTERM',
  times: number,
  attempt: (job: Job) => Promise<Attempt> = syncAttempt,
): Promise<void> {
  const { job, random, expect } = trial;
  for (let stopped = 0; stopped < times; ) {
    // What was on its way when the client went: some servers take it, some do not.
    job.simulator.faults.dropAbandoned = random() < 0.7;
    const { child, end } = await attempt(job);
    await moment(trial, child);
    child.kill(signal);
    const { code, signal: by, stderr } = await end;
    const about = `${stopped} stopped, seed ${seed}: ${stderr}`;
    if (by === signal) stopped += 1;
    // It was done before the moment came: from the start again, into the same Customer.io.
    else {
      expect(code, about).toBe(0);
      await rm(job.statePath);
    }
    expect(stderr, about).not.toMatch(/^\s+at /m);
    expect(await job.aheadOfTruth(), about).toEqual([]);
  }
}

/** A signal finds requests that wait to be tried again, too. */
const failing: Storm = {
  every: 3,
  of: [
    { kind: 'status', status: 500 },
    { kind: 'reset', when: 'in-body' },
  ],
};

async function lastRunEndsIt({ job, expect }: Trial): Promise<void> {
  const { code, stderr } = await job.run();
  expect(code, `seed ${seed}: ${stderr}`).toBe(0);
  expect(await job.differences(), `seed ${seed}`).toEqual(nothingDiffers);
}

describe.concurrent('what is started again until it is done has lost nothing and sent no event twice', () => {
  it('a sync, after kill -9 at fifty moments', patience, ({ expect }) =>
    withTrial(expect, async (trial) => {
      await stopAgainAndAgain(trial, 'SIGKILL', 50);
      await lastRunEndsIt(trial);
    }),
  );

  it('a sync, after SIGTERM at ten moments', patience, ({ expect }) =>
    withTrial(expect, async (trial) => {
      trial.job.simulator.faults.storm = failing;
      await stopAgainAndAgain(trial, 'SIGTERM', 10);
      await lastRunEndsIt(trial);
    }),
  );

  it('read and write in a pipe, after SIGTERM at six moments', patience, ({ expect }) =>
    withTrial(expect, async (trial) => {
      trial.job.simulator.faults.storm = failing;
      await stopAgainAndAgain(trial, 'SIGTERM', 6, pipedAttempt);
      await lastRunEndsIt(trial);
    }),
  );
});

async function untilRequests({ simulator }: Job, count: number): Promise<void> {
  while (simulator.requests < count) await sleep(2);
}

describe.concurrent('a sync outlasts', () => {
  it('a server that goes away for 30 s and returns', patience, ({ expect }) =>
    withTrial(expect, async ({ job }) => {
      const gate = await gateTo(job.simulator.port);
      const running = job.run({ endpoint: gate.url });
      await untilRequests(job, 15);
      await gate.shut();
      await sleep(1_000);
      const before = job.simulator.requests;
      await sleep(29_000);
      expect(job.simulator.requests).toBe(before);
      expect(await job.aheadOfTruth()).toEqual([]);
      await gate.open();
      const { code, stderr } = await running;
      await gate.shut();
      expect(code, stderr).toBe(0);
      expect(stderr).toMatch(/WARN Customer\.io does not accept a request \(.*ECONN/);
      expect(await job.differences()).toEqual(nothingDiffers);
    }),
  );

  it('answers that never come', patience, ({ expect }) =>
    withTrial(expect, async ({ job }) => {
      const running = job.run();
      // After the request that checks the key: all three are of one stream, so they are waited for together.
      await untilRequests(job, 1);
      job.simulator.faults.next.push({ kind: 'hang', times: 3 });
      const { code, stderr } = await running;
      expect(code, stderr).toBe(0);
      expect(stderr).toMatch(/WARN Customer\.io does not accept a request \(no answer in time\)/);
      expect(await job.differences()).toEqual(nothingDiffers);
    }),
  );
});
