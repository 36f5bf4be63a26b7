/** What a column means, whatever a model or another source calls it; and what this source's models call it. */
export const columnOfRole = {
  user: 'userId',
  anonymous: 'anonymousId',
  object: 'groupId',
  objectType: 'objectTypeId',
  timestamp: 'timestamp',
  eventName: 'event',
  messageId: 'messageId',
  relation: 'relationshipAttributes',
  merged: 'mergedInto',
  unset: 'unsetAttributes',
} as const;

export type ColumnRole = keyof typeof columnOfRole;
/** Every role. */
export const columnRoles: readonly ColumnRole[] = [
  'user',
  'anonymous',
  'object',
  'objectType',
  'timestamp',
  'eventName',
  'messageId',
  'relation',
  'merged',
  'unset',
];
export type ColumnName = (typeof columnOfRole)[ColumnRole];

/** One column of a stream that has a meaning of its own. */
export interface StreamColumn {
  readonly role: ColumnRole;
  /** A model must give it. */
  readonly required?: true;
  /** Its place in the primary key, from 1. */
  readonly key?: number;
  /** The destination takes it from other sources; models of this source are not asked for it. */
  readonly foreign?: true;
}

export interface ContractOf<Name extends string> {
  readonly name: Name;
  /** What Customer.io's reverse ETL calls this kind of sync. */
  readonly syncType: 'identify' | 'group' | 'track';
  /** Every column with a meaning of its own; the lists below are made of them. */
  readonly columns: readonly StreamColumn[];
  readonly columnNames: readonly ColumnName[];
  /** Columns that a model must give. */
  readonly required: readonly string[];
  /** Columns with a meaning of their own that a model may give. */
  readonly optional: readonly string[];
  readonly primaryKey: readonly ColumnName[];
  readonly cursor: 'timestamp';
}

const namesOf = (columns: readonly StreamColumn[]): ColumnName[] =>
  columns.map(({ role }) => columnOfRole[role]);

/** A contract with the lists that follow from its columns. */
export function streamContract<Name extends string>(
  name: Name,
  syncType: ContractOf<Name>['syncType'],
  columns: readonly StreamColumn[],
): ContractOf<Name> {
  const keys = columns.filter(({ key }) => key !== undefined);
  return {
    name,
    syncType,
    columns,
    columnNames: namesOf(columns),
    required: namesOf(columns.filter(({ required }) => required)),
    optional: namesOf(columns.filter(({ required, foreign }) => !required && !foreign)),
    primaryKey: namesOf(keys.toSorted((a, b) => (a.key ?? 0) - (b.key ?? 0))),
    cursor: 'timestamp',
  };
}

const identifying: ReadonlySet<ColumnRole> = new Set([
  'user',
  'anonymous',
  'object',
  'objectType',
  'messageId',
]);

/** Whether a column of the role tells what a record is about: white space around it is never meant. */
export const isIdentifier = (role: ColumnRole): boolean => identifying.has(role);
