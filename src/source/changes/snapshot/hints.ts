import { createHash } from 'node:crypto';
import { compileModel } from '../../../models/compile.ts';
import { log } from '../../../protocol/make-message.ts';
import type { AirbyteMessage } from '../../../protocol/messages.ts';
import type { Dialect, TextRow } from '../../../warehouse/warehouse.ts';
import { changesOf } from '../../config.ts';
import { definitionsOf } from '../../plan/definitions.ts';
import type { ModelPlan } from '../../plan/plan.ts';
import { toModelDefinition } from '../../plan/plan-model.ts';
import { currentIdRecipe } from '../../record-line/event-identity.ts';
import type { Snapshots } from '../../snapshots/snapshots.ts';
import type { StreamRead } from '../change-way.ts';
import type { Counts } from './counts.ts';
import { type ComparedColumn, rowSql } from './row-sql.ts';
import type { SnapshotState } from './snapshot-state.ts';

/** A stream that was compared. */
interface Compared extends Pick<StreamRead, 'plan' | 'config' | 'contract'> {
  readonly snapshots: Snapshots;
  readonly state: SnapshotState | undefined;
  readonly models: readonly ModelPlan[];
}

/** What the comparison has found, and SQL of the tables that it lies in. */
interface Found {
  readonly delta: string;
  readonly stage: string;
  readonly base: string | undefined;
  readonly counts: Counts;
}

/** Says why rows have changed, where one thing explains many. */
export async function* hints(read: Compared, found: Found): AsyncGenerator<AirbyteMessage> {
  yield* renderedWithZero(read);
  yield* changedModels(read, found);
  if (found.base !== undefined) yield* changedColumns(read, found.base, found);
}

const number = (value: number): string => value.toLocaleString('en');
const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A model filtered by its last sync would give the new rows alone, and the others would look removed. */
function* renderedWithZero({ plan, config, contract, models }: Compared): Generator<AirbyteMessage> {
  const context = { ...plan.context, lastSyncTime: 1 };
  for (const { label, definition } of definitionsOf(plan, config, contract.name)) {
    const model = models.find((each) => each.label === label);
    if (model === undefined) continue;
    if (compileModel(toModelDefinition(definition), context).sql === model.compiled.sql) continue;
    yield log(
      'INFO',
      `${contract.name}, ${label}: with a snapshot {{ last_sync_time }} is 0 in each sync, since the rows that it leaves out would look removed.`,
    );
  }
}

/** A hash of the model's definition and its columns' names, as states keep it. */
export const shownBy = ({ compiled, columns }: ModelPlan): string =>
  digest([compiled.fingerprint, ...columns.map(({ name }) => name).toSorted()].join('\n'));

async function* changedModels(
  { snapshots, state, contract, models }: Compared,
  { delta }: Found,
): AsyncGenerator<AirbyteMessage> {
  const changed = models.filter((model) => {
    const before = state?.models[model.label];
    return before !== undefined && before !== shownBy(model);
  });
  if (changed.length === 0) return;
  const counted = await snapshots.engine.rows(
    `SELECT "model", COUNT(*) AS "rows", COUNT("action") AS "sent" FROM ${delta} GROUP BY "model"`,
  );
  for (const { label } of changed) {
    const row = counted.find(({ model }) => model === label);
    yield log(
      'INFO',
      `${contract.name}, ${label}: the model or its columns have changed since the last sync. ${number(Number(row?.sent ?? 0))} of its ${number(Number(row?.rows ?? 0))} rows are sent, those among them that changed otherwise.`,
    );
  }
}

/** Of streams with more rows than this, the columns of one row in 64 are told apart. */
const mostWhole = 20_000;

/** SQL of whether a row of the delta is in the sample. */
export const isSampled = (dialect: Dialect, delta: string): string =>
  `(SELECT COUNT(*) FROM ${delta}) <= ${mostWhole} OR SUBSTR(${dialect.text.hash('"key"')}, 1, 2) IN ('00', '01', '02', '03')`;

const prefixLength = 4;

/** Samples of other columns are not comparable. */
const prefixOf = (names: readonly string[]): string => digest(names.join('\n')).slice(0, prefixLength);

const inOrder = (compared: readonly ComparedColumn[]): readonly ComparedColumn[] =>
  compared.toSorted((a, b) => (a.name < b.name ? -1 : 1));

/** SQL of a character for each column, in the order of their names. It tells which ones have changed. */
export function sampleSql({ snapshot, quoteString }: Dialect, compared: readonly ComparedColumn[]): string {
  const columns = inOrder(compared);
  const prefix = quoteString(prefixOf(columns.map(({ name }) => name)));
  return `CONCAT(${[prefix, ...columns.map(({ value }) => snapshot.letter(value))].join(', ')})`;
}

/** Fewer changed rows than these, of all that were there, are life. */
const fewest = { rows: 3, share: 0.2 };

const mostSamples = 1000;

async function* changedColumns(
  read: Compared,
  base: string,
  { stage, counts }: Found,
): AsyncGenerator<AirbyteMessage> {
  const { snapshots, contract, models } = read;
  const { changed, there, added } = counts;
  if (contract.syncType === 'track' || changed < fewest.rows) return;
  if (changed < (there - added) * fewest.share) return;
  const samples = await snapshots.engine.rows(
    `SELECT "stage"."model" AS "model", "before"."sample" AS "before", "stage"."sample" AS "after" FROM ${stage} AS "stage"
INNER JOIN ${base} AS "before" ON "before"."key" = "stage"."key"
WHERE "stage"."action" = 'changed' AND "before"."sample" IS NOT NULL AND "stage"."sample" IS NOT NULL LIMIT ${mostSamples}`,
  );
  for (const model of models) {
    const own = samples.filter((row) => row.model === model.label);
    const found = mostFrequent(own, comparedNames(read, model));
    if (found === undefined) continue;
    yield log(
      'WARN',
      `${contract.name}, ${model.label}: in ${found.percent} % of the changed rows only "${found.name}" has changed. If it changes with each build, name it in changes.ignore; otherwise these rows are sent each time.`,
    );
  }
}

function comparedNames({ plan, contract, config }: Compared, model: ModelPlan): string[] {
  const ignored = new Set(changesOf(config).ignore);
  const { dialect } = plan.warehouse;
  const { compared } = rowSql(dialect, contract, model, { recipe: currentIdRecipe, ignored });
  return inOrder(compared).map(({ name }) => name);
}

/** The column that alone has changed in most of the samples. */
function mostFrequent(
  samples: readonly TextRow[],
  names: readonly string[],
): { readonly name: string; readonly percent: number } | undefined {
  const alone = new Map<string, number>();
  for (const { before, after } of samples) {
    const [name, ...others] = differing(before ?? '', after ?? '', names);
    if (name !== undefined && others.length === 0) alone.set(name, (alone.get(name) ?? 0) + 1);
  }
  const [first] = [...alone].toSorted(([, a], [, b]) => b - a);
  if (first === undefined || first[1] * 2 <= samples.length) return undefined;
  return { name: first[0], percent: Math.round((first[1] / samples.length) * 100) };
}

function differing(before: string, after: string, names: readonly string[]): string[] {
  const prefix = prefixOf(names);
  if (!before.startsWith(prefix) || !after.startsWith(prefix)) return [];
  return names.filter((_, index) => before[index + prefixLength] !== after[index + prefixLength]);
}
