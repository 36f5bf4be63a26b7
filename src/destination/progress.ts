import { log } from '../protocol/make-message.ts';
import type { AirbyteMessage } from '../protocol/messages.ts';
import type { DeliveryStats } from './delivery/attempts.ts';
import type { Notices } from './input/notices.ts';
import { limits } from './mapping/limits.ts';
import type { Ledger } from './settlement/ledger.ts';
import type { RejectsFile } from './settlement/rejects-file.ts';
import type { Judge } from './settlement/verdict.ts';

/** What the log tells of. */
export interface Watched {
  readonly ledger: Pick<Ledger, 'total' | 'tallies'>;
  readonly delivery: { readonly stats: Readonly<DeliveryStats> };
  readonly rejects: Pick<RejectsFile, 'path' | 'count'>;
  readonly judge: Pick<Judge, 'reasons'>;
  readonly notices: Pick<Notices, 'unknownStreams' | 'truncated' | 'trimmed'>;
}

const everyMs = 5_000;

/** Begins each line of a run under way, so that who reads the log can pick them out or leave them out. */
export const progressMark = 'Progress: ';

/** How a run ended: everything delivered or rejected, too much of it rejected, stopped by a signal, or by an error. */
export type Ending = 'complete' | 'rejected' | 'interrupted' | 'failed';

const settledBy = ({ ledger }: Watched): number => ledger.total.accepted + ledger.total.rejected;

/** Per second; a first moment counts as a whole millisecond. */
const rate = (records: number, milliseconds: number): number =>
  Math.round((records * 1000) / Math.max(milliseconds, 1));

function line({ ledger, delivery }: Watched, perSecond: number): string {
  const { accepted, rejected } = ledger.total;
  const { bytes, inFlight, requests, retries } = delivery.stats;
  return `${accepted} accepted, ${rejected} rejected, ${perSecond} a second; ${requests} requests, ${(bytes / 1e6).toFixed(1)} MB, ${inFlight} in flight, ${retries} retries`;
}

/** A line now and then on a long run, with the rate since the line before; the function stops it. */
export function progressLog(watched: Watched, say: (message: AirbyteMessage) => void): () => void {
  let before = { at: performance.now(), settled: 0 };
  const timer = setInterval(() => {
    const now = { at: performance.now(), settled: settledBy(watched) };
    const perSecond = rate(now.settled - before.settled, now.at - before.at);
    before = now;
    say(log('INFO', `${progressMark}${line(watched, perSecond)}`));
  }, everyMs);
  return () => clearInterval(timer);
}

/** The last word of a run, `started` by performance.now(): for a person, and as JSON for a machine. */
export function* summary(watched: Watched, started: number, ended: Ending): Generator<AirbyteMessage> {
  const { unknownStreams, truncated, trimmed } = watched.notices;
  for (const [stream, count] of unknownStreams) {
    yield log(
      'WARN',
      `${count} records of stream "${stream}" were passed over: the catalog does not have it.`,
    );
  }
  for (const [attribute, count] of truncated) {
    yield log('WARN', `${count} values of ${attribute} were cut to ${limits.attributeValue} bytes.`);
  }
  for (const [column, count] of trimmed) {
    yield log('WARN', `${count} values of ${column} had white space around them, which was left out.`);
  }
  const { path, count } = watched.rejects;
  if (path !== undefined)
    yield log(
      'WARN',
      `${count} records were rejected: each is in ${path} with its reason. ${watched.judge.reasons.commonest()}`,
    );
  const milliseconds = Math.round(performance.now() - started);
  const perSecond = rate(settledBy(watched), milliseconds);
  yield log('INFO', line(watched, perSecond));
  const { inFlight: _none, ...sent } = watched.delivery.stats;
  const counts = { ...watched.ledger.total, seconds: milliseconds / 1000, rate: perSecond, ...sent };
  const trimmedValues = trimmed.values().reduce((sum, count) => sum + count, 0);
  const streams = Object.fromEntries(
    [...watched.ledger.tallies].map(([stream, { accepted, rejected }]) => [stream, { accepted, rejected }]),
  );
  yield log(
    'INFO',
    JSON.stringify({ ended, ...counts, trimmed: trimmedValues, streams, rejects: path ?? null }),
  );
}
