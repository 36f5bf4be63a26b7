import { removedAtColumn, streamContracts } from '../../streams/contract.ts';
import type { DestinationConfig } from '../config.ts';
import { type Attributes, limits } from './limits.ts';
import type { StreamMapping } from './stream-mapping.ts';
import { looksLikeTimestamp, unixSeconds } from './timestamps.ts';

/**
 * `__proto__` is a name like any other. It is defined, not assigned; an object without a prototype would take
 * it too, but V8 keeps such objects as slow dictionaries.
 */
function set(attributes: Attributes, name: string, value: unknown): void {
  if (name !== '__proto__') attributes[name] = value;
  else
    Object.defineProperty(attributes, name, { value, enumerable: true, writable: true, configurable: true });
}

/** Airbyte's own columns are not the user's data. */
export const isAirbyteColumn = (name: string): boolean =>
  name.startsWith('_airbyte_') || name === removedAtColumn;

export type AttributeOptions = Pick<DestinationConfig, 'null_attributes' | 'relationship_timestamps'>;

/** Customer.io knows `created_at` as unix seconds, whatever the schema says. */
export const isTime = (name: string, timestamps: ReadonlySet<string>): boolean =>
  name === 'created_at' || timestamps.has(name);

type ColumnKind = 'own' | 'timestamp' | 'plain';

/** What each column of a stream is, worked out once a name rather than once a record. */
export interface ColumnKinds {
  kindOf(name: string): ColumnKind;
  /** A name longer than Customer.io's limit was met: attributes have to be checked one by one. */
  readonly longNames: boolean;
}

/** More names than this are not columns but data used as names. */
const mostNames = 10_000;

/** @param mark the attribute that marks removed rows: it is set by their removal alone */
export function columnKinds(plan: StreamMapping, mark?: string): ColumnKinds {
  const own = new Set(streamContracts[plan.kind].columnNames.map((column) => plan.columns[column]));
  if (mark !== undefined) own.add(mark);
  const known = new Map<string, ColumnKind>();
  let longNames = false;
  const classify = (name: string): ColumnKind => {
    longNames ||= Buffer.byteLength(name) > limits.attributeName;
    if (own.has(name) || isAirbyteColumn(name)) return 'own';
    return isTime(name, plan.timestamps) ? 'timestamp' : 'plain';
  };
  return {
    kindOf(name) {
      const found = known.get(name);
      if (found !== undefined) return found;
      const kind = classify(name);
      if (known.size < mostNames) known.set(name, kind);
      return kind;
    },
    get longNames() {
      return longNames;
    },
  };
}

/**
 * Every column that is not the contract's. Timestamps become unix seconds, the form that segments compare; a value
 * that is none stays as it is.
 */
export function attributesOf(
  data: Readonly<Record<string, unknown>>,
  columns: ColumnKinds,
  options: AttributeOptions,
): Attributes {
  const attributes: Attributes = {};
  const unset = options.null_attributes === 'unset';
  for (const name of Object.keys(data)) {
    const kind = columns.kindOf(name);
    if (kind === 'own') continue;
    const value = data[name];
    const missing = value === null || value === undefined;
    if (!missing) set(attributes, name, kind === 'timestamp' ? (unixSeconds(value) ?? value) : value);
    else if (unset) set(attributes, name, null);
  }
  return attributes;
}

/** Of a person, beside the identifier that a record names: these are no attributes that can be taken away. */
const neverUnset: ReadonlySet<string> = new Set(['cio_id', '_update', 'cio_subscription_preferences']);

/** Adds a null for each name that has no value, whatever the config says of nulls. */
export function unsetAttributes(
  attributes: Attributes,
  names: readonly string[],
  mayUnset: (name: string) => boolean = () => true,
): void {
  for (const name of names) {
    if (name !== '' && !Object.hasOwn(attributes, name) && mayUnset(name)) set(attributes, name, null);
  }
}

/** @param identifiers of the person whose attributes they are, by their names */
export const isUnsettable =
  (columns: ColumnKinds, identifiers: object | undefined) =>
  (name: string): boolean => {
    if (columns.kindOf(name) === 'own') return false;
    return identifiers === undefined || !(neverUnset.has(name) || Object.hasOwn(identifiers, name));
  };

/**
 * Attributes of the relationship itself. The schema seldom tells their types: beside what it knows as a time, a text
 * that can only be a time is one.
 */
export function relationshipAttributes(
  given: Readonly<Record<string, unknown>>,
  timestamps: ReadonlySet<string>,
  options: AttributeOptions,
): Attributes {
  const attributes: Attributes = {};
  const isUnix = options.relationship_timestamps === 'unix';
  for (const name of Object.keys(given)) {
    const value = given[name];
    if (value === null || value === undefined) {
      if (options.null_attributes === 'unset') set(attributes, name, null);
    } else {
      const convert = isUnix && (isTime(name, timestamps) || looksLikeTimestamp(value));
      set(attributes, name, convert ? (unixSeconds(value) ?? value) : value);
    }
  }
  return attributes;
}
