import type { ModelPlan } from '../../plan/plan.ts';
import type { ChangeOutput, ChangeWay, Checkpoint, StreamRead } from '../change-way.ts';
import { ofModel } from '../one-model.ts';
import { foreignState } from '../state.ts';
import { lastSyncTime } from './clock.ts';
import { contentOf, type ModelStates, modelStatesOf, wasFilled } from './model-state.ts';
import { readModel } from './read-model.ts';

/** The rows after the last one that was read, by the record's time and key, model after model. */
export const cursorWay: ChangeWay = {
  name: 'cursor',
  before: contentOf({}),
  since(read) {
    const { content, config, contract } = read;
    const states = content === undefined ? {} : modelStatesOf(content);
    if (states === undefined) throw foreignState(contract.name);
    return {
      past: new Map(Object.entries(states).map(([label, state]) => [label, { wasFilled: wasFilled(state) }])),
      lastSyncTime: (label) => lastSyncTime(states[label]?.cursor?.timestamp, config.lookback),
      read: (models) => readModels(read, states, models),
    };
  },
};

async function* readModels(
  read: StreamRead,
  states: ModelStates,
  models: readonly ModelPlan[],
): AsyncGenerator<ChangeOutput> {
  let current = keptStates(states, models);
  for (const model of models) {
    const known = states[model.label];
    const past = known === undefined ? undefined : { wasFilled: wasFilled(known) };
    for await (const output of ofModel(read, model, past, readModel({ ...read, model, known }))) {
      if (output.type === 'MODEL_CHECKPOINT') {
        current = { ...current, [model.label]: output.state };
        yield checkpoint(current);
      } else yield output;
    }
  }
  if (models.length === 0) yield checkpoint(current);
}

const checkpoint = (states: ModelStates): Checkpoint => ({ type: 'CHECKPOINT', content: contentOf(states) });

/** A model that is gone takes its cursor with it. */
function keptStates(states: ModelStates, models: readonly ModelPlan[]): ModelStates {
  const labels = new Set(models.map(({ label }) => label));
  return Object.fromEntries(Object.entries(states).filter(([label]) => labels.has(label)));
}
