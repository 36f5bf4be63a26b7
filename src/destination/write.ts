import { requireWritableFolder } from '../files/named-file.ts';
import type { LongLine, WriteRequest } from '../protocol/connector.ts';
import { log } from '../protocol/make-message.ts';
import type { AirbyteMessage, AirbyteStateMessage } from '../protocol/messages.ts';
import type { ParsedMessage, ParsedRecord, ParsedState } from '../protocol/parse-message.ts';
import { apiOf } from './api/choose-api.ts';
import { parseDestinationConfig } from './config.ts';
import { outbox } from './delivery/async-queue.ts';
import { awakeClock } from './delivery/awake-clock.ts';
import { delivery } from './delivery/deliver.ts';
import { pace } from './delivery/rate-limiter.ts';
import { linesOf, untilAborted } from './input/input.ts';
import { lineReader, textOf } from './input/line-reader.ts';
import { beginningOf, refuseLength, stateTooLong } from './input/long-line.ts';
import { scannedStream } from './input/scanned-stream.ts';
import { streamOrder } from './input/stream-order.ts';
import { Workbench } from './mapping/bytes/workbench.ts';
import { checkMappings, unusedMappings } from './mapping/check-mappings.ts';
import { isRefusal } from './mapping/identifiers.ts';
import { type Refusal, tooDeep } from './mapping/limits.ts';
import { findStream, planStreams, type StreamPlan } from './mapping/stream-mapping.ts';
import { type Ending, progressLog, summary } from './progress.ts';
import { ledger, type RecordLine, type Ticket } from './settlement/ledger.ts';
import { rejectLines } from './settlement/reject-line.ts';
import { rejectsFile } from './settlement/rejects.ts';
import { Judge, RejectedError } from './settlement/verdict.ts';
import type { Run, Stream } from './write-run.ts';

/** A part-filled batch goes after this long, and a progress line may come this often. */
const tickMs = 1_000;

/** Maps larger than this are not of a catalog's names but of data used as names. */
const mostNames = 1_000;

function count(counts: Map<string, number>, name: string): void {
  const before = counts.get(name);
  if (before !== undefined || counts.size < mostNames) counts.set(name, (before ?? 0) + 1);
}

/** A record the general way: parsed, and mapped or refused. */
function takeRecord(
  run: Run,
  { record, tooDeep: isTooDeep }: ParsedRecord,
  { plan, toOperation }: Stream,
): Promise<void> | void {
  const { line } = run.reader;
  const ticket = run.ledger.open(plan.key);
  const mapped = isTooDeep ? tooDeep(record.data) : toOperation(record.data);
  if (isRefusal(mapped)) {
    run.reject(ticket, line, mapped);
    return run.rejects.full ? run.rejects.flush() : undefined;
  }
  if ('ignored' in mapped) return run.ledger.accept(ticket);
  for (const name of mapped.truncated) count(run.cut, `"${name}" in stream "${plan.stream}"`);
  for (const name of mapped.trimmed ?? []) count(run.trimmed, `"${name}" in stream "${plan.stream}"`);
  return run.delivery.add(mapped, line, ticket);
}

/**
 * A state that names no stream of the catalog is of none and of all: it waits for everything before it. `exact` is
 * the state as it came, which is what is echoed.
 */
function takeState(
  run: Run,
  state: AirbyteStateMessage | ParsedState['state'],
  exact: Readonly<Record<string, unknown>>,
): void {
  const of = state.stream?.stream_descriptor;
  const stream = of === undefined ? undefined : run.streams(of.name, of.namespace);
  run.ledger.state(stream?.plan.key, exact);
}

function takeParsed(run: Run, message: ParsedMessage): Promise<void> | void {
  if (message.type === 'STATE') takeState(run, message.state, message.exact);
  if (message.type !== 'RECORD') return;
  const { stream: name, namespace } = message.record;
  const stream = run.streams(name, namespace);
  if (stream === undefined) return count(run.strangers, name);
  if (run.order.mustWait(stream.plan)) return drained(run).then(() => takeParsed(run, message));
  run.order.enter(stream.plan);
  return takeRecord(run, message, stream);
}

/** Lets through what is on its way: the record that comes next must not overtake it. */
async function drained(run: Run): Promise<void> {
  await run.delivery.drain();
  run.order.drained();
}

/** A record that was only scanned goes the quick way, where that knows all that it holds. */
function takeLine(run: Run): Promise<void> | void {
  const { line, scanned } = run.reader;
  const stream = scanned && run.streamOf(scanned);
  if (scanned === undefined || stream === undefined) return takeParsed(run, run.reader.parse());
  if (run.order.mustWait(stream.plan)) return drained(run).then(() => takeLine(run));
  const operation = stream.toOperationBytes?.(scanned);
  if (operation === undefined) return takeParsed(run, run.reader.parse());
  run.order.enter(stream.plan);
  return run.delivery.add(operation, line, run.ledger.open(stream.plan.key));
}

async function takeLines(run: Run, lines: Uint8Array): Promise<void> {
  run.reader.open(lines);
  while (!run.isOver() && run.reader.next()) {
    // Only a full lane is waited for: a promise for each record would cost more than the record.
    const waiting = takeLine(run);
    if (waiting !== undefined) await waiting;
  }
}

/** Its record is not there: what stands on file is the reason. */
const noRecord: RecordLine = { bytes: Buffer.from('null'), start: 0, end: 4 };

