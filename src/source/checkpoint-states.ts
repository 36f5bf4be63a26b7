import type { SourceOutput } from '../protocol/connector.ts';
import { rowEstimate } from '../protocol/make-message.ts';
import type { StreamName } from '../streams/contract.ts';
import type { WarehouseIdentity } from '../warehouse/identity.ts';
import type { ChangeOutput } from './changes/change-way.ts';
import { stateMessageOf } from './changes/state.ts';

/** What a stream's states have in common. */
export interface StateOwner {
  readonly stream: StreamName;
  readonly way: string;
  readonly warehouse: WarehouseIdentity;
}

/** Turns a stream's checkpoints into STATE messages, each with the number of records since the one before. */
export async function* withStates(
  { stream, way, warehouse }: StateOwner,
  outputs: AsyncIterable<ChangeOutput>,
): AsyncGenerator<SourceOutput> {
  let records = 0;
  let expected = 0;
  for await (const output of outputs) {
    if (output.type === 'CHECKPOINT') {
      const state = { way, content: output.content, warehouse };
      yield { type: 'STATE', state: stateMessageOf(stream, state, records) };
      records = 0;
      continue;
    }
    if (output.type === 'RECORD_LINES') records += output.count;
    const rows = output.type === 'TRACE' ? output.trace.estimate?.row_estimate : undefined;
    // A model counts its own rows; the stream has those of all models so far.
    expected += rows ?? 0;
    yield rows === undefined ? output : rowEstimate(stream, expected);
  }
}
