import { RejectedError } from '../destination/settlement/verdict.ts';
import { isAbort } from '../errors/abort.ts';
import { configError, messageOf } from '../errors/connector-error.ts';
import { didYouMean } from '../errors/did-you-mean.ts';
import type {
  DestinationConnector,
  SourceConnector,
  SourceNews,
  SourceOutput,
} from '../protocol/connector.ts';
import { newsLog } from '../protocol/make-message.ts';
import type {
  AirbyteMessage,
  AirbyteStateMessage,
  ConfiguredAirbyteCatalog,
  LogLevel,
} from '../protocol/messages.ts';
import { withChanges } from '../source/config.ts';
import { configureCatalog } from './configured-catalog.ts';
import type { RunRecorder } from './report/run-recorder.ts';
import { findStateFile, openStateFile, type StateFile } from './state/state-file.ts';
import { lockState, type StateLock } from './state/state-lock.ts';
import { isUnowned, refuseForeign } from './state/state-owner.ts';
import type { SyncFile } from './sync-file.ts';

/** The two ends that a sync joins. */
export interface SyncEnds {
  readonly source: SourceConnector;
  readonly destination: DestinationConnector;
}

/** Who watches a sync: a terminal, a log, or a test. */
export interface SyncWatcher {
  start(run: RunRecorder): void;
  log(level: LogLevel, message: string): void;
  stop(): void;
}

/** What a sync works with besides its file and its ends. */
export interface SyncRequest {
  readonly watcher: SyncWatcher;
  /** What becomes of the sync is written down there, errors of its ends among it. */
  readonly run: RunRecorder;
  readonly signal: AbortSignal;
}

/**
 * Both ends in one process: what the source emits is the destination's input as it stands, and a state
 * reaches the file only after the destination has given it back.
 *
 * @throws ConnectorError where it cannot begin.
 */
export async function runSync(file: SyncFile, ends: SyncEnds, request: SyncRequest): Promise<void> {
  await validateEnds(file, ends);
  const statePath = await findStateFile(file.statePath);
  await using lock = await lockState(statePath);
  await new Transfer({ ...file, statePath }, ends, request).go(lock);
  if (request.signal.aborted) request.run.interrupted();
}

/** @throws ConnectorError with all that is wrong with either config, before anything is opened or sent. */
async function validateEnds(file: SyncFile, { source, destination }: SyncEnds): Promise<void> {
  const answers = await Promise.allSettled([
    source.validate?.(file.source),
    destination.validate?.(file.destination),
  ]);
  const problems: unknown[] = answers.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
  if (problems.length > 0) throw configError(problems.map(messageOf).join('\n'), { cause: problems[0] });
}

class Transfer {
  readonly #file: SyncFile;
  readonly #ends: SyncEnds;
  readonly #watcher: SyncWatcher;
  readonly #run: RunRecorder;
  readonly #signal: AbortSignal;

  constructor(file: SyncFile, ends: SyncEnds, { watcher, run, signal }: SyncRequest) {
    this.#file = file;
    this.#ends = ends;
    this.#watcher = watcher;
    this.#run = run;
    this.#signal = signal;
  }

  async go(lock: StateLock): Promise<void> {
    const stateFile = await this.#openState();
    await using source = await this.#ends.source.open(this.#sourceConfig());
    const catalog = await configureCatalog({
      source,
      config: this.#file.source,
      states: stateFile.states,
      onMessage: (message) => this.#note(message),
    });
    for (const { stream } of catalog.streams) this.#run.of(stream.name);
    const state = this.#continuedFrom(stateFile, catalog);
    this.#watcher.start(this.#run);
    try {
      const signal = this.#signal;
      const input = this.#counted(source.read({ catalog, state, signal }));
      const config = this.#file.destination;
      for await (const message of this.#ends.destination.write({ config, catalog, input, signal })) {
        if (message.type === 'STATE') {
          await lock.assertHeld();
          await stateFile.save(message.state);
          this.#run.settled(message.state);
        } else if (message.type === 'ACCOUNT') this.#run.delivery(message.account);
        else this.#note(message);
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#watcher.stop();
    }
  }

  /** Snapshots that the warehouse does not keep lie beside the state. */
  #sourceConfig(): Readonly<Record<string, unknown>> {
    const { source, statePath } = this.#file;
    return withChanges(source, { file: `${statePath}.snapshots.duckdb` }, true);
  }

