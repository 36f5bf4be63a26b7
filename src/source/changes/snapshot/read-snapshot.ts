import type { ChangesMessage, FindingMessage, RecordLines } from '../../../protocol/connector.ts';
import { log, rowEstimate } from '../../../protocol/make-message.ts';
import type { AirbyteMessage } from '../../../protocol/messages.ts';
import { changesOf } from '../../config.ts';
import { currentIdRecipe } from '../../record-line/event-identity.ts';
import { readStart } from '../cursor/clock.ts';
import { emptyFindings } from '../empty-models.ts';
import { isUnmoved, marksOf } from '../unmoved.ts';
import { bring, bringFields, broughtBy } from './bring.ts';
import { type Claim, claim } from './claim/claim.ts';
import { type Counts, count } from './counts.ts';
import { type Comparison, deltaSql } from './delta-sql.ts';
import { bereftRows, changedRows, type Findings, movedRows, type Reached, removedRows } from './emit.ts';
import { areTooMany, tooManyRemovals } from './guard.ts';
import { hints, shownBy } from './hints.ts';
import { movedBase, personsTable } from './moved-base.ts';
import { markMoves } from './moves.ts';
import { separator } from './row-sql.ts';
import type { SnapshotRead, SnapshotState } from './snapshot-state.ts';
import { stageSql } from './stage-sql.ts';

/** What a read of a snapshot gives: messages, lines, and states between them. */
export type SnapshotOutput = AirbyteMessage | RecordLines | ChangesMessage | FindingMessage | Snapshot;

interface Snapshot {
  readonly type: 'SNAPSHOT';
  readonly state: SnapshotState;
}

/** Compares the stream's rows with those of its base, and gives what differs. */
export async function* readSnapshot(read: SnapshotRead): AsyncGenerator<SnapshotOutput> {
  const { snapshots, contract, state } = read;
  const marks = await marksOf(read);
  if (state !== undefined && (await isUnmoved(read, marks))) {
    yield* tellUnmoved(read, state);
    return;
  }
  const claimed = await claim(snapshots, contract.name, state);
  yield* claimed.notes;
  const start = readStart();
  const findings: Findings = {
    contract,
    delta: snapshots.registry.scratch(`nexus_customer_io_${contract.name}`),
    stage: claimed.stageTable,
    promoted: claimed.promoted.generation,
    start,
  };
  const counts = await compare(read, claimed, findings);
  await requireFew(read, findings, counts);
  yield* tell(read, counts);
  const { delta, stage } = findings;
  yield* hints(read, { delta, stage, base: claimed.baseTable, counts });
  yield* tellEmpty(read, counts);
  yield* emit(read, { ...claimed, filled: counts.filled }, { findings, counts, marks });
}

function* tellUnmoved({ contract: { name } }: SnapshotRead, state: SnapshotState): Generator<SnapshotOutput> {
  const unchanged = state.marks?.keys ?? 0;
  yield { type: 'CHANGES', stream: name, added: 0, changed: 0, removed: 0, moved: 0, unchanged };
  yield log('INFO', `${name}: no table that its models read has changed, so they are not evaluated.`);
  yield rowEstimate(name, 0);
  yield { type: 'SNAPSHOT', state };
}

async function compare(read: SnapshotRead, claimed: Claim, findings: Findings): Promise<Counts> {
  const { snapshots, contract, plan } = read;
  const { delta, stage, promoted, start } = findings;
  const comparison = await withBrought(read, await comparisonOf(read, claimed, start));
  await makeDelta(read, comparison, delta);
  const make = (hasRepeats: boolean) => makeStage(read, claimed, { delta, comparison, hasRepeats });
  await make(false);
  let counts = await count(snapshots, { delta, stage, promoted });
  if (counts.keys < counts.rows) {
    await compareRepeats(read, comparison, delta);
    await make(true);
    counts = await count(snapshots, { delta, stage, promoted });
  }
  if (contract.syncType !== 'identify') return counts;
  if (counts.removed > 0) {
    await markMoves(plan, snapshots, stage);
    counts = await count(snapshots, { delta, stage, promoted });
  }
  const generation = isAsBefore(claimed, counts) ? promoted : claimed.generation;
  snapshots.persons = { base: claimed.base, table: stage, generation };
  return counts;
}

