import type { FindingMessage } from '../../protocol/connector.ts';
import type { AirbyteMessage } from '../../protocol/messages.ts';
import type { ModelPlan } from '../plan/plan.ts';
import { placed } from '../plan/plan-model.ts';
import type { ModelPast, StreamRead } from './change-way.ts';
import { emptyFindings } from './empty-models.ts';

type Output = AirbyteMessage | { readonly type: string; readonly count?: number };

/** What a model gives, with its name in errors; where that is no row, what is to be said of it follows. */
export async function* ofModel<T extends Output>(
  read: StreamRead,
  model: ModelPlan,
  past: ModelPast | undefined,
  outputs: AsyncIterable<T>,
): AsyncGenerator<T | FindingMessage> {
  const { plan, config, contract, signal } = read;
  let isEmpty = true;
  try {
    for await (const output of outputs) {
      if ('count' in output && output.count !== 0) isEmpty = false;
      yield output;
    }
    if (!isEmpty || signal.aborted) return;
    yield* emptyFindings({ plan, config, stream: contract.name }, model, past);
  } catch (error) {
    throw placed(error, contract.name, model.label);
  }
}
