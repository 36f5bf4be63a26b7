import type { AirbyteMessage } from '../../protocol/messages.ts';

/**
 * Keeps the books of a run: which records are settled, and so which states may pass. Records between two
 * states of a stream share one entry that counts those still open; a state passes when its entry and all
 * before it are at zero. No memory grows with the number of records.
 */

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
export type Ticket = Entry;

/** A record as it came, as a place in bytes that may be used again once it is settled. */
export interface RecordLine {
  readonly bytes: Uint8Array;
  readonly start: number;
  /** Its line end may be part of it. */
  readonly end: number;
}

export interface Tally {
  accepted: number;
  rejected: number;
}

/** Of one stream in this run; `opened` counts every row that has come, settled or not. */
export interface StreamTally extends Tally {
  opened: number;
}

export interface Ledger {
  open(stream: string): Ticket;
  accept(ticket: Ticket): void;
  reject(ticket: Ticket): void;
  /** A STATE of one stream, or of all where `stream` is undefined. */
  state(stream: string | undefined, state: Readonly<Record<string, unknown>>): void;
  readonly total: Tally;
  readonly tallies: ReadonlyMap<string, StreamTally>;
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
 * `pass` gets each state once it may pass, with the record's destinationStats. The states of a stream that `holds`
 * names wait, until a record of it is settled and it names the stream no more.
 */
export function ledger(
  streams: Iterable<string>,
  pass: (message: AirbyteMessage) => void,
  holds: (stream: string) => boolean = () => false,
): Ledger {
  const queues = new Map<string, Entry[]>();
  const tallies = new Map<string, StreamTally>();
  const total: Tally = { accepted: 0, rejected: 0 };
  const queueOf = (stream: string): Entry[] => {
    const queue = queues.get(stream) ?? [newEntry(stream)];
    queues.set(stream, queue);
    if (queue[0] !== undefined && !tallies.has(stream)) tallies.set(stream, queue[0].tally);
    return queue;
  };
  const advance = (queue: Entry[]): void => {
    const [head] = queue;
    if (head !== undefined && !holds(head.stream)) release(queue, pass);
  };
  for (const stream of streams) queueOf(stream);
  const settle = (ticket: Ticket, kind: 'accepted' | 'rejected'): void => {
    total[kind] += 1;
    ticket[kind] += 1;
    ticket.tally[kind] += 1;
    ticket.open -= 1;
    if (ticket.open === 0) advance(queueOf(ticket.stream));
  };
  return {
    open(stream) {
      const entry = queueOf(stream).at(-1) ?? newEntry(stream);
      entry.open += 1;
      entry.tally.opened += 1;
      return entry;
    },
    accept: (ticket) => settle(ticket, 'accepted'),
    reject: (ticket) => settle(ticket, 'rejected'),
    state(stream, state) {
      const closed = stream === undefined ? [...queues.values()] : [queueOf(stream)];
      const barrier = { state, missing: closed.length, accepted: 0, rejected: 0 };
      if (closed.length === 0) pass(echo(barrier));
      for (const queue of closed) closeWith(queue, barrier);
      for (const queue of closed) advance(queue);
    },
    total,
    tallies,
  };
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