  /** The states, once it is certain that they are this destination's. */
  async #openState(): Promise<StateFile> {
    const { statePath, acceptState = false, destination } = this.#file;
    const account = await this.#ends.destination.account?.(destination);
    const stateFile = await openStateFile(statePath);
    if (account === undefined) return stateFile;
    if (!acceptState) refuseForeign(stateFile.states, account, statePath);
    if (stateFile.states.some(isUnowned)) {
      this.#watcher.log(
        'WARN',
        `${statePath} does not say which destination it belongs to. It is assumed to belong to this one, and does from now on.`,
      );
    }
    await stateFile.bind(account);
    return stateFile;
  }

  /** A stream that is sent again keeps its old state until the first new one, in case this sync does not come that far. */
  #continuedFrom(
    { states }: StateFile,
    { streams }: ConfiguredAirbyteCatalog,
  ): readonly AirbyteStateMessage[] {
    const { resend = [] } = this.#file;
    const known = streams.map(({ stream }) => stream.name);
    const unknown = resend.find((name) => !known.includes(name));
    if (unknown !== undefined) {
      throw configError(
        `--resend: this sync has no stream "${unknown}".${didYouMean(unknown, known)} It has ${known.join(', ')}.`,
      );
    }
    return states.filter(({ stream }) => !resend.includes(stream?.stream_descriptor.name ?? ''));
  }

  /** A wrong key or an unreachable host is told at once, also where nothing is to be sent. */
  async #checkDestination(): Promise<void> {
    for await (const message of this.#ends.destination.check(this.#file.destination)) {
      if (message.type !== 'CONNECTION_STATUS') continue;
      const { status, message: text } = message.connectionStatus;
      if (status === 'FAILED') throw configError(text ?? 'The destination cannot be used.');
    }
  }

  /**
   * The source's output, counted as it passes. Where the source fails, its output ends there: the destination
   * still settles what it was given, and the state of that is kept.
   */
  async *#counted(outputs: AsyncIterable<SourceOutput>): AsyncGenerator<SourceOutput> {
    try {
      // Once the destination is ready for the first output, and before there is one.
      await this.#checkDestination();
      for await (const output of outputs) {
        this.#count(output);
        yield output;
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  #count(output: SourceOutput): void {
    if (output.type === 'RECORD_LINES') this.#run.of(output.stream).read(output.count);
    else if (output.type === 'RECORD') this.#run.of(output.record.stream).read(1);
    else if (output.type === 'CHANGES' || output.type === 'FINDING') this.#noteNews(output);
    else if (output.type !== 'STATE') this.#note(output);
  }

  #noteNews(news: SourceNews): void {
    const stream = this.#run.of(news.stream);
    if (news.type === 'CHANGES') stream.changed(news);
    else stream.found(news.code);
    this.#note(newsLog(news));
  }

  #note(message: AirbyteMessage): void {
    if (message.type === 'LOG') this.#watcher.log(message.log.level, message.log.message);
    if (message.type !== 'TRACE') return;
    const { error, estimate, stream_status: status } = message.trace;
    if (error !== undefined) this.#run.failed(error.message);
    if (estimate?.row_estimate !== undefined) this.#run.of(estimate.name).expected = estimate.row_estimate;
    if (status?.status === 'STARTED') this.#run.of(status.stream_descriptor.name).started();
  }

  #fail(error: unknown): void {
    if (!this.#signal.aborted || !isAbort(error))
      this.#run.failed(messageOf(error), error instanceof RejectedError);
  }
}
