import { configError } from '../../../errors/connector-error.ts';
import { log } from '../../../protocol/make-message.ts';
import type { AirbyteMessage } from '../../../protocol/messages.ts';
import { type StreamName, streamContracts } from '../../../streams/contract.ts';
import { atStart, type Position, sentBy } from '../../snapshots/position.ts';
import { type Entry, type Found, isAt, requireFree } from '../../snapshots/registry.ts';
import { freeTable, type Snapshots } from '../../snapshots/snapshots.ts';
import { movedBase, personsTable } from './moved-base.ts';
import type { SnapshotState } from './snapshot-state.ts';
import { unsettledSql } from './stage-sql.ts';

/** A stream's base that this read holds, and the stage that it is going to write. */
export interface Claim {
  readonly base: string;
  /** What the base's table holds: a generation, and how far it was sent. */
  readonly promoted: Pick<Entry, 'generation' | 'position'>;
  /** SQL of the base's table; undefined where there is nothing to compare with. */
  readonly baseTable: string | undefined;
  readonly generation: number;
  /** SQL of the table of the stage. */
  readonly stageTable: string;
  /** What is to be told of it. */
  readonly notes: readonly AirbyteMessage[];
}

/**
 * Makes of the stage of the read before what its state says was sent of it, and takes the base for this read.
 *
 * @throws ConnectorError where another read has it, or where the state is older than the base
 */
export async function claim(
  snapshots: Snapshots,
  stream: StreamName,
  state: SnapshotState | undefined,
): Promise<Claim> {
  const { registry, holder } = snapshots;
  const entries = await registry.entries(stream);
  const base = state?.base ?? snapshots.base;
  const found = entries.find((entry) => entry.base === base);
  if (found !== undefined) requireFree(found, holder);
  const { entry, notes } =
    state === undefined || found === undefined || isLost(found, state)
      ? anew(stream, base, { state, found, entries })
      : { entry: await settled(snapshots, found, state), notes: [] };
  const isMine =
    found === undefined
      ? await begun(snapshots, entry)
      : await registry.change(entry, { holder, before: found.holder });
  snapshots.hold();
  if (!isMine) await requireMine(snapshots, entry);
  return claimOf(snapshots, entry, notes);
}

/** Two reads may begin at once: the first entry that is there counts. */
async function begun({ registry, holder }: Snapshots, entry: Entry): Promise<boolean> {
  await registry.begin(entry, holder);
  return false;
}

/** @throws ConnectorError where another read was faster */
async function requireMine({ registry, holder }: Snapshots, { stream, base }: Entry): Promise<void> {
  const entries = await registry.entries(stream, true);
  for (const entry of entries) if (entry.base === base) requireFree({ ...entry, isHeld: true }, holder);
}

function claimOf({ registry }: Snapshots, entry: Entry, notes: readonly AirbyteMessage[]): Claim {
  const { base, generation, position, table, staged } = entry;
  if (staged === undefined) throw new Error('A claim names its stage.');
  return {
    base,
    promoted: { generation, position },
    baseTable: table === undefined ? undefined : registry.table(table),
    generation: staged.generation,
    stageTable: registry.table(staged.table),
    notes,
  };
}

const latest = ({ generation, staged }: Entry): number => Math.max(generation, staged?.generation ?? 0);

/** A registry that was put back to an earlier day knows nothing of the state's generation. */
const isLost = (found: Found, state: SnapshotState): boolean => state.generation > latest(found);

interface Surroundings {
  readonly state: SnapshotState | undefined;
  readonly found: Found | undefined;
  readonly entries: readonly Found[];
}

/** An entry without a base: all rows are new to it, and none can have left. */
function anew(stream: StreamName, base: string, { state, found, entries }: Surroundings) {
  const generation = Math.max(state?.generation ?? 0, found === undefined ? 0 : latest(found));
  const table = freeTable(stream, base, [found?.table, found?.staged?.table]);
  const entry: Entry = {
    base,
    stream,
    generation,
    position: atStart,
    table: undefined,
    staged: { generation: generation + 1, table },
    hashedBy: undefined,
  };
  return { entry, notes: lossNotes(stream, { state, found, entries }) };
}

function lossNotes(stream: StreamName, { state, entries }: Surroundings): AirbyteMessage[] {
  if (state !== undefined) {
    return [
      log(
        'WARN',
        `${stream}: the snapshot that the state names no longer exists, or is from an earlier day. All rows are sent again, and nothing is removed this time. If the warehouse is rebuilt each day, keep snapshots in a file (changes.store: file).`,
      ),
    ];
  }
  const [other] = entries.filter(({ generation }) => generation > 0);
  if (other === undefined) return [];
  return [
    log(
      'WARN',
      `${stream}: there is no state, but there is a snapshot from ${other.promotedAt?.slice(0, 16) ?? 'an earlier day'}. If the state was lost, restore it. Without it, all rows are sent again, and nothing is removed this time.`,
    ),
  ];
}

/** The entry once what the state says was sent has become the base. */
async function settled(snapshots: Snapshots, found: Found, state: SnapshotState): Promise<Entry> {
  const { generation, position } = state;
  const { staged } = found;
  const isStaged = staged !== undefined && staged.generation === generation;
  if (!isStaged && !isAt(found, generation, position)) throw olderState(found, state);
  const table = await settledTable(snapshots, found, isStaged ? position : undefined);
  const next = freeTable(found.stream, found.base, [table]);
  return {
    ...found,
    generation,
    position,
    table,
    staged: { generation: latest(found) + 1, table: next },
  };
}

/**
 * The table of what was sent. Where only a part of the stage was for certain, it is a third one, made of base and stage.
 *
 * @param position how far the stage was sent; undefined where no state of it has come back
 */
async function settledTable(
  snapshots: Snapshots,
  found: Found,
  position: Position | undefined,
): Promise<string | undefined> {
  const { staged, table } = found;
  if (staged === undefined) return table;
  if (position?.phase === 'end') return staged.table;
  const { registry, engine } = snapshots;
  const { dialect } = engine;
  const stage = registry.table(staged.table);
  if (position === undefined && !(await hasChanges(snapshots, stage))) return table;
  const contract = streamContracts[found.stream];
  const persons = await personsTable(snapshots, contract, found.base);
  const before = table === undefined ? undefined : registry.table(table);
  const sql = unsettledSql({
    dialect,
    isEvents: contract.syncType === 'track',
    stage,
    base: movedBase(snapshots, contract, { base: before, persons }),
    sent: position === undefined ? 'FALSE' : sentBy(dialect, position),
  });
  const name = freeTable(found.stream, found.base, [table, staged.table]);
  await engine.execute(dialect.ddl.replace('table', registry.table(name), sql));
  return name;
}

/** Whether anything of a stage may have been sent. One that was never written has nothing. */
async function hasChanges({ engine }: Snapshots, stage: string): Promise<boolean> {
  try {
    const [row] = await engine.rows(
      `SELECT COUNT(*) AS "changes" FROM (SELECT "key" FROM ${stage} WHERE "action" IS NOT NULL AND "action" <> 'moved' LIMIT 1) AS "any"`,
    );
    return Number(row?.changes ?? 0) > 0;
  } catch {
    return false;
  }
}

function olderState(found: Found, { generation }: SnapshotState) {
  return configError(
    `The state of ${found.stream} is older than its snapshot: it has generation ${generation}, the snapshot ${latest(found)}. Rows sent since then would count as not sent. Use the newest state, or reset the stream to send all its rows again (this removes nothing, and events keep their ids).`,
    { stream: found.stream },
  );
}
