import { createHash } from 'node:crypto';
import { steadyTables } from '../../models/sql/steady-tables.ts';
import type { PlacedRelation, TableMarks } from '../../warehouse/dialect.ts';
import { type Relation, relationSql } from '../../warehouse/warehouse.ts';
import { changesOf } from '../config.ts';
import { currentIdRecipe } from '../record-line/event-identity.ts';
import { type Found, isAt } from '../snapshots/registry.ts';
import { hasChanges } from './snapshot/claim/settled.ts';
import { modelRows } from './snapshot/delta-sql.ts';
import { personsGeneration } from './snapshot/moved-base.ts';
import type { SnapshotRead, SnapshotState } from './snapshot/snapshot-state.ts';

/**
 * A hash of all that a stream's rows and their comparison depend on, without a look at a row; undefined where the
 * warehouse cannot tell. To be asked before the models are evaluated: what changes in between then counts as new.
 */
export async function marksOf(read: SnapshotRead): Promise<string | undefined> {
  const { plan, contract, config, state, snapshots, models } = read;
  const { dialect } = plan.warehouse;
  const { marks, hashedBy } = dialect.snapshot;
  if (marks === undefined) return undefined;
  const persons = await personsGeneration(snapshots, contract, state?.base ?? snapshots.base);
  const tables = relationsRead(read, marks);
  if (persons === undefined || tables === undefined || tables.length === 0) return undefined;
  const found = await tableMarks(read, marks, tables);
  if (found === undefined) return undefined;
  const comparison = {
    dialect,
    contract,
    recipe: state?.ids ?? currentIdRecipe,
    ignored: new Set(changesOf(config).ignore),
    alreadySent: () => undefined,
  };
  const rows = models.map((model) => [model.label, modelRows(comparison, model).ctes]);
  const all = { rows, found, persons, hashedBy, changes: changesOf(config) };
  return createHash('sha256').update(JSON.stringify(all)).digest('hex');
}

function relationsRead(
  { plan, models }: SnapshotRead,
  marks: TableMarks,
): readonly PlacedRelation[] | undefined {
  const { dialect } = plan.warehouse;
  const found = new Set<Relation>();
  for (const { compiled } of models) {
    const read = steadyTables(compiled.sql, plan.context, marks);
    if (read === undefined) return undefined;
    for (const relation of read) found.add(relation);
  }
  return [...found].map((relation) => ({
    sql: relationSql(relation, dialect),
    schema: relation.schema,
    name: relation.name,
  }));
}

/** Each relation with its mark; undefined where one is no table, has no mark, or may not be asked for it. */
async function tableMarks(
  { plan }: SnapshotRead,
  marks: TableMarks,
  relations: readonly PlacedRelation[],
): Promise<readonly (readonly [string, string])[] | undefined> {
  const [row] = await plan.warehouse.rows(marks.query(relations)).catch(() => []);
  if (row === undefined || Number(row.tables) !== relations.length) return undefined;
  const found = relations.flatMap(({ sql }, index) => {
    const mark = row[String(index)];
    return typeof mark === 'string' ? [[sql, mark] as const] : [];
  });
  return found.length === relations.length ? found : undefined;
}

/** Whether nothing can differ from the base: then no model need be evaluated, and the base need not be taken. */
export async function isUnmoved(read: SnapshotRead, marks: string | undefined): Promise<boolean> {
  const { state, snapshots, contract } = read;
  const { registry, holder } = snapshots;
  if (marks === undefined || state?.marks?.hash !== marks || state.position.phase !== 'end') return false;
  if (state.store !== snapshots.store) return false;
  const found = (await registry.entries(contract.name)).find(({ base }) => base === state.base);
  if (found === undefined || (found.holder !== undefined && found.holder !== holder)) return false;
  const table = await tableAtEnd(read, found, state);
  if (table === undefined || !(await promoted(snapshots, { ...found, table }, state))) return false;
  if (contract.syncType === 'identify') {
    snapshots.persons = { base: state.base, table: registry.table(table), generation: state.generation };
  }
  return true;
}

/** Makes the stage of the read before the base, as a read would: an older state is then refused, and a lost one noticed. */
async function promoted(
  snapshots: SnapshotRead['snapshots'],
  found: Found,
  { generation, position }: SnapshotState,
): Promise<boolean> {
  if (isAt(found, generation, position)) return true;
  const { registry, holder } = snapshots;
  const isMine = await registry.change({ ...found, generation, position }, { holder, before: found.holder });
  snapshots.hold();
  return isMine;
}

/** The table of all that the state says was sent, where nothing else can have been. */
async function tableAtEnd(
  { snapshots }: SnapshotRead,
  found: Found,
  { generation, position }: SnapshotState,
): Promise<string | undefined> {
  const { staged, table } = found;
  if (staged?.generation === generation) return staged.table;
  if (!isAt(found, generation, position)) return undefined;
  const mayHaveSent = staged !== undefined && (await hasChanges(snapshots, staged));
  return mayHaveSent ? undefined : table;
}
