import { entityColumn, removedAtColumn } from '../../../streams/contract.ts';

/** What the source adds to a record of its own, by the destination's names. */
export const mergedIntoColumn = 'mergedInto';
export const unsetColumn = 'unsetAttributes';

const own: ReadonlySet<string> = new Set([entityColumn, removedAtColumn, mergedIntoColumn, unsetColumn]);

/** Whether a column is none of a record's attributes, since it has a meaning for snapshots. */
export const isSnapshotColumn = (name: string): boolean => own.has(name);
