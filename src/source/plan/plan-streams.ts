import { type StreamName, streamContracts, streamNames } from '../../streams/contract.ts';
import type { SourceConfig } from '../config.ts';
import { definitionsOf } from './definitions.ts';
import type { ModelPlan, Plan, StreamPlan } from './plan.ts';
import { planModel } from './plan-model.ts';
import { nothingToRead } from './unfilled.ts';

/**
 * `lastSyncTime` gives what `{{ last_sync_time }}` is in a model, in unix seconds: 0 unless a state says more.
 *
 * @throws ConnectorError naming stream and model, where a model cannot be compiled or lacks a column.
 */
export async function planStream(
  plan: Plan,
  config: SourceConfig,
  stream: StreamName,
  lastSyncTime: (label: string) => number = () => 0,
): Promise<StreamPlan> {
  const contract = streamContracts[stream];
  const models: ModelPlan[] = [];
  for (const named of definitionsOf(plan, config, stream)) {
    const model = await planModel(plan, contract, named, lastSyncTime(named.label));
    models.push({ ...model, onBad: config.on_bad_value });
  }
  return { contract, models };
}

/** Every stream that has at least one model, in the order of a first sync. */
export async function planStreams(plan: Plan, config: SourceConfig): Promise<StreamPlan[]> {
  const streams: StreamPlan[] = [];
  for (const name of streamNames) streams.push(await planStream(plan, config, name));
  const filled = streams.filter((stream) => stream.models.length > 0);
  if (filled.length === 0) throw nothingToRead(plan);
  return filled;
}
