import { customerIoDestination } from '../../src/destination/destination.ts';
import type { SourceConnector, SourceSession } from '../../src/protocol/connector.ts';
import type { RunAccount } from '../../src/protocol/run-account.ts';
import type { Simulator } from '../../src/simulator/server.ts';
import { nexusSource } from '../../src/source/source.ts';
import { RunRecorder } from '../../src/sync/report/run-recorder.ts';
import { runSync, type SyncEnds } from '../../src/sync/run-sync.ts';
import type { SyncFile } from '../../src/sync/sync-file.ts';
import type { Chance } from './chance.ts';

type Config = Readonly<Record<string, unknown>>;

/** What a sync is made of, besides the warehouse's rows. */
export interface Job {
  readonly warehouse: string;
  readonly folder: string;
  /** The state's file name. */
  readonly state: string;
  readonly changes: unknown;
  readonly removals: Config;
  readonly simulator: Simulator;
}

export const fileOf = ({ warehouse, folder, state, changes, removals, simulator }: Job): SyncFile => ({
  source: { warehouse: { type: 'duckdb', path: warehouse, threads: 1 }, changes },
  destination: {
    site_id: 'site',
    api_key: 'key',
    endpoint: simulator.url,
    rejects: `${folder}/rejects`,
    max_rejects: '0',
    retry_seconds: 0,
    removals,
  },
  statePath: `${folder}/${state}`,
});

const whole: SyncEnds = { source: nexusSource, destination: customerIoDestination };

/** A sync to its end, in this process. */
export async function sync(
  job: Job,
  ends: SyncEnds = whole,
  signal: AbortSignal = new AbortController().signal,
): Promise<RunAccount> {
  const run = new RunRecorder({ deliveredBy: 'state' });
  await runSync(fileOf(job), ends, { watcher: { start() {}, log() {}, stop() {} }, run, signal });
  return run.account();
}

class Trouble extends Error {}

/** Ends a stream of messages with an error before its nth. */
async function* broken<T>(messages: AsyncIterable<T>, before: number): AsyncGenerator<T> {
  let count = 0;
  for await (const message of messages) {
    if (count === before) throw new Trouble('The test stops here.');
    count += 1;
    yield message;
  }
}

const withSession = (change: (session: SourceSession) => SourceSession): SourceConnector => ({
  ...nexusSource,
  open: async (config) => change(await nexusSource.open(config)),
});

/** What goes wrong in the middle of a sync, by name. */
const troubles: readonly (readonly [string, (job: Job, chance: Chance) => Promise<unknown>])[] = [
  [
    'the source fails',
    (job, chance) => {
      const at = chance.below(30);
      const source = withSession((session) => ({
        catalog: () => session.catalog(),
        read: (request) => broken(session.read(request), at),
        [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
      }));
      return sync(job, { ...whole, source });
    },
  ],
  [
    'the destination dies',
    (job, chance) => {
      const at = chance.below(8);
      const write = customerIoDestination.write.bind(customerIoDestination);
      const destination = {
        ...customerIoDestination,
        write: (request: Parameters<typeof write>[0]) => broken(write(request), at),
      };
      return sync(job, { ...whole, destination });
    },
  ],
  [
    'the sync is interrupted',
    (job, chance) => {
      const abort = new AbortController();
      const at = chance.below(30);
      const source = withSession((session) => ({
        catalog: () => session.catalog(),
        read: (request) => interrupting(session.read(request), at, abort),
        [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
      }));
      return sync(job, { ...whole, source }, abort.signal);
    },
  ],
  [
    'Customer.io is away',
    (job, chance) => {
      const { faults } = job.simulator;
      const well = Array.from({ length: chance.below(4) }, () => ({ kind: 'reset', when: 'after-applying' }) as const);
      faults.next = [...well, { kind: 'status', status: 503, times: 2 }];
      return sync(job).finally(() => {
        faults.next = [];
      });
    },
  ],
];

async function* interrupting<T>(
  messages: AsyncIterable<T>,
  before: number,
  abort: AbortController,
): AsyncGenerator<T> {
  let count = 0;
  for await (const message of messages) {
    if (count === before) abort.abort();
    count += 1;
    yield message;
  }
}

/** A sync that goes wrong somewhere in its middle; says how. */
export async function troubledSync(job: Job, chance: Chance): Promise<string> {
  const [name, go] = chance.maybe(troubles) ?? ['nothing', async () => {}];
  await go(job, chance);
  return name;
}
