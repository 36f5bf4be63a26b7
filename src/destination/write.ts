import type { DestinationOutput, WriteRequest } from '../protocol/connector.ts';
import { log } from '../protocol/make-message.ts';
import { checkMappings, unusedMappings } from './check-mappings.ts';
import { type DestinationConfig, parseDestinationConfig } from './config.ts';
import { untilAborted } from './input/input.ts';
import { mapStreams } from './mapping/stream-mapping.ts';
import { checkModes, modeWarnings } from './modes/sync-modes.ts';
import { progress, summary } from './progress.ts';
import { openRun, type Run } from './run.ts';
import { RejectedError } from './settlement/verdict.ts';

/** A part-filled batch goes after this long, and a progress line may come this often. */
const tickMs = 1_000;

/** Reads the input to its end, or until the signal comes. */
async function consume(
  { halt, intake, lanes, rejections }: Run,
  input: WriteRequest['input'],
): Promise<void> {
  for await (const item of untilAborted(input, halt.signal)) await intake.take(item);
  await lanes.drain();
  await rejections.flush();
  halt.throwIfStopped();
}

/** Part-filled batches go, and rejects reach the disk, though no state comes for a long time. */
function tick({ halt, lanes, rejections }: Run): void {
  lanes.nudge();
  rejections.tick().catch((error) => halt.stop(error));
}

/** Takes input until it ends or the signal comes, and closes the queue with what stopped it. */
async function work(run: Run, input: WriteRequest['input']): Promise<void> {
  const { halt, judge, lanes, out, rejections, watched } = run;
  const ticking = setInterval(() => tick(run), tickMs);
  const stopProgress = progress(watched, (message) => out.put(message));
  const tell = (): void => {
    for (const message of summary(watched)) out.put(message);
  };
  try {
    await consume(run, input);
    const rejected = halt.isOver ? undefined : judge.verdict();
    if (rejected !== undefined) throw rejected;
    tell();
    out.close();
  } catch (error) {
    // What is in flight may still be settled, and its state pass.
    await lanes.drain().catch(() => undefined);
    await rejections.flush().then(tell, () => undefined);
    out.close(error instanceof RejectedError ? judge.lastWord(error) : error);
  } finally {
    clearInterval(ticking);
    stopProgress();
  }
}

/** The platform gives the number of its job as the `sync_id` of each stream. */
const jobOf = ({ streams }: WriteRequest['catalog']): number | undefined =>
  streams.find(({ sync_id }) => sync_id !== undefined)?.sync_id;

/** What the config and the catalog ask for, found out before anything is read or sent. */
async function prepare({ catalog, config: given }: WriteRequest) {
  const config: DestinationConfig = parseDestinationConfig(given);
  const plans = mapStreams(catalog, config);
  checkMappings(catalog, config);
  checkModes(plans.values(), config);
  return { config, plans };
}

/**
 * Delivers records to Customer.io and echoes each state once every record before it is settled.
 *
 * @throws ConnectorError after all that could be finished is finished.
 */
export async function* write(request: WriteRequest): AsyncGenerator<DestinationOutput> {
  const { config, plans } = await prepare(request);
  const run = await openRun({ config, plans, job: jobOf(request.catalog), signal: request.signal });
  const warnings = [
    ...unusedMappings(request.catalog, config),
    ...modeWarnings(request.catalog, plans.values(), config),
  ];
  for (const text of warnings) run.out.put(log('WARN', text));
  const working = work(run, request.input);
  try {
    for await (const message of run.out.take()) {
      // A state vouches for its rejects too: they are on disk before it passes.
      if (message.type === 'STATE') await run.rejections.flush();
      yield message;
    }
  } finally {
    // Where the reader left or the rejects cannot be written, nothing else ends the input.
    run.halt.stop();
    await working;
    await run.close();
  }
}
