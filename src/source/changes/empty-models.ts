import { compileModel } from '../../models/compile.ts';
import { findByName } from '../../models/relation-lookup.ts';
import type { FindingMessage } from '../../protocol/connector.ts';
import { finding } from '../../protocol/make-message.ts';
import type { StreamName } from '../../streams/contract.ts';
import { relationSql } from '../../warehouse/warehouse.ts';
import type { SourceConfig } from '../config.ts';
import { definitionsOf } from '../plan/definitions.ts';
import { unknownEntityTypes } from '../plan/entity-types.ts';
import type { ModelPlan, Plan } from '../plan/plan.ts';
import { toModelDefinition } from '../plan/plan-model.ts';
import { lackingFor } from '../plan/unfilled.ts';
import type { ModelPast } from './change-way.ts';

/** What a stream is read from. */
interface Reading {
  readonly plan: Plan;
  readonly config: SourceConfig;
  readonly stream: StreamName;
}

/** What is to be told of a model that gave no row: nothing where it has rows, all of which are known. */
export async function* emptyFindings(
  reading: Reading,
  model: ModelPlan,
  past: ModelPast | undefined,
): AsyncGenerator<FindingMessage> {
  const { plan, stream } = reading;
  if (await hasRows(plan, wholeSql(reading, model))) return;
  const where = `${stream}, ${model.label}`;
  const why = await reasonOf(plan, model);
  yield past?.wasFilled === true
    ? finding(stream, 'rows_gone', `${where}: it had rows in an earlier run and has none now${why}`)
    : finding(stream, 'no_rows', `${where}: it has no rows${why}`);
  if (past === undefined) return;
  for (const note of await unknownEntityTypes(plan, model)) {
    yield finding(stream, 'entity_type', `${where}: ${note}`);
  }
}

/** The model of all times: one that asks for `last_sync_time` gives nothing where nothing has changed. */
function wholeSql({ plan, config, stream }: Reading, model: ModelPlan): string {
  const found = definitionsOf(plan, config, stream).find(({ label }) => label === model.label);
  return found === undefined
    ? model.compiled.sql
    : compileModel(toModelDefinition(found.definition), plan.context).sql;
}

async function hasRows({ warehouse }: Plan, sql: string): Promise<boolean> {
  const [row] = await warehouse.rows(
    `WITH "__model" AS (\n${sql}\n) SELECT COUNT(*) AS "rows" FROM (SELECT 1 AS "one" FROM "__model" LIMIT 1) AS "__any"`,
  );
  return Number(row?.rows ?? 0) > 0;
}

/** Which of the tables that it reads are empty, to the end of the sentence. */
async function reasonOf(plan: Plan, { compiled }: ModelPlan): Promise<string> {
  const { dialect, relations } = plan.context;
  const empty: string[] = [];
  for (const name of compiled.refs) {
    const table = findByName(name, relations, dialect);
    if (table === undefined) continue;
    if (!(await hasRows(plan, `SELECT 1 AS "one" FROM ${relationSql(table, dialect)}`)))
      empty.push(table.name);
  }
  if (empty.length > 0) return `: ${empty.join(', ')} ${empty.length === 1 ? 'is' : 'are'} empty.`;
  return '. The tables that it reads are not empty: doctor says which condition removes all their rows.';
}

/**
 * The models that filled a stream before and are not there any more, in words; undefined where all are. Who names
 * the models in the config has taken one out on purpose.
 */
export function goneModels(
  { plan, config, stream }: Reading,
  models: readonly ModelPlan[],
  past: ReadonlyMap<string, ModelPast>,
): string | undefined {
  if (config[stream] !== undefined) return undefined;
  const labels = new Set(models.map(({ label }) => label));
  const gone = [...past].flatMap(([label, { wasFilled }]) =>
    labels.has(label) || !wasFilled ? [] : [label],
  );
  if (gone.length === 0) return undefined;
  const lacking = models.length === 0 ? lackingFor(plan, stream) : [];
  const why = lacking.length === 0 ? '' : `: the warehouse lacks ${lacking.join(', ')}`;
  return (
    `${stream}: ${gone.map((name) => `"${name}"`).join(', ')} filled this stream in an earlier run and is gone${why}. Its state stays as it is. ` +
    `Restore it. If it is gone on purpose, name what fills the stream in the config (${stream}:), or reset the stream (in a state file: remove its entry).`
  );
}
