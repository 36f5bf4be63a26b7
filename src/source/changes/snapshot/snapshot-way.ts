import { configError } from '../../../errors/connector-error.ts';
import { log } from '../../../protocol/make-message.ts';
import type { ModelPlan } from '../../plan/plan.ts';
import { atStart } from '../../snapshots/position.ts';
import type { ChangeOutput, ChangeWay, StreamRead } from '../change-way.ts';
import { modelStatesOf } from '../cursor/model-state.ts';
import { sentByCursor } from './adopt.ts';
import { readSnapshot, type SnapshotOutput } from './read-snapshot.ts';
import { contentOf, type SnapshotState, snapshotStateOf } from './snapshot-state.ts';

/** What differs from what was sent before, by a comparison with a snapshot of it. */
export const snapshotWay: ChangeWay = {
  name: 'snapshot',
  since(read) {
    const { content, contract } = read;
    const state = content === undefined ? undefined : snapshotStateOf(contract.name, content);
    const labels = Object.keys(state?.models ?? {});
    return {
      past: new Map(labels.map((label) => [label, { wasFilled: true }])),
      lastSyncTime: () => 0,
      read: (models) => readStream(read, state, models),
    };
  },
};

async function* readStream(
  read: StreamRead,
  state: SnapshotState | undefined,
  models: readonly ModelPlan[],
): AsyncGenerator<ChangeOutput> {
  const { plan, contract } = read;
  const { snapshots } = plan;
  if (!('registry' in snapshots)) throw configError(snapshots.reason, { stream: contract.name });
  if (models.length === 0) {
    // A stream that is switched off removes nothing: its base waits.
    const waiting = state ?? {
      base: snapshots.base,
      generation: 0,
      position: atStart,
      store: snapshots.store,
      models: {},
    };
    yield { type: 'CHECKPOINT', content: contentOf(waiting) };
    return;
  }
  const cursors = read.former === undefined ? undefined : modelStatesOf(read.former);
  if (cursors !== undefined) {
    yield log(
      'INFO',
      `${contract.name}: continues from its cursor with a snapshot. Rows that the cursor has passed count as sent.`,
    );
  }
  const alreadySent = (model: ModelPlan): string | undefined =>
    sentByCursor(read, model, cursors?.[model.label]);
  const outputs = readSnapshot({ ...read, snapshots, state, models, alreadySent });
  for await (const output of outputs) yield output.type === 'SNAPSHOT' ? checkpoint(output) : output;
}

const checkpoint = ({ state }: Extract<SnapshotOutput, { type: 'SNAPSHOT' }>): ChangeOutput => ({
  type: 'CHECKPOINT',
  content: contentOf(state),
});
