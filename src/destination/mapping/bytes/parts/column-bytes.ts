import type { ScannedRecord } from '../../../../protocol/lines/scan-record.ts';
import { removedAtColumn, streamContracts } from '../../../../streams/contract.ts';
import { type ColumnRole, columnOfRole } from '../../../../streams/stream.ts';
import type { DestinationConfig } from '../../../config.ts';
import { columnKinds, isTime } from '../../attributes.ts';
import { cacheMark } from '../../given/cached-record.ts';
import { limits } from '../../limits.ts';
import type { StreamMapping } from '../../stream-mapping.ts';
import { templates } from '../../templates/templates.ts';

/** What a column is. Numbers, since they are looked at for every column of every record. */
export const role = {
  user: 0,
  anonymous: 1,
  timestamp: 2,
  eventName: 3,
  messageId: 4,
  object: 5,
  objectType: 6,
  relation: 7,
  removedAt: 8,
  merged: 9,
  unset: 10,
  /** Passes as it is. */
  attribute: 11,
  /** An attribute that sets an identifier, whose limit is shorter. */
  reserved: 12,
  timestampAttribute: 13,
  /** A time where it looks like one: nothing tells the types of a relationship's attributes. */
  untypedAttribute: 14,
  dropped: 15,
  /** Only the slow path knows what to do with a record that has it. */
  unusual: 16,
} as const satisfies Readonly<Record<ColumnRole, number>> & Readonly<Record<string, number>>;

export type Role = (typeof role)[keyof typeof role];

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

const newColumn = (name: string, its: Role): KnownColumn => ({
  name: Uint8Array.from(Buffer.from(name)),
  role: its,
  next: undefined,
  seenIn: 0,
});

/** The columns of one stream's scanned records, found by the bytes of their names. */
export class ColumnLookup {
  /** By column of the record that was looked up last. */
  readonly roles: Role[] = [];
  /** By role: where the column with a meaning of its own stands in that record, or -1. */
  readonly places = new Int32Array(role.unusual + 1);
  readonly #roleOf: (name: string) => Role;
  readonly #known = new Map<string, KnownColumn>();
  /** Stands before the first column. */
  readonly #start = newColumn('', role.dropped);
  #records = 0;

  constructor(roleOf: (name: string) => Role) {
    this.#roleOf = roleOf;
  }

  /** False where a column is unusual, or comes twice. */
  lookUp({ bytes, columns, nameStart, nameEnd }: ScannedRecord): boolean {
    this.#records += 1;
    this.places.fill(-1);
    let column = this.#start;
    for (let index = 0; index < columns; index += 1) {
      column = this.#after(column, bytes, nameStart[index] ?? 0, nameEnd[index] ?? 0);
      if (column.seenIn === this.#records || column.role === role.unusual) return false;
      column.seenIn = this.#records;
      this.roles[index] = column.role;
      this.places[column.role] = index;
    }
    return true;
  }

  #after(before: KnownColumn, bytes: Uint8Array, from: number, to: number): KnownColumn {
    if (before.next !== undefined && isNamed(before.next, bytes, from, to)) return before.next;
    const name = Buffer.from(bytes.subarray(from, to)).toString();
    before.next = this.#known.get(name) ?? this.#learn(name);
    return before.next;
  }

  #learn(name: string): KnownColumn {
    if (this.#known.size >= mostNames) return newColumn(name, role.unusual);
    const column = newColumn(name, this.#roleOf(name));
    this.#known.set(name, column);
    return column;
  }
}

const isTooLong = (name: string): boolean => Buffer.byteLength(name) > limits.attributeName;

/**
 * undefined for a stream of which one column has two meanings.
 *
 * @param mark the attribute that marks removed rows
 * @param unusual attributes that the fast path leaves to the slow one
 */
export function columnLookup(
  plan: StreamMapping,
  mark: string | undefined,
  unusual: readonly string[] = [],
): ColumnLookup | undefined {
  const { columns } = streamContracts[plan.kind];
  const own = new Map(columns.map((each) => [plan.columns[columnOfRole[each.role]], role[each.role]]));
  if (own.size < columns.length || own.has(removedAtColumn)) return undefined;
  const kinds = columnKinds(plan, mark);
  const isPerson = templates[plan.kind].attributesOf === 'person';
  return new ColumnLookup((name) => {
    if (name === cacheMark || isTooLong(name)) return role.unusual;
    if (name === removedAtColumn) return role.removedAt;
    const kind = kinds.kindOf(name);
    if (kind === 'own') return own.get(name) ?? role.dropped;
    if (unusual.includes(name)) return role.unusual;
    const attribute = kind === 'timestamp' ? role.timestampAttribute : role.attribute;
    return isPerson ? personRole(name, attribute) : attribute;
  });
}

function personRole(name: string, attribute: Role): Role {
  // A person's anonymousId becomes this attribute.
  if (name === 'anonymous_id') return role.unusual;
  if (name !== 'id' && name !== 'email') return attribute;
  return attribute === role.attribute ? role.reserved : role.unusual;
}

/** The attributes of relationships, as the columns of a record. */
export function relationLookup(
  { relationTimestamps }: StreamMapping,
  { relationship_timestamps }: DestinationConfig,
): ColumnLookup {
  const isUnix = relationship_timestamps === 'unix';
  return new ColumnLookup((name) => {
    if (isTooLong(name)) return role.unusual;
    if (!isUnix) return role.attribute;
    return isTime(name, relationTimestamps) ? role.timestampAttribute : role.untypedAttribute;
  });
}
