import type { RecordLines } from '../../protocol/connector.ts';
import type { ModelPlan } from '../plan/plan.ts';
import type { ChangeOutput, ChangeWay, StreamRead } from './change-way.ts';
import { readStart } from './cursor/clock.ts';
import { recordQuery } from './cursor/record-query.ts';
import { ofModel } from './one-model.ts';

/** Everything each time, in no order: only the end is a place to go on from, and there is nothing to remember. */
export const fullWay: ChangeWay = {
  name: 'full',
  before: {},
  since: (read) => ({
    past: new Map(),
    lastSyncTime: () => 0,
    read: (models) => readAll(read, models),
  }),
};

async function* readAll(read: StreamRead, models: readonly ModelPlan[]): AsyncGenerator<ChangeOutput> {
  for (const model of models) yield* ofModel(read, model, undefined, allRows(read, model));
  yield { type: 'CHECKPOINT', content: {} };
}

async function* allRows({ plan, contract }: StreamRead, model: ModelPlan): AsyncGenerator<RecordLines> {
  const { warehouse } = plan;
  const query = recordQuery(warehouse.dialect, contract, model);
  const { sql, values } = query.lines({ start: readStart(), part: 'all', exceptHashes: [] }, Date.now());
  for await (const batch of warehouse.lines(sql, { values })) {
    yield { type: 'RECORD_LINES', stream: contract.name, lines: batch.bytes, count: batch.count };
  }
}
