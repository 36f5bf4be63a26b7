import { streamNames } from '../streams/contract.ts';
import { readStart } from './changes/cursor/clock.ts';
import { type RowRange, recordQuery } from './changes/cursor/record-query.ts';
import type { SourceConfig } from './config.ts';
import { notTaken } from './plan/definitions.ts';
import { notesOf } from './plan/entity-types.ts';
import type { Plan, StreamPlan } from './plan/plan.ts';
import { placed } from './plan/plan-model.ts';
import { planStreams } from './plan/plan-streams.ts';
import { readElsewhere, unfilled } from './plan/unfilled.ts';

/** What can be read, in words, once every model is compiled and described: what `read` needs, less the rows. */
export async function readiness(plan: Plan, config: SourceConfig): Promise<string> {
  const streams = await planStreams(plan, config);
  for (const stream of streams) await describeStatements(plan, stream);
  const parts = streams.map(
    ({ contract, models }) => `${contract.name} (${models.map((m) => m.label).join(', ')})`,
  );
  const ready = `Ready to read ${parts.join('; ')}.`;
  const passedOver = streamNames.flatMap((stream) => notTaken(plan, config, stream));
  const missing = unfilled(plan, config, streams);
  const notes = await remarks(plan, streams);
  return [ready, ...readElsewhere(plan), ...missing, ...passedOver, ...notes].join(' ');
}

/**
 * Has the warehouse compile the statements that `read` will send, since it may refuse what the connector makes of a
 * model that is right by itself: a type that has no JSON, a timestamp that cannot be compared.
 */
async function describeStatements({ warehouse }: Plan, { contract, models }: StreamPlan): Promise<void> {
  const start = readStart();
  const range: RowRange = { start, part: 'present', exceptHashes: [], after: { timestamp: start, key: '' } };
  for (const model of models) {
    try {
      const query = recordQuery(warehouse.dialect, contract, model);
      for (const { sql, values } of [query.lines(range, 0), query.survey(range)]) {
        await warehouse.describe(sql, values);
      }
    } catch (error) {
      throw placed(error, contract.name, model.label);
    }
  }
}

/** A parameter that matches nothing is no failure: the next run of dbt may bring what it names. */
async function remarks(plan: Plan, streams: readonly StreamPlan[]): Promise<string[]> {
  const found: string[] = [];
  for (const { contract, models } of streams) {
    for (const model of models) {
      const notes = await notesOf(plan, model);
      found.push(...notes.map((note) => `${contract.name}, ${model.label}: ${note}`));
    }
  }
  return found;
}
