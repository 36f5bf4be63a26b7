import { streamContracts } from '../../streams/contract.ts';
import type { ColumnRole } from '../../streams/stream.ts';
import type { MappingSettings } from '../config.ts';

/** The setting of `streams` that names the column of a role. */
export const settingOfRole = {
  user: 'user_id',
  anonymous: 'anonymous_id',
  timestamp: 'timestamp',
  eventName: 'event',
  messageId: 'message_id',
  object: 'group_id',
  objectType: 'object_type_id',
  relation: 'relationship_attributes',
  merged: 'merged_into',
  unset: 'unset_attributes',
} as const satisfies Readonly<Record<ColumnRole, keyof MappingSettings>>;

/** What does instead of a column that a stream must have: another column, or a fixed value. */
const alternatives: Readonly<Partial<Record<ColumnRole, keyof MappingSettings>>> = {
  user: settingOfRole.anonymous,
  eventName: 'event_name',
  objectType: 'object_type',
};

/**
 * What every record of a kind must have: one setting of each list. A timestamp may be missing: what is not dated is
 * dated by its arrival.
 */
export function neededSettings(kind: MappingSettings['as']): (keyof MappingSettings)[][] {
  const needed = streamContracts[kind].columns.filter(
    ({ role, required }) => required && role !== 'timestamp',
  );
  return needed.map(({ role }) =>
    [settingOfRole[role], alternatives[role]].filter((each) => each !== undefined),
  );
}
