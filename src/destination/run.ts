import type { DestinationOutput } from '../protocol/connector.ts';
import { log } from '../protocol/make-message.ts';
import type { Watched } from './account.ts';
import { apiOf } from './api/choose-api.ts';
import type { DestinationConfig } from './config.ts';
import { AsyncQueue } from './delivery/async-queue.ts';
import { Attempts, type Outcomes } from './delivery/attempts.ts';
import { awakeClock } from './delivery/awake-clock.ts';
import { cutOffLate } from './delivery/cut-off.ts';
import { Lanes } from './delivery/lanes.ts';
import { RateLimiter } from './delivery/rate-limiter.ts';
import type { Transport } from './delivery/transport.ts';
import { Halt } from './input/halt.ts';
import { Intake } from './input/intake.ts';
import { LineReader } from './input/line-reader.ts';
import { mappedStreams } from './input/mapped-streams.ts';
import { Notices } from './input/notices.ts';
import { Workbench } from './mapping/bytes/values/workbench.ts';
import type { StreamMapping } from './mapping/stream-mapping.ts';
import { Ledger } from './settlement/ledger.ts';
import { rejectLines } from './settlement/reject-line.ts';
import { Rejections } from './settlement/rejections.ts';
import { openRejects } from './settlement/rejects/open-rejects.ts';
import type { Rejects } from './settlement/rejects/rejects.ts';
import { Judge } from './settlement/verdict.ts';

type Plans = ReadonlyMap<string, StreamMapping>;

/** One run of `write`: its parts, wired. */
export interface Run {
  readonly intake: Intake;
  readonly lanes: Lanes;
  readonly judge: Judge;
  readonly rejections: Rejections;
  readonly halt: Halt;
  /** What the run says: states that may pass, log lines, and its account. */
  readonly out: AsyncQueue<DestinationOutput>;
  readonly watched: Watched;
  /** Lets go of connections, clock and files. */
  close(): Promise<void>;
}

export interface RunOptions {
  readonly config: DestinationConfig;
  readonly plans: Plans;
  /** The number of the job, where the platform gives one. */
  readonly job: number | undefined;
  /** Aborted where the caller ends the run. */
  readonly signal: AbortSignal;
}

/** @throws ConnectorError where rejects could not be kept. */
export async function openRun({ config, plans, job, signal: given }: RunOptions): Promise<Run> {
  const api = await apiOf(config);
  const out = new AsyncQueue<DestinationOutput>();
  const halt = new Halt(given);
  const put = (message: DestinationOutput): void => out.put(message);
  const rejects = await openRejects(config, { lineOf: rejectLines(plans), job, put });
  const transport = api.transport(config);
  const endCutOff = cutOffLate(given, transport);
  const { ledger, judge, rejections } = openSettlement({ config, plans, rejects, put, halt });
  const outcomes: Outcomes = {
    accept: (acknowledgement) => ledger.accept(acknowledgement),
    reject: (acknowledgement, line, refusal) => rejections.reject(acknowledgement, line, refusal),
  };
  const retryAction = api.retryAction(config);
  const { attempts, lanes, clock } = openDelivery({ config, transport, retryAction, outcomes, out, halt });
  const notices = new Notices();
  const bench = new Workbench();
  const intake = new Intake({
    streams: mappedStreams(plans.values(), api, config, bench),
    reader: new LineReader(bench, columnNames(plans)),
    ledger,
    lanes,
    rejections,
    notices,
    halt,
    longestLine: config.max_line_bytes,
  });
  const watched = { ledger, delivery: attempts, rejects, judge, notices };
  const close = async (): Promise<void> => {
    endCutOff();
    transport.close();
    clock.stop();
    await rejects.close();
  };
  return { intake, lanes, judge, rejections, halt, out, watched, close };
}

/** The names that the catalog gives, of all streams. */
const columnNames = (plans: Plans): ReadonlySet<string> =>
  new Set([...plans.values()].flatMap(({ properties }) => Object.keys(properties)));

interface SettlementParts extends Pick<RunOptions, 'config' | 'plans'> {
  readonly rejects: Rejects;
  readonly put: (message: DestinationOutput) => void;
  readonly halt: Halt;
}

/** The ledger, and who tells it what was rejected. */
function openSettlement({ config, plans, rejects, put, halt }: SettlementParts) {
  const ledger = new Ledger(plans.keys(), put, (stream) => judge.holds(stream));
  const judge = new Judge({ most: config.max_rejects, tallies: ledger.tallies, plans });
  const rejections = new Rejections({ ledger, judge, rejects, stop: (reason) => halt.stop(reason) });
  return { ledger, judge, rejections };
}

interface DeliveryParts {
  readonly config: DestinationConfig;
  readonly transport: Transport;
  readonly retryAction: ReturnType<Awaited<ReturnType<typeof apiOf>>['retryAction']>;
  readonly outcomes: Outcomes;
  readonly out: Run['out'];
  readonly halt: Halt;
}

function openDelivery({ config, transport, retryAction, outcomes, out, halt }: DeliveryParts) {
  const { signal } = halt;
  const clock = awakeClock();
  const attempts = new Attempts({
    transport,
    retryAction,
    limiter: new RateLimiter(config.max_requests_per_second, signal),
    outcomes,
    retryMs: config.retry_seconds * 1000,
    now: clock.now,
    warn: (text) => out.put(log('WARN', text)),
    signal,
  });
  const failed = (failure: Parameters<Halt['stop']>[0]): void => halt.stop(failure);
  const lanes = new Lanes({ lanes: config.requests_in_flight, attempts, failed, signal });
  return { attempts, lanes, clock };
}
