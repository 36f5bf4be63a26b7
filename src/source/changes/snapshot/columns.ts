import { entityColumn } from '../../../models/identify/identify.ts';
import {
  mergedIntoColumn,
  removedAtColumn,
  type StreamContract,
  unsetColumn,
} from '../../../streams/contract.ts';

const own: ReadonlySet<string> = new Set([entityColumn, removedAtColumn, mergedIntoColumn, unsetColumn]);

/** Whether a column is none of a record's attributes, since it has a meaning for snapshots. */
export const isSnapshotColumn = (name: string): boolean => own.has(name);

/** A column that a snapshot may add to a stream's records, as the catalog has it. */
export interface AddedColumn {
  readonly name: string;
  readonly schema: Readonly<Record<string, unknown>>;
}

const removedAt: AddedColumn = {
  name: removedAtColumn,
  schema: { type: ['null', 'string'], format: 'date-time', airbyte_type: 'timestamp_with_timezone' },
};
const mergedInto: AddedColumn = { name: mergedIntoColumn, schema: { type: ['null', 'string'] } };
const unset: AddedColumn = {
  name: unsetColumn,
  schema: { type: ['null', 'array'], items: { type: 'string' } },
};

/** What a snapshot may add. An event that was sent cannot be taken back, nor changed. */
export function addedColumns({ syncType }: StreamContract): readonly AddedColumn[] {
  if (syncType === 'track') return [];
  return syncType === 'identify' ? [removedAt, mergedInto, unset] : [removedAt, unset];
}
