import type { SourceOutput } from '../protocol/connector.ts';
import { rowEstimate } from '../protocol/make-message.ts';
import type { StreamName } from '../streams/contract.ts';
import type { WarehouseIdentity } from '../warehouse/identity.ts';
import type { ChangeOutput, ChangeWay } from './changes/change-way.ts';
import { type StreamState, stateMessageOf } from './changes/state.ts';
import { heartbeatMs, withHeartbeat } from './heartbeat.ts';

/** What a stream's states have in common. */
export interface StateOwner {
  readonly stream: StreamName;
  readonly way: Pick<ChangeWay, 'name' | 'before'>;
  readonly warehouse: WarehouseIdentity;
  /** The state that the read goes on from. */
  readonly last?: StreamState | undefined;
}

/** A state of an early version names no warehouse, and is this one's from now on. */
function firstState({ way, warehouse, last }: StateOwner): StreamState | undefined {
  if (last !== undefined) return { ...last, warehouse: last.warehouse ?? warehouse };
  return way.before === undefined ? undefined : { way: way.name, content: way.before, warehouse };
}

/**
 * Turns a stream's checkpoints into STATE messages, each with the number of records since the one before. While nothing
 * comes, as a query runs for long, the last of them is repeated: a platform ends a source that is silent.
 */
export async function* withStates(
  owner: StateOwner,
  outputs: AsyncIterable<ChangeOutput>,
  everyMs = heartbeatMs,
): AsyncGenerator<SourceOutput> {
  const { stream, way, warehouse } = owner;
  let last = firstState(owner);
  let records = 0;
  let expected = 0;
  for await (const output of withHeartbeat(outputs, everyMs)) {
    if (output.type === 'CHECKPOINT') last = { way: way.name, content: output.content, warehouse };
    if (output.type === 'CHECKPOINT' || output.type === 'HEARTBEAT') {
      if (last === undefined) continue;
      yield { type: 'STATE', state: stateMessageOf(stream, last, records) };
      records = 0;
      continue;
    }
    if (output.type === 'RECORD_LINES') records += output.count;
    const rows = rowsExpected(output);
    // A model counts its own rows; the stream has those of all models so far.
    expected += rows ?? 0;
    yield rows === undefined ? output : rowEstimate(stream, expected);
  }
}

const rowsExpected = (output: SourceOutput): number | undefined =>
  output.type === 'TRACE' ? output.trace.estimate?.row_estimate : undefined;
