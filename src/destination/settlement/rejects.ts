import { join } from 'node:path';
import { ConnectorError } from '../../errors/connector-error.ts';
import { fileFault } from '../../protocol/file-fault.ts';
import type { Refusal } from '../mapping/limits.ts';
import { LastingFile } from './lasting-file.ts';
import type { RejectLine } from './reject-line.ts';

/** Records that could not be delivered, each whole and with its reason: NDJSON, one file a run. */
export interface Rejects {
  /** `record` is the RECORD message as it came. */
  add(stream: string, record: string, refusal: Refusal): void;
  /** Resolves when all that was added is on disk; a state may pass only then. */
  flush(): Promise<void>;
  close(): Promise<void>;
  /** So much waits to be written that records should wait too. */
  readonly full: boolean;
  /** The file, once a record was rejected. */
  readonly path: string | undefined;
  readonly count: number;
}

/** Rejects beyond this many bytes are not kept in memory until the next state: it may be far. */
const mostWaiting = 4_000_000;

/** Fields are named by the data: their number has no bound of its own. */
const mostReasons = 1_000;

interface Reason {
  readonly kind: string;
  /** That of the first record. */
  readonly message: string;
  count: number;
}

export function rejectsFile(folder: string, lineOf: RejectLine, now: Date = new Date()): Rejects {
  const path = join(folder, `rejects-${now.toISOString().replaceAll(/[:.]/g, '-')}-${process.pid}.ndjson`);
  let waiting: string[] = [];
  let count = 0;
  let waitingLength = 0;
  const file = new LastingFile(path);
  let written: Promise<void> = Promise.resolve();
  const write = async (lines: readonly string[]): Promise<void> => {
    try {
      if (lines.length > 0) await file.append(lines.join(''));
      else await file.restore();
    } catch (cause) {
      throw unwritable(path, cause);
    }
  };
  // Also where nothing waits: the state that comes next vouches for what was written before.
  const flush = (): Promise<void> => {
    if (count === 0) return written;
    const lines = waiting;
    waiting = [];
    waitingLength = 0;
    written = written.then(() => write(lines));
    return written;
  };
  return {
    add(stream, record, refusal) {
      count += 1;
      const line = lineOf(stream, record, refusal);
      waiting.push(`${line}\n`);
      waitingLength += line.length;
    },
    get full() {
      return waitingLength > mostWaiting;
    },
    flush,
    async close() {
      await flush().finally(() => file.close());
    },
    get path() {
      return count === 0 ? undefined : path;
    },
    get count() {
      return count;
    },
  };
}

function unwritable(path: string, cause: unknown): ConnectorError {
  return new ConnectorError(
    `Rejected records cannot be written to ${path}: ${fileFault(cause)}. No state passes them, so the next run sends them again. Mend the folder that "rejects" names.`,
    { failureType: 'config_error', cause },
  );
}

/** Why records were rejected, counted. */
export interface RejectReasons {
  add(refusal: Refusal): void;
  readonly count: number;
  /** The three commonest, as a sentence. */
  commonest(): string;
}

export function rejectReasons(): RejectReasons {
  const reasons = new Map<string, Reason>();
  let count = 0;
  return {
    add({ reason, field, message }) {
      count += 1;
      // Not by the message, which may name a size or a value of this record alone.
      const kind = `${reason}${field === '' ? '' : ` (${field})`}`;
      const known = reasons.get(kind);
      if (known !== undefined) known.count += 1;
      else if (reasons.size < mostReasons) reasons.set(kind, { kind, message, count: 1 });
    },
    get count() {
      return count;
    },
    commonest() {
      const top = [...reasons.values()].toSorted((a, b) => b.count - a.count).slice(0, 3);
      return `The commonest reasons: ${top.map((each) => `${each.count} times ${each.kind}, such as: ${each.message}`).join('; ')}`;
    },
  };
}
