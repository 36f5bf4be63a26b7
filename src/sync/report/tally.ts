import type { AirbyteStateMessage } from '../../protocol/messages.ts';

/** What has become of one stream's records so far. */
export interface StreamTally {
  readonly stream: string;
  read: number;
  delivered: number;
  rejected: number;
  /** Rows the source expects to read, where it has said so. */
  expected: number | undefined;
  startedAt: number | undefined;
  settledAt: number | undefined;
  /** What the source found wrong with the stream, by its codes. */
  readonly findings: string[];
}

export class Tally {
  readonly #streams: Map<string, StreamTally>;

  constructor(streams: readonly string[]) {
    this.#streams = new Map(streams.map((stream) => [stream, newTally(stream)]));
  }

  get streams(): readonly StreamTally[] {
    return [...this.#streams.values()];
  }

  started(stream: string): void {
    this.#of(stream).startedAt ??= Date.now();
  }

  expected(stream: string, rows: number): void {
    this.#of(stream).expected = rows;
  }

  read(stream: string, count: number): void {
    const tally = this.#of(stream);
    tally.startedAt ??= Date.now();
    tally.read += count;
  }

  /** A state that came back: everything before it is delivered or rejected. */
  settled(state: AirbyteStateMessage): void {
    const name = state.stream?.stream_descriptor.name;
    if (name === undefined) return;
    const tally = this.#of(name);
    tally.delivered += state.destinationStats?.recordCount ?? 0;
    tally.rejected += state.destinationStats?.rejectedRecordCount ?? 0;
    tally.settledAt = Date.now();
  }

  found(stream: string, code: string): void {
    const { findings } = this.#of(stream);
    if (!findings.includes(code)) findings.push(code);
  }

  /** As the destination counts them: where the states of a stream had to wait, none came back to count by. */
  rejected(counts: ReadonlyMap<string, number>): void {
    for (const [stream, count] of counts) {
      const tally = this.#of(stream);
      tally.rejected = Math.max(tally.rejected, count);
    }
  }

  #of(stream: string): StreamTally {
    const known = this.#streams.get(stream) ?? newTally(stream);
    this.#streams.set(stream, known);
    return known;
  }
}

function newTally(stream: string): StreamTally {
  return {
    stream,
    read: 0,
    delivered: 0,
    rejected: 0,
    expected: undefined,
    startedAt: undefined,
    settledAt: undefined,
    findings: [],
  };
}
