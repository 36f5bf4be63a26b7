import type { ChangeCounts, StreamDelivery, StreamOfRun } from '../../protocol/run-account.ts';

/** Writes down what becomes of one stream's records. */
export class StreamRecorder {
  readonly stream: string;
  /** Rows that the source expects to read, where it has said so. */
  expected: number | undefined;
  #read = 0;
  #delivered = 0;
  /** Those that a state has passed, and those that the destination has counted: the same ones, sooner or later. */
  readonly #rejected = { byState: 0, byDestination: 0 };
  #details: Omit<StreamDelivery, 'stream' | 'read' | 'delivered' | 'rejected'> = {
    rejected_by: [],
    truncated: {},
    trimmed: {},
    removed: 0,
    merged: 0,
  };
  #changes: ChangeCounts | null = null;
  readonly #findings = new Set<string>();
  #startedAt: number | undefined;
  #settledAt: number | undefined;

  constructor(stream: string) {
    this.stream = stream;
  }

  started(): void {
    this.#startedAt ??= performance.now();
  }

  read(count: number): void {
    this.started();
    this.#read += count;
  }

  settled(delivered: number, rejected: number): void {
    this.#delivered += delivered;
    this.#rejected.byState += rejected;
    this.#settledAt = performance.now();
  }

  /** What the source has found to be different. */
  changed({ added, changed, removed, moved, unchanged }: ChangeCounts): void {
    this.#changes = { added, changed, removed, moved, unchanged };
  }

  found(code: string): void {
    this.#findings.add(code);
  }

  /**
   * As the destination counts them. It counts rejects that no state has passed, too: they are on file, and the state
   * of their stream may wait.
   */
  delivery({ read, delivered, rejected, ...details }: StreamDelivery, countsDelivered: boolean): void {
    this.#read = Math.max(this.#read, read);
    if (countsDelivered) this.#delivered = delivered;
    this.#rejected.byDestination = rejected;
    const { rejected_by, truncated, trimmed, removed, merged } = details;
    this.#details = { rejected_by, truncated, trimmed, removed, merged };
  }

  account(): StreamOfRun {
    return {
      stream: this.stream,
      read: this.#read,
      delivered: this.#delivered,
      rejected: Math.max(this.#rejected.byState, this.#rejected.byDestination),
      ...this.#details,
      changes: this.#changes,
      findings: [...this.#findings],
      seconds: this.#seconds,
    };
  }

  get #seconds(): number | null {
    if (this.#startedAt === undefined) return this.#settledAt === undefined ? null : 0;
    return Math.round(Math.max(0, (this.#settledAt ?? performance.now()) - this.#startedAt)) / 1000;
  }
}
