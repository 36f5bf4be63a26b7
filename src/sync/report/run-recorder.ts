import { randomUUID } from 'node:crypto';
import { packageVersion } from '../../package-root.ts';
import type { AirbyteStateMessage } from '../../protocol/messages.ts';
import type { DeliveryAccount, Ending, RunAccount, Sample, StreamOfRun } from '../../protocol/run-account.ts';
import { latestRate, withSample } from './series.ts';
import { StreamRecorder } from './stream-recorder.ts';

export interface RecorderOptions {
  /** What counts as delivered: rows that a state has passed, or all that the destination has delivered. */
  readonly deliveredBy: 'state' | 'destination';
  /** What a person or a log sees of a text. */
  readonly mask?: (text: string) => string;
}

/** Writes down a run as it goes: its account can be read at any moment, also of a run that failed before its first record. */
export class RunRecorder {
  readonly #options: RecorderOptions;
  readonly #identity = {
    run_id: randomUUID() as string,
    version: packageVersion(),
    started_at: new Date().toISOString(),
  };
  readonly #startedAt = performance.now();
  readonly #streams = new Map<string, StreamRecorder>();
  readonly #errors = new Set<string>();
  /** The errors that say that too much was rejected. */
  readonly #rejections = new Set<string>();
  #delivery: DeliveryAccount | undefined;
  #series: readonly Sample[] = [];
  #interrupted = false;
  /** The state file, once it is known. */
  state: string | undefined;

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  of(stream: string): StreamRecorder {
    const known = this.#streams.get(stream) ?? new StreamRecorder(stream);
    this.#streams.set(stream, known);
    return known;
  }

  get streams(): readonly StreamRecorder[] {
    return [...this.#streams.values()];
  }

  /** A state that came back: everything before it is delivered or rejected. */
  settled({ stream, destinationStats }: AirbyteStateMessage): void {
    const name = stream?.stream_descriptor.name;
    if (name === undefined) return;
    this.of(name).settled(destinationStats?.recordCount ?? 0, destinationStats?.rejectedRecordCount ?? 0);
  }

  /** The newest account of the destination. */
  delivery(account: DeliveryAccount): void {
    this.#delivery = account;
    for (const stream of account.streams) {
      this.of(stream.stream).delivery(stream, this.#options.deliveredBy === 'destination');
    }
    const sum = (of: 'delivered' | 'rejected'): number =>
      account.streams.reduce((so_far, stream) => so_far + stream[of], 0);
    const sample = { seconds: this.#seconds, delivered: sum('delivered'), rejected: sum('rejected') };
    this.#series = withSample(this.#series, sample);
  }

  /** What the destination has said last, and its records a second since the time before. */
  get latest(): { readonly account: DeliveryAccount; readonly rate: number } | undefined {
    return this.#delivery && { account: this.#delivery, rate: latestRate(this.#series) };
  }

  failed(message: string, isRejection = false): void {
    this.#errors.add(message);
    if (isRejection) this.#rejections.add(message);
  }

  interrupted(): void {
    this.#interrupted = true;
  }

  account(): RunAccount {
    const { mask = (text) => text } = this.#options;
    const { requests = 0, retries = {}, bytes = 0, rejects = null } = this.#delivery ?? {};
    return {
      ...this.#identity,
      ended: this.#ending,
      seconds: this.#seconds,
      streams: this.streams.map((stream): StreamOfRun => stream.account()),
      requests,
      retries,
      bytes,
      errors: [...this.#errors].map(mask),
      state: this.state ?? null,
      rejects,
      series: this.#series,
    };
  }

  get #ending(): Ending {
    if (this.#errors.size > this.#rejections.size) return 'failed';
    if (this.#errors.size > 0) return 'rejected';
    return this.#interrupted ? 'interrupted' : 'complete';
  }

  get #seconds(): number {
    return Math.round(performance.now() - this.#startedAt) / 1000;
  }
}
