import type { WriteRequest } from '../protocol/connector.ts';
import { log } from '../protocol/make-message.ts';
import type { AirbyteMessage } from '../protocol/messages.ts';
import type { ParsedMessage } from '../protocol/parse-message.ts';
import { parseDestinationConfig, trackUrl } from './config.ts';
import { type Delivery, delivery } from './deliver.ts';
import { isRefusal } from './identifiers.ts';
import { type Incoming, incomingOf, untilAborted } from './input.ts';
import { type Ledger, ledger } from './ledger.ts';
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
  readonly reject: (stream: string, line: string, refusal: Refusal) => void;
  readonly out: Outbox<AirbyteMessage>;
  /** Streams that the catalog does not have: their records are passed over. */
  readonly strangers: Map<string, number>;
  /** What is on its way: streams that are tied are not mixed. */
  readonly underWay: Set<StreamPlan['kind']>;
}

/** A relationship touches a person and an object, which no lane can order both: the one stream is let through first. */
const mustWait = (underWay: ReadonlySet<StreamPlan['kind']>, next: StreamPlan['kind']): boolean =>
  (next === 'relationships' && underWay.has('persons')) ||
  (next === 'persons' && underWay.has('relationships'));

function takeRecord(
  run: Run,
  line: string,
  message: Extract<ParsedMessage, { type: 'RECORD' }>,
  kind: StreamPlan['kind'] | undefined,
): Promise<void> | void {
  if (kind !== undefined) run.underWay.add(kind);
  const { stream: name, data } = message.record;
  const stream = run.streams.get(name);
  if (stream === undefined) {
    run.strangers.set(name, (run.strangers.get(name) ?? 0) + 1);
    return;
  }
  const ticket = run.ledger.open(name, line);
  const mapped = stream.toOperation(data);
  if (isRefusal(mapped)) {
    run.reject(name, line, mapped);
    run.ledger.reject(ticket);
  } else if ('ignored' in mapped) run.ledger.accept(ticket);
  else return run.delivery.add({ operation: mapped, ticket });
}

function takeState(run: Run, { state, exact }: Extract<ParsedMessage, { type: 'STATE' }>): void {
  const stream = state.type === 'STREAM' ? state.stream?.stream_descriptor.name : undefined;
  run.ledger.state(stream, exact);
}

function take(run: Run, { line, message }: Incoming): Promise<void> | void {
  if (message.type === 'STATE') takeState(run, message);
  if (message.type !== 'RECORD') return;
  const kind = run.streams.get(message.record.stream)?.plan.kind;
  if (kind === undefined || !mustWait(run.underWay, kind)) return takeRecord(run, line, message, kind);
  return run.delivery.drain().then(() => {
    run.underWay.clear();
    return takeRecord(run, line, message, kind);
  });
}

/** Reads the input to its end, or until the signal comes. */
async function consume(run: Run, { input, signal }: WriteRequest): Promise<void> {
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
}

/** Takes input until it ends or the signal comes, and closes the outbox with what stopped it. */
async function work(run: Run, request: WriteRequest): Promise<void> {
  const started = Date.now();
  const ticking = setInterval(() => run.delivery.nudge(), tickMs);
  const stopLog = progressLog(run, (message) => run.out.put(message));
  try {
    await consume(run, request);
    for (const message of summary(run, started)) run.out.put(message);
    run.out.close();
  } catch (error) {
    // What is in flight may still be settled, and its state pass.
    await run.delivery.drain().catch(() => undefined);
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
  const reject = (stream: string, line: string, refusal: Refusal): void => {
    rejects.add(stream, line, refusal);
    guard(refusal, books.total.accepted + books.total.rejected + 1);
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
    underWay: new Set(),
    delivery: delivery({
      lanes: config.requests_in_flight,
      transport,
      pace: pace(config.max_requests_per_second, request.signal),
      retryMs: config.retry_seconds * 1000,
      signal: request.signal,
      warn: (text) => out.put(log('WARN', text)),
      outcomes: {
        accept: ({ ticket }) => books.accept(ticket),
        reject({ ticket }, refusal) {
          reject(ticket.stream, ticket.line, refusal);
          books.reject(ticket);
        },
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
    await working;
    transport.close();
    await rejects.close();
  }
}
