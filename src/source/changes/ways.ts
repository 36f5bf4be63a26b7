import { configError } from '../../errors/connector-error.ts';
import type { StreamName } from '../../streams/contract.ts';
import type { ChangeWay } from './change-way.ts';
import { cursorWay } from './cursor/cursor-way.ts';
import { fullWay } from './full.ts';
import { resetStream, type StreamState } from './state.ts';

/** Every way of change, by the name that states have. */
const ways: ReadonlyMap<string, ChangeWay> = new Map([cursorWay, fullWay].map((way) => [way.name, way]));

export const wayOf = (isIncremental: boolean): ChangeWay => (isIncremental ? cursorWay : fullWay);

/** @throws ConnectorError where a newer version has written the state by a way that this one does not know */
export function requireKnownWay(stream: StreamName, { way }: StreamState): void {
  if (ways.has(way)) return;
  throw configError(
    `The state of stream ${stream} was written by a newer version of this connector: it knows changes by "${way}", this version by ${[...ways.keys()].join(' or ')}. Use the newer version again; or restore the state of before; or ${resetStream}.`,
    { stream },
  );
}