/** Whether the base says all, so that the state stays as it is. */
function isAsBefore({ baseTable }: Claim, { added, changed, removed, moved, movedBefore }: Counts): boolean {
  return added + changed + removed + moved + movedBefore === 0 && baseTable !== undefined;
}

async function comparisonOf(read: SnapshotRead, claimed: Claim, start: string): Promise<Comparison> {
  const { snapshots, contract, config, state, alreadySent } = read;
  const persons = await personsTable(snapshots, contract, claimed.base);
  return {
    dialect: snapshots.engine.dialect,
    contract,
    recipe: state?.ids ?? currentIdRecipe,
    ignored: new Set(changesOf(config).ignore),
    base: movedBase(snapshots, contract, { base: claimed.baseTable, persons }),
    repeated: undefined,
    start,
    alreadySent,
    isPersonKnown: persons !== 'failed',
  };
}

/** The comparison over rows that are brought to it, where another engine than the warehouse's makes it. */
async function withBrought(
  { snapshots, plan, contract, models }: SnapshotRead,
  comparison: Comparison,
): Promise<Comparison> {
  const { apart } = snapshots;
  if (apart === undefined) return comparison;
  const way = { warehouse: plan.warehouse, store: apart, contract };
  const brought = await bring(way, comparison, models);
  return {
    ...comparison,
    brought: {
      rowsOf: broughtBy(apart, brought),
      bringFields: (delta) => bringFields(way, brought, delta),
    },
  };
}

async function makeDelta(
  { snapshots, models }: SnapshotRead,
  comparison: Comparison,
  delta: string,
): Promise<void> {
  const { engine } = snapshots;
  const make = engine.dialect.ddl.temporaryTable(delta, deltaSql(comparison, models));
  await engine.execute(make);
  if (comparison.brought === undefined) return;
  await comparison.brought.bringFields(delta);
  await engine.execute(make);
}

interface StageOf {
  readonly delta: string;
  readonly comparison: Comparison;
  readonly hasRepeats: boolean;
}

async function makeStage(
  { snapshots, contract, models }: SnapshotRead,
  claimed: Claim,
  { delta, comparison, hasRepeats }: StageOf,
): Promise<void> {
  const { engine } = snapshots;
  const { dialect } = engine;
  const sql = stageSql({
    dialect,
    isEvents: contract.syncType === 'track',
    delta,
    base: comparison.base,
    generation: claimed.generation,
    start: comparison.start,
    labels: models.map(({ label }) => label),
    hasRepeats,
  });
  await engine.execute(dialect.ddl.replace('table', claimed.stageTable, sql));
}

/**
 * Rows that share a key are one thing in Customer.io: where one of them has changed, all are sent again in their order.
 * The models are evaluated once more for them.
 */
async function compareRepeats(read: SnapshotRead, comparison: Comparison, delta: string): Promise<void> {
  const { snapshots, contract, plan } = read;
  if (contract.syncType === 'track') return;
  const { engine, registry } = snapshots;
  const { dialect } = engine;
  const repeated = registry.scratch(`nexus_customer_io_${contract.name}_repeated`);
  // The warehouse's words, wherever they are said: one hash means one thing in both places.
  const { combined, joined } = plan.warehouse.dialect.snapshot;
  await engine.execute(
    dialect.ddl.temporaryTable(
      repeated,
      `SELECT "key", ${combined('"hash"')} AS "hash", ${joined('"shape"')} AS "shape" FROM ${delta} GROUP BY "key" HAVING COUNT(*) > 1`,
    ),
  );
  await makeDelta(read, { ...comparison, repeated }, delta);
}

