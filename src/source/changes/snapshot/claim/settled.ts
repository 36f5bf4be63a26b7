import { ConnectorError, configError } from '../../../../errors/connector-error.ts';
import { streamContracts } from '../../../../streams/contract.ts';
import { type Position, sentBy } from '../../../snapshots/position.ts';
import { type Entry, type Found, isAt } from '../../../snapshots/registry.ts';
import { freeTable, type Snapshots } from '../../../snapshots/snapshots.ts';
import { movedBase, personsTable } from '../moved-base.ts';
import type { SnapshotState } from '../snapshot-state.ts';
import { unsettledSql } from '../stage-sql.ts';

/** The newest generation that an entry knows. */
export const latest = ({ generation, staged }: Entry): number =>
  Math.max(generation, staged?.generation ?? 0);

/** A registry that was put back to an earlier day knows nothing of the state's generation. */
export const isLost = (found: Found, state: SnapshotState): boolean => state.generation > latest(found);

/** The entry once what the state says was sent has become the base. */
export async function settled(snapshots: Snapshots, found: Found, state: SnapshotState): Promise<Entry> {
  const rows = await settledRows(snapshots, found, state);
  const table = 'sql' in rows ? await madeTable(snapshots, found, rows.sql) : rows.table;
  const next = freeTable(found.stream, found.base, [table]);
  return {
    ...found,
    generation: state.generation,
    position: state.position,
    table,
    staged: { generation: latest(found) + 1, table: next },
  };
}

/** A third table, made of base and stage. */
async function madeTable({ registry, engine }: Snapshots, found: Found, sql: string): Promise<string> {
  const name = freeTable(found.stream, found.base, [found.table, found.staged?.table]);
  await engine.execute(engine.dialect.ddl.replace('table', registry.table(name), sql));
  return name;
}

/** What was sent: the name of a table, which is undefined where nothing was, or SQL over base and stage. */
export type SettledRows = { readonly table: string | undefined } | { readonly sql: string };

/**
 * What the state says was sent, by a query where only a part of the stage was for certain.
 *
 * @throws ConnectorError where the state is older than the snapshot
 */
export async function settledRows(
  snapshots: Snapshots,
  found: Found,
  state: SnapshotState,
): Promise<SettledRows> {
  const { staged, table } = found;
  const isStaged = staged !== undefined && staged.generation === state.generation;
  if (!isStaged && !isAt(found, state.generation, state.position)) throw olderState(found, state);
  if (staged === undefined) return { table };
  // No state of another stage has come back.
  const position = isStaged ? state.position : undefined;
  if (position?.phase === 'end') return { table: staged.table };
  if (position === undefined && !(await hasChanges(snapshots, staged))) return { table };
  return { sql: await partlySent(snapshots, found, { stage: staged.table, position }) };
}

interface Part {
  readonly stage: string;
  /** How far the stage was sent for certain; undefined where that is unknown. */
  readonly position: Position | undefined;
}

async function partlySent(snapshots: Snapshots, found: Found, { stage, position }: Part): Promise<string> {
  const { registry, engine } = snapshots;
  const { dialect } = engine;
  const contract = streamContracts[found.stream];
  const persons = await personsTable(snapshots, contract, found.base);
  const before = found.table === undefined ? undefined : registry.table(found.table);
  return unsettledSql({
    dialect,
    isEvents: contract.syncType === 'track',
    stage: registry.table(stage),
    base: movedBase(snapshots, contract, { base: before, persons }),
    sent: position === undefined ? 'FALSE' : sentBy(dialect, position),
  });
}

/**
 * Whether anything of a stage may have been sent. One that was never written has nothing: its table may not be there,
 * or hold what it held in an earlier turn.
 */
export async function hasChanges(
  { engine, registry }: Snapshots,
  { table, generation }: NonNullable<Entry['staged']>,
): Promise<boolean> {
  const changed = `"generation" = ${generation} AND "action" IS NOT NULL AND "action" <> 'moved'`;
  try {
    const [row] = await engine.rows(
      `SELECT COUNT(*) AS "changes" FROM (SELECT "key" FROM ${registry.table(table)} WHERE ${changed} LIMIT 1) AS "any"`,
    );
    return Number(row?.changes ?? 0) > 0;
  } catch (error) {
    // A stage that was never written is a table that is not there; a warehouse that fails says nothing of it.
    if (error instanceof ConnectorError && error.failureType === 'config_error') return false;
    throw error;
  }
}

export function olderState(found: Found, { generation }: SnapshotState) {
  return configError(
    `The state of ${found.stream} is older than its snapshot: it has generation ${generation}, the snapshot ${latest(found)}. Rows sent since then would count as not sent. Use the newest state, or reset the stream to send all its rows again (this removes nothing, and events keep their ids).`,
    { stream: found.stream },
  );
}
