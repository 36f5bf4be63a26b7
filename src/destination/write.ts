import type { WriteRequest } from '../protocol/connector.ts';
import type { ConnectorError } from '../protocol/connector-error.ts';
import { log } from '../protocol/make-message.ts';
import type { AirbyteMessage } from '../protocol/messages.ts';
import type { ParsedMessage } from '../protocol/parse-message.ts';
import { parseDestinationConfig, trackUrl } from './config.ts';
import { type Delivery, delivery } from './deliver.ts';
import { isRefusal } from './identifiers.ts';
import { type Incoming, incomingOf, untilAborted } from './input.ts';
import { type Ledger, ledger, type Ticket } from './ledger.ts';
import type { Refusal } from './limits.ts';
import { type ToOperation, toOperation } from './operation.ts';
import { type Outbox, outbox } from './outbox.ts';
import { pace } from './pace.ts';
import { progressLog, summary } from './progress.ts';
import { type Rejects, rejectGuard, rejectsFile } from './rejects.ts';
import { planStreams, type StreamPlan } from './stream-plan.ts';
import { batchTransport } from './transport.ts';

/** A part-filled batch goes after this long, and a progress line may come this often. */
const tickMs = 1_000;

interface Stream {
  readonly plan: StreamPlan;
  readonly toOperation: ToOperation;
}

/** Everything that one run of `write` works with. */
interface Run {
  readonly streams: ReadonlyMap<string, Stream>;
  readonly ledger: Ledger;
  readonly delivery: Delivery;
  readonly rejects: Rejects;
  readonly reject: (ticket: Ticket, refusal: Refusal) => void;
  readonly out: Outbox<AirbyteMessage>;
  /** Streams that the catalog does not have: their records are passed over. */
  readonly strangers: Map<string, number>;
  readonly cut: Map<string, number>;
  /** Streams of which a record has come. */
  readonly begun: Set<string>;
  /** What is on its way: streams that are tied are not mixed. */
  readonly underWay: Set<StreamPlan['kind']>;
  /** Ends the run for a reason of its own; what is in flight is settled. */
  readonly stop: (reason: ConnectorError) => void;
  /** @throws ConnectorError that `stop` was given. */
  readonly throwIfStopped: () => void;
  /** Aborted by the caller or by `stop`. */
  readonly signal: AbortSignal;
}

/**
 * What no lane can order. A relationship touches a person and an object. And a stream may know a person by
 * another identifier than the one before (an event by e-mail, the person by id), so what came before a stream
 * begins is let through first; streams that come mixed wait only that once.
 */
function mustWait({ begun, underWay }: Run, { stream, kind }: StreamPlan): boolean {
  if (!begun.has(stream)) return underWay.size > 0;
  return (
    (kind === 'relationships' && underWay.has('persons')) ||
    (kind === 'persons' && underWay.has('relationships'))
  );
}

type RecordOf<T> = Extract<T, { type: 'RECORD' }>;

/** Maps larger than this are not of a catalog's names but of data used as names. */
const mostNames = 1_000;

function count(counts: Map<string, number>, name: string): void {
  const before = counts.get(name);
  if (before !== undefined || counts.size < mostNames) counts.set(name, (before ?? 0) + 1);
}

function takeRecord(
  run: Run,
  line: string,
  { record }: RecordOf<ParsedMessage>,
  { plan, toOperation }: Stream,
): Promise<void> | void {
  run.begun.add(plan.stream);
  run.underWay.add(plan.kind);
  const ticket = run.ledger.open(plan.stream, line);
  const mapped = toOperation(record.data);
  if (isRefusal(mapped)) {
    run.reject(ticket, mapped);
    return run.rejects.full ? run.rejects.flush() : undefined;
  }
  if ('ignored' in mapped) return run.ledger.accept(ticket);
  for (const name of mapped.truncated) count(run.cut, `"${name}" in stream "${plan.stream}"`);
  return run.delivery.add({ operation: mapped, ticket });
}

