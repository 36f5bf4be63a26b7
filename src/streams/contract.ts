/**
 * The four streams' column contracts, as the specification (docs/customer-io-integration.md) words them.
 * Both ends read this table; every column not named here is a trait, property or attribute.
 */

/** In the order of a first sync: events need their persons, relationships need both of their ends. */
export const streamNames = ['persons', 'objects', 'relationships', 'events'] as const;
export type StreamName = (typeof streamNames)[number];

export interface StreamContract {
  readonly name: StreamName;
  /** What Customer.io's reverse ETL calls this kind of sync. */
  readonly syncType: 'identify' | 'group' | 'track';
  /** Columns that a model must give. */
  readonly required: readonly string[];
  /** Columns with a meaning of their own that a model may give. */
  readonly optional: readonly string[];
  readonly primaryKey: readonly string[];
  readonly cursor: 'timestamp';
}

export const removedAtColumn = '_ab_cdc_deleted_at';

export const streamContracts: Readonly<Record<StreamName, StreamContract>> = {
  persons: {
    name: 'persons',
    syncType: 'identify',
    required: ['userId', 'timestamp'],
    optional: ['anonymousId'],
    primaryKey: ['userId'],
    cursor: 'timestamp',
  },
  objects: {
    name: 'objects',
    syncType: 'group',
    required: ['groupId', 'objectTypeId', 'timestamp'],
    optional: [],
    primaryKey: ['objectTypeId', 'groupId'],
    cursor: 'timestamp',
  },
  relationships: {
    name: 'relationships',
    syncType: 'group',
    required: ['groupId', 'objectTypeId', 'userId', 'timestamp'],
    optional: ['relationshipAttributes'],
    primaryKey: ['objectTypeId', 'groupId', 'userId'],
    cursor: 'timestamp',
  },
  events: {
    name: 'events',
    syncType: 'track',
    required: ['userId', 'timestamp', 'event'],
    optional: ['anonymousId', 'messageId'],
    primaryKey: ['messageId'],
    cursor: 'timestamp',
  },
};

export function isStreamName(name: string): name is StreamName {
  return Object.hasOwn(streamContracts, name);
}
