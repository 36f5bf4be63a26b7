import { learnSecrets, runForPerson } from '../cli/command.ts';
import { readSyncFile } from '../cli/ends.ts';
import type { ConfigOptions } from '../cli/files.ts';
import { untilInterrupted } from '../cli/interruption.ts';
import { Mask } from '../cli/mask.ts';
import { loadDestination, loadSource } from '../cli/role.ts';
import { outliveReader } from '../cli/standard-output.ts';
import { keepYoungGenerationSmall } from '../cli/young-generation.ts';
import { summaryJson } from '../sync/report/json.ts';
import { showProgress } from '../sync/report/progress.ts';
import { report } from '../sync/report/table.ts';
import { runSync, type SyncEnds, type SyncWatcher } from '../sync/run-sync.ts';
import type { SyncFile } from '../sync/sync-file.ts';

export interface SyncOptions extends ConfigOptions {
  /** Go on from a state that another destination or warehouse has written. */
  readonly acceptState?: boolean;
}

async function readOptions({ acceptState = false, ...options }: SyncOptions): Promise<SyncFile> {
  const file = await readSyncFile(options);
  const source = acceptState ? { ...file.source, on_other_warehouse: 'accept' } : file.source;
  return { ...file, source, acceptState };
}

export function runSyncCommand(options: SyncOptions): Promise<number> {
  const mask = new Mask();
  const tellFailure = (message: string): void =>
    tellMachine(JSON.stringify({ ended: 'failed', errors: [message] }));
  return untilInterrupted((signal) => {
    outliveReader();
    const sync = async () => syncAndReport(await readOptions(options), mask, signal, tellMachine);
    return runForPerson(mask, sync, tellFailure);
  });
}

/** A person at a terminal has the table; a pipe, a file or a container's log gets the JSON too. */
function tellMachine(json: string): void {
  if (!process.stdout.isTTY) process.stdout.write(`${json}\n`);
}

/** One sync with its progress and closing table on stderr, and its summary in JSON for `tell`; the exit code. */
export async function syncAndReport(
  file: SyncFile,
  mask: Mask,
  signal: AbortSignal,
  tell: (json: string) => void = () => undefined,
): Promise<number> {
  keepYoungGenerationSmall();
  const ends: SyncEnds = { source: await loadSource(), destination: await loadDestination() };
  await learnSecrets(mask, file);
  const summary = await runSync(file, ends, masked(showProgress(process.stderr), mask), signal);
  const errors = summary.errors.map((error) => mask.text(error));
  process.stderr.write(report(summary, rejectsOf(file)));
  for (const error of errors) process.stderr.write(`${error}\n`);
  if (signal.aborted) process.stderr.write('Interrupted: the next sync goes on from what was delivered.\n');
  tell(summaryJson({ ...summary, errors }, { state: file.statePath, rejects: rejectsOf(file) }));
  return errors.length > 0 || signal.aborted ? 1 : 0;
}

function masked(watcher: SyncWatcher, mask: Mask): SyncWatcher {
  return { ...watcher, log: (level, message) => watcher.log(level, mask.text(message)) };
}

function rejectsOf(file: SyncFile): string | undefined {
  const { rejects } = file.destination;
  return typeof rejects === 'string' ? rejects : undefined;
}