function takeState(run: Run, { state, exact }: Extract<ParsedMessage, { type: 'STATE' }>): void {
  const stream = state.type === 'STREAM' ? state.stream?.stream_descriptor.name : undefined;
  run.ledger.state(stream, exact);
}

function take(run: Run, { line, message }: Incoming): Promise<void> | void {
  if (message.type === 'STATE') takeState(run, message);
  if (message.type !== 'RECORD') return;
  const stream = run.streams.get(message.record.stream);
  if (stream === undefined) return count(run.strangers, message.record.stream);
  if (!mustWait(run, stream.plan)) return takeRecord(run, line, message, stream);
  return run.delivery.drain().then(() => {
    run.underWay.clear();
    return takeRecord(run, line, message, stream);
  });
}

/** Reads the input to its end, or until the signal comes. */
async function consume(run: Run, input: WriteRequest['input']): Promise<void> {
  const { signal } = run;
  for await (const items of untilAborted(input, signal)) {
    for (const incoming of incomingOf(items)) {
      // Only a full lane is waited for: a promise for each record would cost more than the record.
      const waiting = take(run, incoming);
      if (waiting !== undefined) await waiting;
      if (signal.aborted) break;
    }
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
  const started = Date.now();
  const ticking = setInterval(() => tick(run), tickMs);
  const stopLog = progressLog(run, (message) => run.out.put(message));
  const tell = (): void => {
    for (const message of summary(run, started)) run.out.put(message);
  };
  try {
    await consume(run, request.input);
    tell();
    run.out.close();
  } catch (error) {
    // What is in flight may still be settled, and its state pass.
    await run.delivery.drain().catch(() => undefined);
    await run.rejects.flush().then(tell, () => undefined);
    run.out.close(error);
  } finally {
    clearInterval(ticking);
    stopLog();
  }
}

/**
 * Delivers records to Customer.io and echoes each state once every record before it is settled.
 *
 * @throws ConnectorError after all that could be finished is finished.
 */
export async function* write(request: WriteRequest): AsyncGenerator<AirbyteMessage> {
  const config = parseDestinationConfig(request.config);
  const plans = planStreams(request.catalog, config);
  const out = outbox<AirbyteMessage>();
  const books = ledger(plans.keys(), (message) => out.put(message));
  const rejects = rejectsFile(config.rejects);
  const guard = rejectGuard(config.max_rejects);
  const halt = new AbortController();
  const signal = AbortSignal.any([request.signal, halt.signal]);
  const reject = (ticket: Ticket, refusal: Refusal): void => {
    rejects.add(ticket.stream, ticket.line, refusal);
    books.reject(ticket);
    const tooMany = guard(refusal, books.total.accepted + books.total.rejected);
    if (tooMany !== undefined) halt.abort(tooMany);
  };
  const transport = batchTransport({
    url: trackUrl(config),
    siteId: config.site_id,
    apiKey: config.api_key,
    connections: config.requests_in_flight,
  });
  const run: Run = {
    streams: new Map(
      [...plans].map(([name, plan]) => [name, { plan, toOperation: toOperation(plan, config) }]),
    ),
    ledger: books,
    rejects,
    reject,
    out,
    strangers: new Map(),
    cut: new Map(),
    begun: new Set(),
    underWay: new Set(),
    stop: (reason) => halt.abort(reason),
    throwIfStopped: () => halt.signal.throwIfAborted(),
    signal,
    delivery: delivery({
      lanes: config.requests_in_flight,
      transport,
      pace: pace(config.max_requests_per_second, signal),
      retryMs: config.retry_seconds * 1000,
      signal,
      warn: (text) => out.put(log('WARN', text)),
      failed: (failure) => halt.abort(failure),
      outcomes: {
        accept: ({ ticket }) => books.accept(ticket),
        reject: ({ ticket }, refusal) => reject(ticket, refusal),
      },
    }),
  };
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
    await rejects.close();
  }
}
