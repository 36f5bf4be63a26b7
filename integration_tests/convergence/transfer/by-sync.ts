import { customerIoDestination } from '../../../src/destination/destination.ts';
import type { DestinationConnector, SourceConnector } from '../../../src/protocol/connector.ts';
import { nexusSource } from '../../../src/source/source.ts';
import { RunRecorder } from '../../../src/sync/report/run-recorder.ts';
import { runSync } from '../../../src/sync/run-sync.ts';
import { type Carrier, fileOf, type Job } from './job.ts';
import { away, type Trouble, troubleOf, upTo } from './troubles.ts';

/** `sync`, in this process. */
export const bySync: Carrier = {
  async carry(job) {
    const { ended, errors } = await sync(job, { name: 'none' });
    if (ended !== 'complete') throw new Error(`The sync ${ended}: ${errors.join('; ')}`);
  },
  async stumble(job, chance) {
    const trouble = troubleOf(chance);
    await away(job.simulator, trouble, () => sync(job, trouble));
    return trouble.name;
  },
};

async function sync(job: Job, trouble: Trouble) {
  const run = new RunRecorder({ deliveredBy: 'state' });
  const abort = new AbortController();
  const ends = { source: sourceWith(trouble, abort), destination: destinationWith(trouble) };
  const watcher = { start() {}, log() {}, stop() {} };
  await runSync(fileOf(job), ends, { watcher, run, signal: abort.signal });
  return run.account();
}

const sourceWith = ({ sourceFails, isStopped }: Trouble, abort: AbortController): SourceConnector => ({
  ...nexusSource,
  open: async (config) => {
    const session = await nexusSource.open(config);
    return {
      catalog: () => session.catalog(),
      read: (request) => upTo(upTo(session.read(request), sourceFails), isStopped, () => abort.abort()),
      [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
    };
  },
});

const destinationWith = ({ destinationDies }: Trouble): DestinationConnector => ({
  ...customerIoDestination,
  write: (request) => upTo(customerIoDestination.write(request), destinationDies),
});
