import type { AccountMessage, DestinationOutput } from '../protocol/connector.ts';
import { log } from '../protocol/make-message.ts';
import { deliveryAccount, type Watched } from './account.ts';
import { limits } from './mapping/limits.ts';
import { toLog } from './settlement/rejects/log-rejects.ts';

const everyMs = 5_000;

const accountMessage = (watched: Watched, isLast: boolean): AccountMessage => ({
  type: 'ACCOUNT',
  account: deliveryAccount(watched),
  isLast,
});

/** The run's account now and then; the function stops it. */
export function progress(watched: Watched, say: (message: DestinationOutput) => void): () => void {
  const timer = setInterval(() => say(accountMessage(watched, false)), everyMs);
  return () => clearInterval(timer);
}

/** The last word of a run: what a person should look at, and its account. */
export function* summary(watched: Watched): Generator<DestinationOutput> {
  for (const text of warnings(watched)) yield log('WARN', text);
  yield accountMessage(watched, true);
}

function* warnings({ ledger, notices, rejects, judge }: Watched): Generator<string> {
  for (const [stream, count] of notices.unknownStreams) {
    yield `${count} records of stream "${stream}" were skipped: the catalog does not have this stream.`;
  }
  const streams = [...ledger.tallies.keys()].map((stream) => ({ stream, ...notices.of(stream) }));
  for (const { stream, truncated } of streams) {
    for (const [attribute, count] of truncated)
      yield `${count} values of "${attribute}" in stream "${stream}" were truncated to ${limits.attributeValue} bytes.`;
  }
  for (const { stream, trimmed } of streams) {
    for (const [column, count] of trimmed)
      yield `${count} values of "${column}" in stream "${stream}" had white space around them, which was removed.`;
  }
  for (const stream of ledger.tallies.keys()) {
    const { unmerged } = notices.removalsOf(stream);
    if (unmerged > 0)
      yield `${unmerged} people of stream "${stream}" became another person. The Pipelines API cannot merge people (the Track API can): removals.persons decided what happened to them.`;
  }
  if (rejects.path !== undefined) {
    const place = rejects.path === toLog ? 'a line of this log' : rejects.path;
    yield `${rejects.count} records were rejected: each is in ${place} with its reason. ${judge.reasons.commonest()}`;
  }
}