async function requireFew(
  { snapshots, contract, config }: SnapshotRead,
  { stage, promoted }: Findings,
  counts: Counts,
): Promise<void> {
  const { removed, moved, there, added } = counts;
  const leaving = { leaving: removed + moved, before: there - added + removed + moved };
  if (!areTooMany(changesOf(config), leaving)) return;
  const { engine } = snapshots;
  const examples = await engine.rows(
    `SELECT REPLACE(COALESCE("spelled", "key"), ${separator}, ' ') AS "key" FROM ${stage} WHERE "action" IN ('removed', 'moved') AND "generation" > ${promoted} ORDER BY "key" LIMIT 3`,
  );
  throw tooManyRemovals(changesOf(config), leaving, {
    stream: contract.name,
    examples: examples.flatMap(({ key }) => key ?? []),
  });
}

const number = (value: number): string => value.toLocaleString('en');

function* tell(
  { contract }: SnapshotRead,
  { rows, keys, added, changed, removed, moved }: Counts,
): Generator<SnapshotOutput> {
  const { name } = contract;
  const unchanged = Math.max(0, keys - added - changed);
  yield { type: 'CHANGES', stream: name, added, changed, removed, moved, unchanged };
  if (keys < rows) {
    yield log(
      'WARN',
      `${name}: ${number(rows - keys)} rows share a key with another row; each key is sent as a whole.`,
    );
  }
  yield rowEstimate(name, added + changed + removed + moved);
}

/** A model without a row is told, whatever it was before. */
async function* tellEmpty(read: SnapshotRead, { filled }: Counts): AsyncGenerator<SnapshotOutput> {
  const { plan, config, contract, models, state } = read;
  for (const model of models) {
    if (filled.has(model.label)) continue;
    const past = state?.models[model.label] === undefined ? undefined : { wasFilled: true };
    yield* emptyFindings({ plan, config, stream: contract.name }, model, past);
  }
}

interface Found {
  readonly findings: Findings;
  readonly counts: Counts;
  readonly marks: string | undefined;
}

/** What is held, and which models gave a row. */
type ClaimOfRead = Claim & Pick<Counts, 'filled'>;

async function* emit(
  read: SnapshotRead,
  claimed: ClaimOfRead,
  { findings, counts, marks }: Found,
): AsyncGenerator<SnapshotOutput> {
  const { snapshots } = read;
  const { added, changed, removed, moved, movedBefore, keys } = counts;
  const isAdopted = read.state === undefined && changesOf(read.config).first === 'adopt';
  if (!isAdopted) {
    if (removed > 0) yield* withStates(read, claimed, removedRows(snapshots, findings));
    if (added + changed > 0)
      yield* withStates(read, claimed, changedRows(snapshots, findings, added + changed));
    if (moved > 0) yield* bereftRows(snapshots, findings);
    if (moved + movedBefore > 0) yield* withStates(read, claimed, movedRows(snapshots, findings));
  }
  const end = stateOf(read, claimed, isAsBefore(claimed, counts) ? 'as before' : { phase: 'end' });
  // Those who have become others are told once more by the next read; so is a model without rows.
  const isMarked = marks !== undefined && moved === 0 && counts.filled.size === read.models.length;
  yield isMarked ? { ...end, state: { ...end.state, marks: { hash: marks, keys } } } : end;
}

async function* withStates(
  read: SnapshotRead,
  claimed: ClaimOfRead,
  outputs: AsyncIterable<RecordLines | Reached>,
): AsyncGenerator<SnapshotOutput> {
  for await (const output of outputs) {
    yield output.type === 'REACHED' ? stateOf(read, claimed, output.position) : output;
  }
}

function stateOf(
  { snapshots, contract, models, state }: SnapshotRead,
  { base, generation, promoted, filled }: ClaimOfRead,
  position: Reached['position'] | 'as before',
): Snapshot {
  const at = position === 'as before' ? promoted : { generation, position };
  return {
    type: 'SNAPSHOT',
    state: {
      base,
      ...at,
      store: snapshots.store,
      ...(contract.syncType === 'track' ? { ids: state?.ids ?? currentIdRecipe } : {}),
      models: Object.fromEntries(
        models
          .filter(({ label }) => filled.has(label) || state?.models[label] !== undefined)
          .map((model) => [model.label, shownBy(model)]),
      ),
    },
  };
}
