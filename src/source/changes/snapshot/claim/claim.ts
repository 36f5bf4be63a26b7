import { log } from '../../../../protocol/make-message.ts';
import type { AirbyteMessage } from '../../../../protocol/messages.ts';
import type { StreamName } from '../../../../streams/contract.ts';
import { atStart } from '../../../snapshots/position.ts';
import { type Entry, type Found, requireFree } from '../../../snapshots/registry.ts';
import { freeTable, type Snapshots } from '../../../snapshots/snapshots.ts';
import type { SnapshotState } from '../snapshot-state.ts';
import { relocated } from './relocate.ts';
import { isLost, latest, settled } from './settled.ts';

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
  const known = state === undefined ? undefined : await goneOn(snapshots, { stream, state, found });
  const { entry, notes } = known ?? anew(stream, base, { state, found, entries });
  const isMine =
    found === undefined
      ? await begun(snapshots, entry)
      : await registry.change(entry, { holder, before: found.holder });
  snapshots.hold();
  if (!isMine) await requireMine(snapshots, entry);
  return claimOf(snapshots, entry, notes);
}

interface GoingOn {
  readonly stream: StreamName;
  readonly state: SnapshotState;
  readonly found: Found | undefined;
}

interface Begun {
  readonly entry: Entry;
  readonly notes: readonly AirbyteMessage[];
}

/** The entry that a state goes on from, wherever it lies; undefined where it no longer exists. */
async function goneOn(snapshots: Snapshots, { stream, state, found }: GoingOn): Promise<Begun | undefined> {
  if (state.store !== snapshots.store) return await relocated(snapshots, { stream, state, found });
  if (found === undefined || isLost(found, state)) return undefined;
  return { entry: await settled(snapshots, found, state), notes: [] };
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

interface Surroundings {
  readonly state: SnapshotState | undefined;
  readonly found: Found | undefined;
  readonly entries: readonly Found[];
}

/** An entry without a base: all rows are new to it, and none can have left. */
function anew(stream: StreamName, base: string, { state, found, entries }: Surroundings): Begun {
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
