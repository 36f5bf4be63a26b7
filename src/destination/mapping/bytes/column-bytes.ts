import type { ScannedRecord } from '../../../protocol/lines/scan-record.ts';
import { removedAtColumn, streamContracts } from '../../../streams/contract.ts';
import { columnKinds } from '../attributes.ts';
import { cacheMark } from '../cached-record.ts';
import { limits } from '../limits.ts';
import type { StreamPlan } from '../stream-mapping.ts';

/** What a column is. Numbers, since they are looked at for every column of every record. */
export const role = {
  userId: 0,
  anonymousId: 1,
  timestamp: 2,
  event: 3,
  messageId: 4,
  groupId: 5,
  objectTypeId: 6,
  removedAt: 7,
  /** Passes as it is. */
  attribute: 8,
  /** An attribute that sets an identifier, whose limit is shorter. */
  reserved: 9,
  timestampAttribute: 10,
  dropped: 11,
  /** Only the general way knows what to do with a record that has it. */
  unusual: 12,
} as const;

export type Role = (typeof role)[keyof typeof role];

/** The columns of one stream's scanned records, found by the bytes of their names. */
export interface ColumnLookup {
  /** By column of the record that was looked up last. */
  readonly roles: readonly Role[];
  /** By role: where the column with a meaning of its own stands in that record, or -1. */
  readonly places: Int32Array;
  /** False where a column is unusual, or comes twice. */
  lookUp(record: ScannedRecord): boolean;
}

interface KnownColumn {
  readonly name: Uint8Array;
  readonly role: Role;
  /** The column that came after it the last time: nearly always the one that comes after it now. */
  next: KnownColumn | undefined;
  /** The number of the record that had it last. */
  seenIn: number;
}

/** More names than this are not columns but data used as names. */
const mostNames = 10_000;

function isNamed({ name }: KnownColumn, bytes: Uint8Array, start: number, end: number): boolean {
  if (name.length !== end - start) return false;
  for (let index = 0; index < name.length; index += 1) {
    if (name[index] !== bytes[start + index]) return false;
  }
  return true;
}

/** undefined for a stream of which one column has two meanings. */
export function columnLookup(plan: StreamPlan): ColumnLookup | undefined {
  const roleOf = rolesOf(plan);
  if (roleOf === undefined) return undefined;
  const known = new Map<string, KnownColumn>();
  const roles: Role[] = [];
  const places = new Int32Array(role.unusual + 1);
  const newColumn = (name: string, its: Role): KnownColumn => ({
    name: Uint8Array.from(Buffer.from(name)),
    role: its,
    next: undefined,
    seenIn: 0,
  });
  /** Stands before the first column. */
  const start = newColumn('', role.dropped);
  let records = 0;

  const learn = (name: string): KnownColumn => {
    if (known.size >= mostNames) return newColumn(name, role.unusual);
    const column = newColumn(name, roleOf(name));
    known.set(name, column);
    return column;
  };
  const after = (before: KnownColumn, bytes: Uint8Array, from: number, to: number): KnownColumn => {
    if (before.next !== undefined && isNamed(before.next, bytes, from, to)) return before.next;
    const name = Buffer.from(bytes.subarray(from, to)).toString();
    before.next = known.get(name) ?? learn(name);
    return before.next;
  };
  return {
    roles,
    places,
    lookUp({ bytes, columns, nameStart, nameEnd }) {
      records += 1;
      places.fill(-1);
      let column = start;
      for (let index = 0; index < columns; index += 1) {
        column = after(column, bytes, nameStart[index] ?? 0, nameEnd[index] ?? 0);
        if (column.seenIn === records || column.role === role.unusual) return false;
        column.seenIn = records;
        roles[index] = column.role;
        places[column.role] = index;
      }
      return true;
    },
  };
}

/** The columns of a scanned record that have a role of their own, by kind of stream. */
const ownRoles: Readonly<Record<StreamPlan['kind'], Readonly<Record<string, Role>>>> = {
  persons: { userId: role.userId, anonymousId: role.anonymousId, timestamp: role.timestamp },
  events: {
    userId: role.userId,
    anonymousId: role.dropped,
    timestamp: role.timestamp,
    event: role.event,
    messageId: role.messageId,
  },
  objects: { groupId: role.groupId, objectTypeId: role.objectTypeId, timestamp: role.dropped },
  relationships: {},
};

/** undefined where one column has two meanings. */
function rolesOf(plan: StreamPlan): ((name: string) => Role) | undefined {
  const names = streamContracts[plan.kind].columnNames.map((column) => plan.columns[column]);
  if (new Set([...names, removedAtColumn]).size <= names.length) return undefined;
  const own = new Map(
    streamContracts[plan.kind].columnNames.map((c) => [plan.columns[c], ownRoles[plan.kind][c]]),
  );
  const kinds = columnKinds(plan);
  return (name) => {
    if (name === cacheMark || Buffer.byteLength(name) > limits.attributeName) return role.unusual;
    if (name === removedAtColumn) return role.removedAt;
    const kind = kinds.kindOf(name);
    if (kind === 'own') return own.get(name) ?? role.dropped;
    const attribute = kind === 'timestamp' ? role.timestampAttribute : role.attribute;
    return plan.kind === 'persons' ? personRole(name, attribute) : attribute;
  };
}

function personRole(name: string, attribute: Role): Role {
  // A person's anonymousId becomes this attribute.
  if (name === 'anonymous_id') return role.unusual;
  if (name !== 'id' && name !== 'email') return attribute;
  return attribute === role.attribute ? role.reserved : role.unusual;
}
