import { log } from '../protocol/make-message.ts';
import type { AirbyteMessage } from '../protocol/messages.ts';
import type { Delivery } from './deliver.ts';
import type { Ledger } from './ledger.ts';
import { limits } from './limits.ts';
import type { Rejects } from './rejects.ts';

/** What the log tells of. */
export interface Watched {
  readonly ledger: Pick<Ledger, 'total'>;
  readonly delivery: Pick<Delivery, 'stats'>;
  readonly rejects: Pick<Rejects, 'path' | 'count'>;
  readonly strangers: ReadonlyMap<string, number>;
  /** How often each attribute was cut to Customer.io's limit. */
  readonly cut: ReadonlyMap<string, number>;
}

const everyMs = 5_000;

function line({ ledger, delivery }: Watched, seconds: number): string {
  const { accepted, rejected } = ledger.total;
  const { bytes, inFlight, requests, retries } = delivery.stats;
  const rate = Math.round((accepted + rejected) / Math.max(seconds, 0.001));
  return `${accepted} accepted, ${rejected} rejected, ${rate} a second; ${requests} requests, ${(bytes / 1e6).toFixed(1)} MB, ${inFlight} in flight, ${retries} retries`;
}

/** A line now and then on a long run; the function stops it. */
export function progressLog(watched: Watched, say: (message: AirbyteMessage) => void): () => void {
  const started = Date.now();
  const timer = setInterval(() => say(log('INFO', line(watched, (Date.now() - started) / 1000))), everyMs);
  return () => clearInterval(timer);
}

/** The last word of a run: for a person, and as JSON for a machine. */
export function* summary(watched: Watched, started: number): Generator<AirbyteMessage> {
  for (const [stream, count] of watched.strangers) {
    yield log(
      'WARN',
      `${count} records of stream "${stream}" were passed over: the catalog does not have it.`,
    );
  }
  for (const [attribute, count] of watched.cut) {
    yield log('WARN', `${count} values of ${attribute} were cut to ${limits.attributeValue} bytes.`);
  }
  const { path, count } = watched.rejects;
  if (path !== undefined)
    yield log('WARN', `${count} records were rejected: each is in ${path} with its reason.`);
  const seconds = (Date.now() - started) / 1000;
  yield log('INFO', line(watched, seconds));
  const { accepted, rejected } = watched.ledger.total;
  const { requests, retries, bytes } = watched.delivery.stats;
  yield log(
    'INFO',
    JSON.stringify({ accepted, rejected, seconds, requests, retries, bytes, rejects: path ?? null }),
  );
}
