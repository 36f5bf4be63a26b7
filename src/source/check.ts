import { configError } from '../errors/connector-error.ts';
import { streamNames } from '../streams/contract.ts';
import { readStart } from './changes/cursor/clock.ts';
import { type RowRange, recordQuery } from './changes/cursor/record-query.ts';
import { wayOf } from './changes/ways.ts';
import { changesOf, type SourceConfig, wantsSnapshot } from './config.ts';
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
  const said = [...readElsewhere(plan), ...missing, ...passedOver, ...notes];
  return [ready, ...said, ...waysOf(plan, config, streams)].join(' ');
}

/**
 * Which way each stream's changes will be found, and why not by snapshots where these cannot be kept.
 *
 * @throws ConnectorError where snapshots are asked for, and cannot be kept
 */
function waysOf({ snapshots }: Plan, config: SourceConfig, streams: readonly StreamPlan[]): string[] {
  const canSnapshot = 'registry' in snapshots;
  const byWay = new Map<string, string[]>();
  for (const { contract } of streams) {
    const configured = changesOf(config)[contract.name];
    const { name } = wayOf({ isIncremental: true, configured, written: undefined, canSnapshot });
    if (name === 'snapshot' && !canSnapshot) throw configError(snapshots.reason, { stream: contract.name });
    byWay.set(name, [...(byWay.get(name) ?? []), contract.name]);
  }
  const place = canSnapshot && snapshots.store === 'file' ? 'a file' : 'the warehouse';
  const words: Readonly<Record<string, string>> = {
    snapshot: `by a snapshot, kept in ${place}`,
    cursor: 'by a cursor',
    full: 'not at all: all rows are sent each time',
  };
  const ways = [...byWay].map(([name, names]) => `${names.join(', ')} ${words[name] ?? name}`);
  const why = canSnapshot ? snapshots.instead : snapshots.reason;
  const isWanted = streams.some(({ contract }) => wantsSnapshot(config, contract.name));
  return [`Changes are found: ${ways.join('; ')}.`, ...(why === undefined || !isWanted ? [] : [why])];
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
