import type { AirbyteMessage } from '../../protocol/messages.ts';

interface Entry {
  readonly stream: string;
  readonly tally: StreamTally;
  open: number;
  accepted: number;
  rejected: number;
  /** What closes the entry; undefined while records still come. */
  barrier: Barrier | undefined;
}

/** A STATE, and how many streams must reach it: one, or all for a global state. */
interface Barrier {
  readonly state: Readonly<Record<string, unknown>>;
  missing: number;
  accepted: number;
  rejected: number;
}

/** A record's claim on its entry: the same for all records of one entry. */
export type Acknowledgement = Entry;

export interface Tally {
  accepted: number;
  rejected: number;
}

/** Of one stream in this run; `opened` counts every row that has come, settled or not. */
export interface StreamTally extends Tally {
  opened: number;
}

const newEntry = (stream: string, tally: StreamTally = { opened: 0, accepted: 0, rejected: 0 }): Entry => ({
  stream,
  tally,
  open: 0,
  accepted: 0,
  rejected: 0,
  barrier: undefined,
});

/**
 * Keeps the books of a run: which records are settled, and so which states may pass. Records between two
 * states of a stream share one entry that counts those still open; a state passes when its entry and all
 * before it are at zero. No memory grows with the number of records.
 *
 * The states of a stream that `holds` names wait, until a record of it is settled and it names the stream no more.
 */
export class Ledger {
  readonly total: Tally = { accepted: 0, rejected: 0 };
  readonly #queues = new Map<string, Entry[]>();
  readonly #tallies = new Map<string, StreamTally>();
  readonly #pass: (message: AirbyteMessage) => void;
  readonly #holds: (stream: string) => boolean;

  /** `pass` gets each state once it may pass, with the record's destinationStats. */
  constructor(
    streams: Iterable<string>,
    pass: (message: AirbyteMessage) => void,
    holds: (stream: string) => boolean = () => false,
  ) {
    this.#pass = pass;
    this.#holds = holds;
    for (const stream of streams) this.#queueOf(stream);
  }

  get tallies(): ReadonlyMap<string, StreamTally> {
    return this.#tallies;
  }

  /** A record of the stream has come. */
  open(stream: string): Acknowledgement {
    const entry = this.#queueOf(stream).at(-1) ?? newEntry(stream);
    entry.open += 1;
    entry.tally.opened += 1;
    return entry;
  }

  accept(acknowledgement: Acknowledgement): void {
    this.#settle(acknowledgement, 'accepted');
  }

  reject(acknowledgement: Acknowledgement): void {
    this.#settle(acknowledgement, 'rejected');
  }

  /** A STATE of one stream, or of all where `stream` is undefined. */
  state(stream: string | undefined, state: Readonly<Record<string, unknown>>): void {
    const closed = stream === undefined ? [...this.#queues.values()] : [this.#queueOf(stream)];
    const barrier = { state, missing: closed.length, accepted: 0, rejected: 0 };
    if (closed.length === 0) this.#pass(echo(barrier));
    for (const queue of closed) closeWith(queue, barrier);
    for (const queue of closed) this.#advance(queue);
  }

  #queueOf(stream: string): Entry[] {
    const known = this.#queues.get(stream);
    if (known !== undefined) return known;
    const entry = newEntry(stream);
    const queue = [entry];
    this.#queues.set(stream, queue);
    this.#tallies.set(stream, entry.tally);
    return queue;
  }

  #settle(acknowledgement: Acknowledgement, kind: 'accepted' | 'rejected'): void {
    this.total[kind] += 1;
    acknowledgement[kind] += 1;
    acknowledgement.tally[kind] += 1;
    acknowledgement.open -= 1;
    if (acknowledgement.open === 0) this.#advance(this.#queueOf(acknowledgement.stream));
  }

  #advance(queue: Entry[]): void {
    const [head] = queue;
    if (head !== undefined && !this.#holds(head.stream)) release(queue, this.#pass);
  }
}

function closeWith(queue: Entry[], barrier: Barrier): void {
  const last = queue.at(-1);
  if (last === undefined) return;
  last.barrier = barrier;
  queue.push(newEntry(last.stream, last.tally));
}

/** Takes settled entries off the head of a stream's queue, and lets pass the states that nothing holds back. */
function release(queue: Entry[], pass: (message: AirbyteMessage) => void): void {
  for (let head = queue[0]; head?.barrier !== undefined && head.open === 0; head = queue[0]) {
    queue.shift();
    const { barrier } = head;
    barrier.accepted += head.accepted;
    barrier.rejected += head.rejected;
    barrier.missing -= 1;
    if (barrier.missing === 0) pass(echo(barrier));
  }
}

/** The state as it came, with what became of its records. */
function echo({ state, accepted, rejected }: Barrier): AirbyteMessage {
  const destinationStats = { recordCount: accepted, rejectedRecordCount: rejected };
  return { type: 'STATE', state: { ...state, destinationStats } };
}
