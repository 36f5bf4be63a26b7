import type { DestinationInput, LongLine } from '../../protocol/connector.ts';
import type { ParsedMessage, ParsedRecord } from '../../protocol/lines/parse-message.ts';
import type { Lanes } from '../delivery/lanes.ts';
import { withoutNulled } from '../mapping/given/nulled-fields.ts';
import { isRefusal } from '../mapping/keys/identifiers.ts';
import { tooDeep } from '../mapping/limits.ts';
import type { Operation } from '../mapping/operation.ts';
import type { StreamMapping } from '../mapping/stream-mapping.ts';
import type { Acknowledgement, Ledger } from '../settlement/ledger.ts';
import type { RecordLine } from '../settlement/record-line.ts';
import type { Rejections } from '../settlement/rejections.ts';
import type { Halt } from './halt.ts';
import { linesOf } from './input.ts';
import type { LineReader } from './line-reader.ts';
import { beginningOf, refuseLength, stateTooLong } from './long-line.ts';
import type { MappedStream, MappedStreams } from './mapped-streams.ts';
import type { Notices } from './notices.ts';
import { StreamOrder } from './stream-order.ts';

export interface IntakeOptions {
  readonly streams: MappedStreams;
  readonly reader: LineReader;
  readonly ledger: Pick<Ledger, 'open' | 'accept' | 'state'>;
  readonly lanes: Pick<Lanes, 'add' | 'drain'>;
  readonly rejections: Pick<Rejections, 'reject' | 'room'>;
  readonly notices: Notices;
  readonly halt: Pick<Halt, 'isOver'>;
  /** In bytes; who reads the input keeps no longer one. */
  readonly longestLine: number;
}

/** What names a state's stream; without one, the state is of all. */
interface StateOf {
  readonly stream?:
    | {
        readonly stream_descriptor: { readonly name: string; readonly namespace?: string | null | undefined };
      }
    | undefined;
}

/** Its record is not there: what stands on file is the reason. */
const noRecord: RecordLine = { bytes: Buffer.from('null'), start: 0, end: 4 };

/** Takes what comes in, message by message: records to the lanes or the rejects, states to the ledger. */
export class Intake {
  readonly #options: IntakeOptions;
  readonly #order = new StreamOrder();

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /** Resolves when there is room for more. @throws ConnectorError for a line that is no message. */
  take(item: DestinationInput): Promise<void> | void {
    const lines = linesOf(item);
    if (lines !== undefined) return this.#takeLines(lines);
    if (item.type === 'LONG_LINE') this.#takeLongLine(item);
    else if (item.type === 'STATE') this.#takeState(item.state, item.state);
  }

  async #takeLines(lines: Uint8Array): Promise<void> {
    const { halt, reader } = this.#options;
    reader.open(lines);
    while (!halt.isOver && reader.next()) {
      // Only a full lane is waited for: a promise for each record would cost more than the record.
      const waiting = this.#takeLine();
      if (waiting !== undefined) await waiting;
    }
  }

  /** A record that was only scanned takes the fast path, where that knows all that it holds. */
  #takeLine(): Promise<void> | void {
    const { lanes, ledger, reader, streams } = this.#options;
    const { line, scanned } = reader;
    const stream = scanned && streams.ofScanned(scanned);
    if (scanned === undefined || stream === undefined) return this.#takeParsed(reader.parse());
    const operation = stream.toOperationBytes?.(scanned);
    if (operation === undefined) return this.#takeParsed(reader.parse());
    if (this.#order.mustWait(stream.plan)) return this.#drained().then(() => this.#takeLine());
    this.#order.enter(stream.plan);
    return lanes.add(operation, line, ledger.open(stream.plan.key));
  }

  #takeParsed(message: ParsedMessage): Promise<void> | void {
    if (message.type === 'STATE') return this.#takeState(message.state, message.exact);
    if (message.type !== 'RECORD') return;
    const { stream: name, namespace } = message.record;
    const stream = this.#options.streams.find(name, namespace);
    if (stream === undefined) return this.#options.notices.passOver(name);
    return this.#takeRecord(message, stream);
  }

  /** The slow path: parsed, and mapped or refused. */
  #takeRecord(
    { record, tooDeep: isTooDeep }: ParsedRecord,
    { plan, toOperation }: MappedStream,
  ): Promise<void> | void {
    const { ledger, notices, reader, rejections } = this.#options;
    const acknowledgement = ledger.open(plan.key);
    const mapped = isTooDeep ? tooDeep(record.data) : toOperation(withoutNulled(record));
    if (isRefusal(mapped)) {
      rejections.reject(acknowledgement, reader.line, mapped);
      return rejections.room();
    }
    notices.remove(plan.key, mapped.removal);
    if ('ignored' in mapped) return ledger.accept(acknowledgement);
    notices.alter(plan.key, mapped.truncated, mapped.trimmed);
    return this.#send(mapped, plan, acknowledgement);
  }

  #send(operation: Operation, plan: StreamMapping, acknowledgement: Acknowledgement): Promise<void> | void {
    const { lanes, reader } = this.#options;
    const isMerge = operation.removal?.fate === 'merge';
    if (this.#order.mustWait(plan, isMerge)) {
      return this.#drained().then(() => this.#send(operation, plan, acknowledgement));
    }
    this.#order.enter(plan, isMerge);
    return lanes.add(operation, reader.line, acknowledgement);
  }

  /** Lets through what is on its way: the record that comes next must not overtake it. */
  async #drained(): Promise<void> {
    await this.#options.lanes.drain();
    this.#order.drained();
  }

  /**
   * A state that names no stream of the catalog is of none and of all: it waits for everything before it. `exact` is
   * the state as it came, which is what is echoed.
   */
  #takeState(state: StateOf, exact: Readonly<Record<string, unknown>>): void {
    const of = state.stream?.stream_descriptor;
    const { ledger, streams } = this.#options;
    const stream = of === undefined ? undefined : streams.find(of.name, of.namespace ?? undefined);
    ledger.state(stream?.plan.key, exact);
  }

  /** A record of a line that was too long is rejected, for its stream where the beginning names it. */
  #takeLongLine(line: LongLine): void {
    const { ledger, longestLine, notices, reader, rejections, streams } = this.#options;
    const number = reader.pass();
    const { type = 'RECORD', stream: name, namespace } = beginningOf(line.head);
    if (type === 'STATE') throw stateTooLong(line, number);
    if (type !== 'RECORD') return;
    const stream = name === undefined ? undefined : streams.find(name, namespace);
    if (name !== undefined && stream === undefined) {
      notices.passOver(name);
      return;
    }
    const refusal = refuseLength(line, number, longestLine);
    rejections.reject(ledger.open(stream?.plan.key ?? ''), noRecord, refusal);
  }
}