/** A record of a line that was too long is rejected, for its stream where the beginning names it. */
function takeLongLine(run: Run, line: LongLine): void {
  const number = run.reader.pass();
  const { type = 'RECORD', stream: name, namespace } = beginningOf(line.head);
  if (type === 'STATE') throw stateTooLong(line, number);
  if (type !== 'RECORD') return;
  const stream = name === undefined ? undefined : run.streams(name, namespace);
  if (name !== undefined && stream === undefined) {
    count(run.strangers, name);
    return;
  }
  const refusal = refuseLength(line, number, run.longestLine);
  run.reject(run.ledger.open(stream?.plan.key ?? ''), noRecord, refusal);
}

/** Reads the input to its end, or until the signal comes. */
async function consume(run: Run, input: WriteRequest['input']): Promise<void> {
  for await (const item of untilAborted(input, run.signal)) {
    const lines = linesOf(item);
    if (lines !== undefined) await takeLines(run, lines);
    else if (item.type === 'LONG_LINE') takeLongLine(run, item);
    else if (item.type === 'STATE') takeState(run, item.state, item.state);
  }
  await run.delivery.drain();
  await run.rejects.flush();
  run.throwIfStopped();
}

/** Part-filled batches go, and rejects reach the disk, though no state comes for a long time. */
function tick(run: Run): void {
  run.delivery.nudge();
  run.rejects.flush().catch((error) => run.stop(error));
}

/** Takes input until it ends or the signal comes, and closes the outbox with what stopped it. */
async function work(run: Run, request: WriteRequest): Promise<void> {
  const started = performance.now();
  const ticking = setInterval(() => tick(run), tickMs);
  const stopLog = progressLog(run, (message) => run.out.put(message));
  const tell = (ended: Ending): void => {
    for (const message of summary(run, started, ended)) run.out.put(message);
  };
  try {
    await consume(run, request.input);
    const rejected = run.signal.aborted ? undefined : run.judge.verdict();
    if (rejected !== undefined) throw rejected;
    tell(run.signal.aborted ? 'interrupted' : 'complete');
    run.out.close();
  } catch (error) {
    // What is in flight may still be settled, and its state pass.
    await run.delivery.drain().catch(() => undefined);
    await run.rejects.flush().then(
      () => tell(error instanceof RejectedError ? 'rejected' : 'failed'),
      () => undefined,
    );
    run.out.close(error instanceof RejectedError ? run.judge.lastWord(error) : error);
  } finally {
    clearInterval(ticking);
    stopLog();
  }
}

/** The names that the catalog gives, of all streams. */
const columnNames = (plans: ReadonlyMap<string, StreamPlan>): ReadonlySet<string> =>
  new Set([...plans.values()].flatMap(({ properties }) => Object.keys(properties)));

/**
 * Delivers records to Customer.io and echoes each state once every record before it is settled.
 *
 * @throws ConnectorError after all that could be finished is finished.
 */
export async function* write(request: WriteRequest): AsyncGenerator<AirbyteMessage> {
  const config = parseDestinationConfig(request.config);
  const plans = planStreams(request.catalog, config);
  checkMappings(request.catalog, config);
  await requireWritableFolder('rejects', config.rejects);
  const out = outbox<AirbyteMessage>();
  const books = ledger(
    plans.keys(),
    (message) => out.put(message),
    (stream) => judge.holds(stream),
  );
  const judge = new Judge({ most: config.max_rejects, tallies: books.tallies, plans });
  const rejects = rejectsFile(config.rejects, rejectLines(plans));
  const halt = new AbortController();
  const signal = AbortSignal.any([request.signal, halt.signal]);
  let over = signal.aborted;
  signal.addEventListener('abort', () => {
    over = true;
  });
  const reject = (ticket: Ticket, line: RecordLine, refusal: Refusal): void => {
    rejects.add(ticket.stream, textOf(line), refusal);
    judge.add(ticket.stream, refusal);
    books.reject(ticket);
    const tooMany = judge.stops(ticket.stream);
    if (tooMany !== undefined) halt.abort(tooMany);
  };
  const api = await apiOf(config);
  const transport = api.transport(config);
  const clock = awakeClock();
  const bench = new Workbench();
  const streams = findStream(
    [...plans.values()].map((plan) => ({
      plan,
      toOperation: api.toOperation(plan, config),
      toOperationBytes: api.toOperationBytes?.(plan, config, bench),
    })),
  );
  const run: Run = {
    streams,
    streamOf: scannedStream(streams),
    ledger: books,
    rejects,
    judge,
    reject,
    out,
    longestLine: config.max_line_bytes,
    strangers: new Map(),
    cut: new Map(),
    trimmed: new Map(),
    order: streamOrder(),
    reader: lineReader(bench, columnNames(plans)),
    stop: (reason) => halt.abort(reason),
    throwIfStopped: () => halt.signal.throwIfAborted(),
    signal,
    isOver: () => over,
    delivery: delivery({
      lanes: config.requests_in_flight,
      transport,
      decide: api.decide(config),
      pace: pace(config.max_requests_per_second, signal),
      retryMs: config.retry_seconds * 1000,
      now: clock.now,
      signal,
      warn: (text) => out.put(log('WARN', text)),
      failed: (failure) => halt.abort(failure),
      outcomes: {
        accept: books.accept,
        reject,
      },
    }),
  };
  for (const text of unusedMappings(request.catalog, config)) out.put(log('WARN', text));
  const working = work(run, request);
  try {
    for await (const message of out.take()) {
      // A state vouches for its rejects too: they are on disk before it passes.
      if (message.type === 'STATE') await rejects.flush();
      yield message;
    }
  } finally {
    // Where the reader left or the rejects cannot be written, nothing else ends the input.
    halt.abort();
    await working;
    transport.close();
    clock.stop();
    await rejects.close();
  }
}
