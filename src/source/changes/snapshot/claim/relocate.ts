import { configError, messageOf } from '../../../../errors/connector-error.ts';
import { log } from '../../../../protocol/make-message.ts';
import type { AirbyteMessage } from '../../../../protocol/messages.ts';
import { personStream, type StreamName } from '../../../../streams/contract.ts';
import { type Entry, type Found, requireFree } from '../../../snapshots/registry.ts';
import { freeTable, type SnapshotStore, type Snapshots } from '../../../snapshots/snapshots.ts';
import { emptyTable, linesSql, load } from '../bring.ts';
import type { SnapshotState } from '../snapshot-state.ts';
import { stageColumns } from '../stage-sql.ts';
import { isLost, olderState, type SettledRows, settled, settledRows } from './settled.ts';

/** A stream whose state says that its snapshot lies in the other store. */
interface Move {
  readonly stream: StreamName;
  readonly state: SnapshotState;
  /** What this store has of the same base. */
  readonly found: Found | undefined;
}

interface Relocated {
  readonly entry: Entry;
  readonly notes: readonly AirbyteMessage[];
}

const nameOf = (store: SnapshotStore): string => (store === 'file' ? 'a file' : 'the warehouse');

/**
 * Copies what was sent from the store that the state names to this one. What lies there stays as it is: it is the truth
 * until a state names this store.
 *
 * @returns undefined where it no longer exists there
 * @throws ConnectorError where the other store cannot be reached, another read has it, or the state is older
 */
export async function relocated(snapshots: Snapshots, move: Move): Promise<Relocated | undefined> {
  const { stream, state, found } = move;
  const { there, entries } = await reached(snapshots, move);
  const old = entries.find(({ base }) => base === state.base);
  if (old === undefined || isLost(old, state)) return undefined;
  if (found !== undefined && found.generation > state.generation) throw olderState(found, state);
  await take(there, old);
  there.persons = snapshots.persons === 'failed' ? 'failed' : there.persons;
  const rows = await settledRows(there, old, state);
  const sql = selectOf(there, rows);
  if (sql !== undefined && stream === personStream) {
    there.persons = { base: state.base, table: `(${sql})`, generation: state.generation };
  }
  const table = sql === undefined ? undefined : await copied(snapshots, there, { ...move, sql });
  const entry = await settled(snapshots, entryOf(move, table), state);
  const why = snapshots.instead === undefined ? '' : ` ${snapshots.instead}`;
  const text = `${stream}: its snapshot moves from ${nameOf(state.store)} to ${nameOf(snapshots.store)}.${why}`;
  return { entry, notes: [log(why === '' ? 'INFO' : 'WARN', text)] };
}

interface Reached {
  readonly there: Snapshots;
  readonly entries: readonly Found[];
}

async function reached(snapshots: Snapshots, { stream, state }: Move): Promise<Reached> {
  try {
    const there = await snapshots.other();
    return { there, entries: await there.registry.entries(stream) };
  } catch (error) {
    const why = snapshots.instead ?? messageOf(error);
    throw configError(
      `The snapshot of ${stream} is kept in ${nameOf(state.store)}, where it cannot be reached: ${why} Fix that, or reset the stream to send all its rows again.`,
      { stream, cause: error },
    );
  }
}

/**
 * Keeps other reads from the old entry. Where it can only be read, its file is locked, or this role may not write.
 *
 * @throws ConnectorError where another read has it
 */
async function take(there: Snapshots, old: Found): Promise<void> {
  const { registry, holder } = there;
  requireFree(old, holder);
  const isMine = await registry.change(old, { holder, before: old.holder }).catch(() => undefined);
  if (isMine === undefined) return;
  there.hold();
  if (isMine) return;
  const entries = await registry.entries(old.stream, true);
  for (const entry of entries) if (entry.base === old.base) requireFree({ ...entry, isHeld: true }, holder);
}

function selectOf({ registry }: Snapshots, rows: SettledRows): string | undefined {
  if ('sql' in rows) return rows.sql;
  if (rows.table === undefined) return undefined;
  return `SELECT ${stageColumns.map((name) => `"${name}"`).join(', ')} FROM ${registry.table(rows.table)}`;
}

/**
 * This store's entry as the copy makes it. A stage that an earlier try to move has left may have been sent, without its
 * state coming back.
 */
function entryOf({ stream, state, found }: Move, table: string | undefined): Found {
  const { base, generation, position } = state;
  const isSecondTry = found !== undefined && found.generation === generation;
  const staged = isSecondTry ? found.staged : undefined;
  return {
    ...{ base, stream, generation, position, table, staged },
    ...{ hashedBy: undefined, holder: found?.holder, isHeld: false, promotedAt: undefined },
  };
}

/** The name of a table here with the rows of a query there. */
async function copied(
  { engine, registry }: Snapshots,
  there: Snapshots,
  { stream, state, found, sql }: Move & { readonly sql: string },
): Promise<string> {
  const { dialect } = engine;
  const table = freeTable(stream, state.base, [found?.table, found?.staged?.table]);
  const make = (select: string) =>
    engine.execute(dialect.ddl.replace('table', registry.table(table), select));
  if (there.engine === engine) {
    await make(sql);
    return table;
  }
  const into = registry.scratch(`nexus_customer_io_${stream}_moving`);
  await emptyTable(engine, into, stageColumns);
  const { snapshot, text, time } = there.engine.dialect;
  const fields = stageColumns.map((name) => {
    const printed = name === 'sent_at' ? time.print(`"${name}"`) : text.cast(`"${name}"`);
    return { name, sql: snapshot.json(printed) };
  });
  const lines = linesSql(there.engine.dialect, `(${sql}) AS "settled"`, fields);
  await load({ warehouse: there.engine, store: engine }, { lines, into, columns: stageColumns });
  const values: Readonly<Record<string, string>> = {
    sent_at: dialect.time.ofText('"sent_at"'),
    generation: `CAST("generation" AS ${dialect.types.made.integer})`,
  };
  const columns = stageColumns.map((name) => `${values[name] ?? `"${name}"`} AS "${name}"`);
  await make(`SELECT ${columns.join(', ')} FROM ${into}`);
  return table;
}
