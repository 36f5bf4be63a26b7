import { entityColumn, mergedIntoColumn, removedAtColumn, unsetColumn } from '../../../streams/contract.ts';

const own: ReadonlySet<string> = new Set([entityColumn, removedAtColumn, mergedIntoColumn, unsetColumn]);

/** Whether a column is none of a record's attributes, since it has a meaning for snapshots. */
export const isSnapshotColumn = (name: string): boolean => own.has(name);
