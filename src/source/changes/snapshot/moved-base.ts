import { personStream, type StreamContract } from '../../../streams/contract.ts';
import type { Snapshots } from '../../snapshots/snapshots.ts';
import { withMovedHolders, withMovedKeys } from './moves.ts';
import { separator } from './row-sql.ts';

/** SQL of the table of the persons of a base; `failed` where this session could not read them. */
type PersonsTable = string | 'failed' | undefined;

const isAboutPeople = ({ columns, name }: StreamContract): boolean =>
  name !== personStream && columns.some(({ role }) => role === 'user');

/** Where the persons of this read lie, else those of the last one; undefined for a stream that is about nobody. */
export async function personsTable(
  { persons, registry }: Snapshots,
  contract: StreamContract,
  base: string,
): Promise<PersonsTable> {
  if (!isAboutPeople(contract)) return undefined;
  if (persons === 'failed') return persons;
  if (persons !== undefined) return persons.base === base ? persons.table : undefined;
  const found = (await registry.entries(personStream)).find((entry) => entry.base === base);
  return found?.table === undefined ? undefined : registry.table(found.table);
}

/** What moves with the people who have become others; undefined where that is not known. */
export async function personsGeneration(
  { persons, registry }: Snapshots,
  contract: StreamContract,
  base: string,
): Promise<number | undefined> {
  if (!isAboutPeople(contract)) return 0;
  if (persons === 'failed') return undefined;
  if (persons !== undefined) return persons.base === base ? persons.generation : 0;
  const found = (await registry.entries(personStream)).find((entry) => entry.base === base);
  return found?.table === undefined ? 0 : found.generation;
}

/** A stream's base once people's merges have moved what was theirs. */
export function movedBase(
  { engine }: Snapshots,
  { syncType }: StreamContract,
  { base, persons }: { readonly base: string | undefined; readonly persons: PersonsTable },
): string | undefined {
  if (base === undefined || persons === undefined || persons === 'failed') return base;
  return syncType === 'track'
    ? withMovedHolders(base, persons, separator)
    : withMovedKeys(engine.dialect, base, persons, separator);
}
