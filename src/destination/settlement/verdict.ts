import { ConnectorError } from '../../errors/connector-error.ts';
import type { RejectKind } from '../../protocol/run-account.ts';
import type { Refusal } from '../mapping/limits.ts';
import type { StreamMapping } from '../mapping/stream-mapping.ts';
import { exampleKey } from './example-key.ts';
import type { StreamTally } from './ledger.ts';
import { RejectReasons } from './reject-reasons.ts';

/** Too much was rejected. Nothing else went wrong: what could be delivered is delivered, and the rest is on file. */
export class RejectedError extends ConnectorError {}

/** A share of fewer rows means nothing; that all of them were rejected always does. */
const fewestForShare = 20;

/** The rows of a stream whose state waits are sent again: the run goes on for the other streams' sake, to a bound. */
const mostWhileHeld = 1_000;

/** In standard deviations: what comes early may be worse than the whole by chance, and a run is stopped for good. */
const patience = 3;

interface StreamRejects {
  readonly reasons: RejectReasons;
  /** Whether a row was refused for a cause that no row can mend. */
  isForeign: boolean;
}

export interface JudgeOptions {
  /** `max_rejects`: a count in the run, or a share of each stream's rows (`100`, `10%`). */
  readonly most: string;
  readonly tallies: ReadonlyMap<string, StreamTally>;
  readonly plans: ReadonlyMap<string, StreamMapping>;
}

/** Judges by its rejects how a run goes: stream by stream, over the rows of this run. */
export class Judge {
  readonly #most: string;
  readonly #number: number;
  readonly #tallies: JudgeOptions['tallies'];
  readonly #plans: JudgeOptions['plans'];
  readonly #all = new RejectReasons();
  readonly #streams = new Map<string, StreamRejects>();

  constructor({ most, tallies, plans }: JudgeOptions) {
    this.#most = most;
    this.#number = Number.parseInt(most, 10);
    this.#tallies = tallies;
    this.#plans = plans;
  }

  /** Of the whole run, for its last words. */
  get reasons(): RejectReasons {
    return this.#all;
  }

  /** Why records of a stream were rejected. */
  rejectedBy(stream: string): RejectKind[] {
    return this.#streams.get(stream)?.reasons.kinds ?? [];
  }

  /** `record` is the RECORD message as it came. */
  add(stream: string, refusal: Refusal, record: string): void {
    const known = this.#streams.get(stream) ?? { reasons: new RejectReasons(), isForeign: false };
    this.#streams.set(stream, known);
    known.isForeign ||= isForeign(refusal, this.#plans.get(stream)?.columns.objectTypeId);
    known.reasons.add(refusal, () => exampleKey(record, this.#plans.get(stream)));
    this.#all.add(refusal);
  }

  /**
   * Whether the states of a stream wait: nothing of it was accepted, and for a cause outside of its rows, such as
   * an object type that is not there. Once that is mended, the next run sends the rows again.
   */
  holds(stream: string): boolean {
    const isForeign = this.#streams.get(stream)?.isForeign === true;
    return isForeign && this.#tallies.get(stream)?.accepted === 0;
  }

  /** Why the run must stop in its middle. Rows under way count as good ones. */
  stops(stream: string): RejectedError | undefined {
    if (!this.#isShare) return this.#all.count > this.#number ? this.#tooMany() : undefined;
    const { opened = 0, rejected = 0 } = this.#tallies.get(stream) ?? {};
    const share = Math.min(1, this.#number / 100);
    const most = opened * share + patience * Math.sqrt(opened * share * (1 - share));
    const fewest = this.holds(stream) ? mostWhileHeld : fewestForShare;
    if (opened < fewest || rejected <= most) return undefined;
    return rejectedError([this.#overShare(stream, rejected, opened)], stream);
  }

  /** What is wrong at the end of a run, when all rows are settled. */
  verdict(): RejectedError | undefined {
    const bad = [...this.#streams.keys()].filter((stream) => this.#wordsOf(stream) !== undefined);
    const words = bad.flatMap((stream) => this.#wordsOf(stream) ?? []);
    if (words.length > 0) return rejectedError(words, bad.length === 1 ? bad[0] : undefined);
    return this.#isShare || this.#all.count <= this.#number ? undefined : this.#tooMany();
  }

  /** A run that was stopped is told of the state that waits, once all that was under way is settled. */
  lastWord(stopped: RejectedError): RejectedError {
    const isHeld = stopped.stream !== undefined && this.holds(stopped.stream);
    return isHeld ? (this.verdict() ?? stopped) : stopped;
  }

  get #isShare(): boolean {
    return this.#most.endsWith('%');
  }

  #wordsOf(stream: string): string | undefined {
    const { accepted = 0, rejected = 0 } = this.#tallies.get(stream) ?? {};
    const rows = accepted + rejected;
    if (rejected === 0 || stream === '') return undefined;
    if (accepted === 0) return this.#allRejected(stream, rows);
    const isOver = this.#isShare && rows >= fewestForShare && rejected * 100 > this.#number * rows;
    return isOver ? this.#overShare(stream, rejected, rows) : undefined;
  }

  #allRejected(stream: string, rows: number): string {
    const which = rows === 1 ? 'the only row was' : `all ${rows} rows were`;
    const next = this.holds(stream)
      ? ' No row can fix that, so the state of the stream does not move: the next run sends them again.'
      : '';
    return `${stream}: ${which} rejected. ${this.#commonest(stream)}.${next}`;
  }

  #overShare(stream: string, rejected: number, rows: number): string {
    return `${stream}: ${rejected} of ${rows} rows were rejected, more than max_rejects (${this.#most}) allows. ${this.#commonest(stream)}.`;
  }

  #commonest(stream: string): string {
    return (this.#streams.get(stream)?.reasons ?? this.#all).commonest().replace(/\.$/, '');
  }

  #tooMany(): RejectedError {
    return rejectedError([
      `${this.#all.count} rows were rejected, more than max_rejects (${this.#most}) allows. ${this.#all.commonest()}`,
    ]);
  }
}

function rejectedError(words: readonly string[], stream?: string): RejectedError {
  const about = stream === undefined ? {} : { stream };
  return new RejectedError(words.join(' '), { failureType: 'config_error', ...about });
}

/** What Customer.io says of a workspace, a plan or a key, and never of a value. */
const ofWorkspace =
  /\b(disabled|not (been )?enabled|not activated|deactivated|suspended|not (permitted|allowed|available|authori[sz]ed)|forbidden|permission|upgrade|your plan|quota|billing)\b/i;

/**
 * Whether a row was refused for a cause that lies outside of it: an object type that the workspace does not have, an
 * API that is switched off, an answer that names no field of the operation.
 */
function isForeign({ reason, field, message }: Refusal, objectTypeColumn: string | undefined): boolean {
  if (field !== '' && field === objectTypeColumn) return true;
  if (/(^|[.\]])object_?type(_?id)?$/i.test(field)) return true;
  if (/^(unauthori[sz]ed|forbidden|disabled|http_(400|401|403|404))$/.test(reason)) return true;
  return field === '' && ofWorkspace.test(message);
}
