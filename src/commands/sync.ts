import { learnSecrets, runForPerson } from '../cli/command.ts';
import { readSyncFile } from '../cli/ends.ts';
import type { ConfigOptions } from '../cli/files.ts';
import { untilInterrupted } from '../cli/interruption.ts';
import { Mask } from '../cli/mask.ts';
import { loadDestination, loadSource } from '../cli/role.ts';
import { outliveReader } from '../cli/standard-output.ts';
import { keepYoungGenerationSmall } from '../cli/young-generation.ts';
import { withChanges } from '../source/config.ts';
import { summaryJson } from '../sync/report/json.ts';
import { showProgress } from '../sync/report/progress.ts';
import { RunRecorder } from '../sync/report/run-recorder.ts';
import { report } from '../sync/report/table.ts';
import { runSync, type SyncEnds, type SyncWatcher } from '../sync/run-sync.ts';
import type { SyncFile } from '../sync/sync-file.ts';

export interface SyncOptions extends ConfigOptions {
  /** Go on from a state that another destination or warehouse has written. */
  readonly acceptState?: boolean;
  /** Streams that are sent from the beginning. */
  readonly resend?: readonly string[];
  /** Let any number of rows be removed this time. */
  readonly allowRemovals?: boolean;
}

async function readOptions({
  acceptState = false,
  resend = [],
  allowRemovals = false,
  ...options
}: SyncOptions): Promise<SyncFile> {
  const file = await readSyncFile(options);
  const accepting = acceptState ? { on_other_warehouse: 'accept' } : {};
  const source = { ...file.source, ...accepting };
  // What is sent again is sent, also where a first sync would take it as sent already.
  const changes = {
    ...(allowRemovals ? { allow_removals: true } : {}),
    ...(resend.length > 0 ? { first: 'send' } : {}),
  };
  return {
    ...file,
    source: withChanges(source, changes),
    acceptState,
    resend,
  };
}

export function runSyncCommand(options: SyncOptions): Promise<number> {
  return untilInterrupted(async (signal) => {
    outliveReader();
    const sync = newSync(signal);
    const code = await runForPerson(
      sync.mask,
      async () => syncAndReport(await readOptions(options), sync),
      (message) => sync.run.failed(message),
    );
    tellMachine(summaryJson(sync.run.account()));
    return code;
  });
}

/** A person at a terminal has the table; a pipe, a file or a container's log gets the JSON too. */
function tellMachine(json: string): void {
  if (!process.stdout.isTTY) process.stdout.write(`${json}\n`);
}

/** A sync before it has begun. */
export interface NewSync {
  readonly mask: Mask;
  readonly run: RunRecorder;
  readonly signal: AbortSignal;
}

export function newSync(signal: AbortSignal): NewSync {
  const mask = new Mask();
  return { mask, signal, run: new RunRecorder({ deliveredBy: 'state', mask: (text) => mask.text(text) }) };
}

/** One sync with its progress and closing table on stderr; the exit code. */
export async function syncAndReport(file: SyncFile, { mask, run, signal }: NewSync): Promise<number> {
  keepYoungGenerationSmall();
  run.state = file.statePath;
  const ends: SyncEnds = { source: await loadSource(), destination: await loadDestination() };
  await learnSecrets(mask, file);
  await runSync(file, ends, { watcher: masked(showProgress(process.stderr), mask), run, signal });
  const account = run.account();
  process.stderr.write(report(account));
  await tellWaiting(file, account.rejects);
  for (const error of account.errors) process.stderr.write(`${error}\n`);
  if (signal.aborted) process.stderr.write('Interrupted: the next sync continues from what was delivered.\n');
  return account.ended === 'complete' ? 0 : 1;
}

/** Rejects of former runs are easily forgotten. */
async function tellWaiting({ destination }: SyncFile, ofThisRun: string | null): Promise<void> {
  const { rejects: folder } = destination;
  if (typeof folder !== 'string' || folder === 'log') return;
  const { countKept } = await import('../destination/settlement/rejects/kept-rejects.ts');
  const { rejects, files } = await countKept(folder, ofThisRun);
  if (rejects === 0) return;
  process.stderr.write(
    `${rejects.toLocaleString('en')} rejects of ${files} former ${files === 1 ? 'run' : 'runs'} still wait in ${folder}: see "rejects list", then "replay".\n`,
  );
}

function masked(watcher: SyncWatcher, mask: Mask): SyncWatcher {
  return { ...watcher, log: (level, message) => watcher.log(level, mask.text(message)) };
}
