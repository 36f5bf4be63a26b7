import { RejectedError } from '../destination/settlement/verdict.ts';
import { configError, messageOf } from '../errors/connector-error.ts';
import type { DestinationConnector, SourceConnector, SourceOutput } from '../protocol/connector.ts';
import type { AirbyteMessage, LogLevel } from '../protocol/messages.ts';
import { configureCatalog } from './configured-catalog.ts';
import { type Account, accountOf, rejectedOf } from './report/account.ts';
import { type StreamTally, Tally } from './report/tally.ts';
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
  start(tally: Tally): void;
  log(level: LogLevel, message: string): void;
  stop(): void;
}

export interface SyncSummary {
  readonly streams: readonly StreamTally[];
  /** What went wrong, in the words for a person; empty where the sync is complete. */
  readonly errors: readonly string[];
  readonly seconds: number;
  /** By a signal, before all was read. */
  readonly interrupted: boolean;
  /** The destination's own account of its run, which is the last log line of its that is JSON. */
  readonly delivery: Account | undefined;
  /** Whether all that went wrong is that too much was rejected. */
  readonly rejected: boolean;
}

/**
 * Both ends in one process: what the source emits is the destination's input as it stands, and a state
 * reaches the file only after the destination has given it back.
 */
export async function runSync(
  file: SyncFile,
  ends: SyncEnds,
  watcher: SyncWatcher,
  signal: AbortSignal,
): Promise<SyncSummary> {
  const startedAt = Date.now();
  const statePath = await findStateFile(file.statePath);
  await using lock = await lockState(statePath);
  const run = new SyncRun({ ...file, statePath }, ends, watcher, signal);
  await run.transfer(lock);
  return {
    streams: run.streams,
    errors: [...run.errors],
    seconds: (Date.now() - startedAt) / 1000,
    interrupted: signal.aborted,
    delivery: run.delivery,
    rejected: run.rejected,
  };
}

const isRecord = (output: SourceOutput): boolean =>
  output.type === 'RECORD_LINES' || output.type === 'RECORD';

class SyncRun {
  readonly errors = new Set<string>();
  delivery: Account | undefined;
  /** The errors that say that too much was rejected. */
  readonly #rejections = new Set<string>();
  readonly #file: SyncFile;
  readonly #ends: SyncEnds;
  readonly #watcher: SyncWatcher;
  readonly #signal: AbortSignal;
  #tally = new Tally([]);
  #checked = false;

  constructor(file: SyncFile, ends: SyncEnds, watcher: SyncWatcher, signal: AbortSignal) {
    this.#file = file;
    this.#ends = ends;
    this.#watcher = watcher;
    this.#signal = signal;
  }

  get rejected(): boolean {
    return this.errors.size > 0 && this.errors.size === this.#rejections.size;
  }

  get streams(): readonly StreamTally[] {
    return this.#tally.streams;
  }

  async transfer(lock: StateLock): Promise<void> {
    const stateFile = await this.#openState();
    await using source = await this.#ends.source.open(this.#file.source);
    const catalog = await configureCatalog({
      source,
      config: this.#file.source,
      states: stateFile.states,
      onMessage: (message) => this.#note(message),
    });
    this.#tally = new Tally(catalog.streams.map(({ stream }) => stream.name));
    this.#watcher.start(this.#tally);
    try {
      const signal = this.#signal;
      const input = this.#counted(source.read({ catalog, state: stateFile.states, signal }));
      const config = this.#file.destination;
      for await (const message of this.#ends.destination.write({ config, catalog, input, signal })) {
        if (message.type === 'STATE') {
          await lock.assertHeld();
          await stateFile.save(message.state);
          this.#tally.settled(message.state);
        } else this.#note(message);
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#watcher.stop();
    }
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
        `${statePath} does not say to whom it was sent: it is taken as this destination's, and kept to it from now on.`,
      );
    }
    await stateFile.bind(account);
    return stateFile;
  }

  /** A wrong key or an unreachable host is told before the first record, not after minutes of trying again. */
  async #checkDestinationOnce(): Promise<void> {
    if (this.#checked) return;
    this.#checked = true;
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
      for await (const output of outputs) {
        if (isRecord(output)) await this.#checkDestinationOnce();
        this.#count(output);
        yield output;
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  #count(output: SourceOutput): void {
    if (output.type === 'RECORD_LINES') this.#tally.read(output.stream, output.count);
    else if (output.type === 'RECORD') this.#tally.read(output.record.stream, 1);
    else if (output.type !== 'STATE') this.#note(output);
  }

  #note(message: AirbyteMessage): void {
    if (message.type === 'LOG') this.#noteLog(message.log);
    if (message.type !== 'TRACE') return;
    const { error, estimate, stream_status: status } = message.trace;
    if (error !== undefined) this.errors.add(error.message);
    if (estimate?.row_estimate !== undefined) this.#tally.expected(estimate.name, estimate.row_estimate);
    if (status?.status === 'STARTED') this.#tally.started(status.stream_descriptor.name);
  }

  /** A line that is JSON is meant for machines. */
  #noteLog({ level, message, finding }: LogOf<AirbyteMessage>): void {
    if (finding !== undefined) this.#tally.found(finding.stream, finding.code);
    const account = accountOf(message);
    if (account === undefined) this.#watcher.log(level, message);
    else {
      this.delivery = account;
      if (account.ended === 'rejected') this.#tally.rejected(rejectedOf(account));
    }
  }

  #fail(error: unknown): void {
    const aborted = this.#signal.aborted && error instanceof Error && error.name === 'AbortError';
    if (aborted) return;
    this.errors.add(messageOf(error));
    if (error instanceof RejectedError) this.#rejections.add(messageOf(error));
  }
}

type LogOf<T> = Extract<T, { type: 'LOG' }> extends { log: infer L } ? L : never;
