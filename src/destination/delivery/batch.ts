import type { OperationBytes } from '../mapping/bytes/operation-bytes.ts';
import { limits } from '../mapping/limits.ts';
import type { Operation } from '../mapping/operation.ts';
import type { Acknowledgement } from '../settlement/ledger.ts';
import type { RecordLine } from '../settlement/record-line.ts';

/**
 * Operations packed into the body of one request, and the records that they were made of, in one order. All of it
 * lies in buffers of its own: of what came in, nothing else has to be kept until the answer.
 */
export interface Batch {
  count: number;
  /** The head of the envelope and the operations with commas between; there is room for the tail. */
  readonly body: Buffer;
  /** How much of the body is written. */
  length: number;
  /** Where in the body each operation ends; what stands beyond `count` is of a batch before, here and below. */
  readonly ends: number[];
  /** The records as they came, one after another. */
  readonly lines: Buffer;
  readonly lineEnds: number[];
  readonly acknowledgements: Acknowledgement[];
}

const head = Buffer.from('{"batch":[');
const tail = Buffer.from(']}');
const comma = 0x2c;

/** A batch is also full at so many bytes of records, which may be far longer than what is sent of them. */
const mostLines = 1_000_000;

/** Batches to fill again and again: a new megabyte for each request would keep the collector busy. */
export class BatchPool {
  readonly #limit: number;
  readonly #free: Batch[] = [];

  constructor(limit: number = limits.batch) {
    this.#limit = limit;
  }

  /** A batch with room for so many bytes of body and of lines, at least. */
  take(body: number, lines: number): Batch {
    const used = body <= this.#limit && lines <= mostLines ? this.#free.pop() : undefined;
    const batch = used ?? newBatch(Math.max(this.#limit, body), Math.max(mostLines, lines));
    batch.count = 0;
    batch.length = head.copy(batch.body);
    return batch;
  }

  /** Nobody reads the batch any more. */
  giveBack(batch: Batch): void {
    if (batch.body.length === this.#limit && batch.lines.length === mostLines) this.#free.push(batch);
  }
}

const newBatch = (body: number, lines: number): Batch => ({
  count: 0,
  body: Buffer.allocUnsafeSlow(body),
  length: 0,
  ends: [],
  lines: Buffer.allocUnsafeSlow(lines),
  lineEnds: [],
  acknowledgements: [],
});

/**
 * Packs operations into bodies of less than 500,000 bytes, envelope and commas included, in order. They are
 * written into the body at once: what they were made of need not outlive the call.
 */
export class Packer {
  readonly #pool: BatchPool;
  readonly #limit: number;
  #filling: Batch | undefined;

  constructor(pool: BatchPool, limit: number = limits.batch) {
    this.#pool = pool;
    this.#limit = limit;
  }

  /** The batch that is full, where this operation did not fit into it, else undefined. */
  add(
    operation: Operation | OperationBytes,
    line: RecordLine,
    acknowledgement: Acknowledgement,
  ): Batch | undefined {
    const size = sizeOf(operation);
    const lineLength = line.end - line.start;
    const filling = this.#filling;
    const full = filling !== undefined && !this.#fits(filling, size, lineLength) ? this.seal() : undefined;
    this.#filling ??= this.#pool.take(head.length + size + tail.length, lineLength);
    put(this.#filling, operation, line, acknowledgement);
    return full;
  }

  /** What is packed so far, if anything. */
  seal(): Batch | undefined {
    const sealed = this.#filling;
    this.#filling = undefined;
    return sealed;
  }

  /** Documented as "smaller than 500kb": the limit itself is not reached. */
  #fits(batch: Batch, operation: number, line: number): boolean {
    return (
      batch.length + 1 + operation + tail.length < this.#limit && linesEnd(batch) + line <= batch.lines.length
    );
  }
}

const sizeOf = (operation: Operation | OperationBytes): number =>
  'body' in operation ? operation.bytes : operation.length;

const linesEnd = ({ count, lineEnds }: Batch): number => lineEnds[count - 1] ?? 0;

function put(
  into: Batch,
  operation: Operation | OperationBytes,
  { bytes, start, end }: RecordLine,
  acknowledgement: Acknowledgement,
): void {
  if (into.count > 0) {
    into.body[into.length] = comma;
    into.length += 1;
  }
  if ('body' in operation) into.body.write(operation.body, into.length);
  else into.body.set(operation.bytes.subarray(0, operation.length), into.length);
  into.length += sizeOf(operation);
  const before = linesEnd(into);
  into.lines.set(bytes.subarray(start, end), before);
  into.ends[into.count] = into.length;
  into.lineEnds[into.count] = before + end - start;
  into.acknowledgements[into.count] = acknowledgement;
  into.count += 1;
}

/** The body of a request for the operations `from` up to `to`; without a copy where that is the whole batch. */
export function bodyOf({ body, count, ends }: Batch, from = 0, to: number = count): Buffer {
  const end = ends[to - 1] ?? head.length;
  if (from === 0 && to === count) return body.subarray(0, end + tail.copy(body, end));
  const start = from === 0 ? head.length : (ends[from - 1] ?? 0) + 1;
  return Buffer.concat([head, body.subarray(start, end), tail]);
}

/** The record of one operation, as it came. */
export const lineOf = ({ lines, lineEnds }: Batch, index: number): RecordLine => ({
  bytes: lines,
  start: lineEnds[index - 1] ?? 0,
  end: lineEnds[index] ?? 0,
});
