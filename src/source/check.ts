import { ConnectorError } from '../protocol/connector-error.ts';
import { checkFailed, checkSucceeded } from '../protocol/make-message.ts';
import type { AirbyteMessage } from '../protocol/messages.ts';
import { streamNames } from '../streams/contract.ts';
import { parseSourceConfig } from './config.ts';
import { notesOf } from './entity-types.ts';
import { notTaken, openPlan, type Plan, planStreams, type StreamPlan, unfilled } from './plan.ts';

/** Opens the warehouse, and compiles and describes every model: what `read` needs, less the rows. */
async function describeAll(config: unknown): Promise<string> {
  const parsed = parseSourceConfig(config);
  const plan = await openPlan(parsed);
  try {
    const streams = await planStreams(plan, parsed);
    const parts = streams.map(
      ({ contract, models }) => `${contract.name} (${models.map((m) => m.label).join(', ')})`,
    );
    const ready = `Ready to read ${parts.join('; ')}.`;
    const passedOver = streamNames.flatMap((stream) => notTaken(plan, parsed, stream));
    const missing = unfilled(plan, parsed, streams);
    return [ready, ...missing, ...passedOver, ...(await remarks(plan, streams))].join(' ');
  } finally {
    await plan.warehouse.close();
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

/** A FAILED status for whatever the user can mend. */
export async function* check(config: unknown): AsyncGenerator<AirbyteMessage> {
  try {
    yield checkSucceeded(await describeAll(config));
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    yield checkFailed(error.message);
  }
}
