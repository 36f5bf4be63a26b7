import { asConnectorError } from '../../cli/answer.ts';
import { learnSecrets, runForPerson } from '../../cli/command.ts';
import { isYaml, readSyncFile } from '../../cli/ends.ts';
import { readConfig } from '../../cli/files.ts';
import { untilInterrupted } from '../../cli/interruption.ts';
import { Mask } from '../../cli/mask.ts';
import { loadDestination } from '../../cli/role.ts';
import { RejectedError } from '../../destination/settlement/verdict.ts';
import { configError } from '../../errors/connector-error.ts';
import { isJsonObject } from '../../json/json-object.ts';
import type { DestinationOutput } from '../../protocol/connector.ts';
import type { AirbyteMessage } from '../../protocol/messages.ts';
import { RunRecorder } from '../../sync/report/run-recorder.ts';
import { report } from '../../sync/report/table.ts';

export interface ReplayOptions {
  /** A rejects file, or a folder of them. */
  readonly rejects: string;
  /** A destination configuration (JSON), or a sync file (YAML) whose destination is meant. */
  readonly config: string;
}

/**
 * Sends the records of rejects files again. What is rejected again goes to a new file, and files whose records are all
 * settled are put away, so that nothing is replayed twice and a folder never grows.
 */
export function runReplay(options: ReplayOptions): Promise<number> {
  const mask = new Mask();
  return untilInterrupted((signal) => runForPerson(mask, () => replay(options, mask, signal)));
}

async function readDestinationConfig(path: string): Promise<unknown> {
  return isYaml(path) ? (await readSyncFile({ config: path })).destination : readConfig(path);
}

async function replay({ rejects, config: path }: ReplayOptions, mask: Mask, signal: AbortSignal) {
  const destination = await loadDestination();
  const config = await readDestinationConfig(path);
  await learnSecrets(mask, { destination: config });
  const { openReplay, replayed } = await import('../../destination/settlement/replay.ts');
  const { putAway } = await import('../../destination/settlement/rejects/put-away.ts');
  const opened = await openReplay(rejects);
  for (const file of opened.torn) {
    say(
      `The last line of ${file} is cut short. Its record does not count as rejected: the next sync sends it.`,
    );
  }
  if (opened.notKept > 0) {
    say(
      `${opened.notKept} records are not in the rejects: their lines were longer than max_line_bytes. Sync them again with a higher one.`,
    );
  }
  await refuseFailedCheck(destination.check(config));
  const run = new RunRecorder({ deliveredBy: 'state', mask: (text) => mask.text(text) });
  for (const [stream, count] of opened.counts) run.of(stream).read(count);
  const { catalog } = opened;
  try {
    const input = replayed(opened, signal);
    // Nothing that is being replayed may be removed for its age.
    const patient = isJsonObject(config)
      ? { max_rejects: '100%', ...config, rejects_keep: undefined }
      : config;
    for await (const message of destination.write({ config: patient, catalog, input, signal }))
      note(message, run, mask);
  } catch (error) {
    run.failed(asConnectorError(error).message, error instanceof RejectedError);
  }
  const account = run.account();
  process.stderr.write(report(account));
  for (const error of account.errors) say(error);
  const isDone = !signal.aborted && account.ended !== 'failed' && account.rejects !== 'log';
  const place = isDone ? await putAway(opened.files) : undefined;
  if (place !== undefined) say(`What was replayed is now in ${place}.`);
  if (signal.aborted)
    say('Interrupted: replay the same files again. What was delivered is not counted twice.');
  return account.errors.length > 0 || signal.aborted ? 1 : 0;
}

/** A wrong key or an unreachable host is told before the first record. */
async function refuseFailedCheck(answers: AsyncIterable<AirbyteMessage>): Promise<void> {
  for await (const message of answers) {
    if (message.type !== 'CONNECTION_STATUS') continue;
    const { status, message: text } = message.connectionStatus;
    if (status === 'FAILED') throw configError(text ?? 'The destination cannot be used.');
  }
}

function note(message: DestinationOutput, run: RunRecorder, mask: Mask): void {
  if (message.type === 'STATE') run.settled(message.state);
  else if (message.type === 'ACCOUNT') run.delivery(message.account);
  else if (message.type === 'LOG' && message.log.level !== 'INFO') say(mask.text(message.log.message));
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
