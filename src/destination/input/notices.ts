/** Maps larger than this are not of a catalog's names but of data used as names. */
const mostNames = 1_000;

/** What was odd about records that were not rejected, counted by name: a person is told at the end. */
export class Notices {
  readonly #unknownStreams = new Map<string, number>();
  readonly #truncated = new Map<string, number>();
  readonly #trimmed = new Map<string, number>();

  /** A record's stream is not in the catalog: it is passed over. */
  passOver(stream: string): void {
    count(this.#unknownStreams, stream);
  }

  /** A record's attributes were cut to Customer.io's limit, or its identifiers had white space around them. */
  alter(stream: string, truncated: readonly string[], trimmed: readonly string[] = []): void {
    for (const name of truncated) count(this.#truncated, `"${name}" in stream "${stream}"`);
    for (const name of trimmed) count(this.#trimmed, `"${name}" in stream "${stream}"`);
  }

  /** Records that were passed over, by stream. */
  get unknownStreams(): ReadonlyMap<string, number> {
    return this.#unknownStreams;
  }

  /** How often each attribute was cut to Customer.io's limit. */
  get truncated(): ReadonlyMap<string, number> {
    return this.#truncated;
  }

  /** How often white space was left out around identifiers, by column. */
  get trimmed(): ReadonlyMap<string, number> {
    return this.#trimmed;
  }
}

function count(counts: Map<string, number>, name: string): void {
  const before = counts.get(name);
  if (before !== undefined || counts.size < mostNames) counts.set(name, (before ?? 0) + 1);
}
