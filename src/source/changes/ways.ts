import { configError } from '../../errors/connector-error.ts';
import type { StreamName } from '../../streams/contract.ts';
import type { ChangeWay } from './change-way.ts';
import { cursorWay } from './cursor/cursor-way.ts';
import { fullWay } from './full.ts';
import { snapshotWay } from './snapshot/snapshot-way.ts';
import { resetStream, type StreamState } from './state.ts';

/** Every way of change, by the name that states have. */
const ways: ReadonlyMap<string, ChangeWay> = new Map(
  [snapshotWay, cursorWay, fullWay].map((way) => [way.name, way]),
);

/** What decides on a stream's way. */
export interface WayChoice {
  /** A full refresh is one whatever the config says. */
  readonly isIncremental: boolean;
  /** What the config says. */
  readonly configured: string | undefined;
  /** The way of the state. */
  readonly written: string | undefined;
  /** Whether snapshots can be kept. */
  readonly canSnapshot: boolean;
}

/** A state that a cursor has written goes on by a cursor until the config says otherwise. */
export function wayOf({ isIncremental, configured, written, canSnapshot }: WayChoice): ChangeWay {
  if (!isIncremental) return fullWay;
  const byDefault = canSnapshot || written === snapshotWay.name ? snapshotWay.name : cursorWay.name;
  const name = configured ?? (written === cursorWay.name ? written : byDefault);
  return ways.get(name) ?? cursorWay;
}

/** @throws ConnectorError where a newer version has written the state by a way that this one does not know */
export function requireKnownWay(stream: StreamName, { way }: StreamState): void {
  if (ways.has(way)) return;
  throw configError(
    `The state of stream ${stream} was written by a newer version of this connector: it finds changes by "${way}", this version by ${[...ways.keys()].join(', ').replace(/, (?=[^,]*$)/, ' or ')}. Use the newer version again; or restore the old state; or ${resetStream}.`,
    { stream },
  );
}
