import { streamContracts } from '../../../streams/contract.ts';
import { type ColumnRole, columnOfRole, isIdentifier } from '../../../streams/stream.ts';
import type { DestinationConfig } from '../../config.ts';
import type { StreamMapping } from '../stream-mapping.ts';
import { trimmed } from './white-space.ts';

type Data = Readonly<Record<string, unknown>>;

/** Attributes of a person that Customer.io takes for identifiers. */
const identifierAttributes = ['id', 'email', 'anonymous_id'];

/** A record, and the columns of which white space was left out. */
export interface Trimmed {
  readonly data: Data;
  readonly trimmed: readonly string[];
}

const none: readonly string[] = [];

/**
 * Identifiers without the white space around them: it is never meant, and makes another person of the same one. A
 * person's id or email that is nothing else is a missing one; in columns that a record must have, that is the
 * mapping's to tell.
 */
export function trimIdentifiers(
  plan: StreamMapping,
  { trim_identifiers, api }: Pick<DestinationConfig, 'trim_identifiers' | 'api'>,
): (data: Data) => Trimmed {
  if (!trim_identifiers) return (data) => ({ data, trimmed: none });
  // Of events, the Track API has no use for an anonymousId.
  const isUsed = (role: ColumnRole): boolean =>
    isIdentifier(role) && !(plan.kind === 'events' && role === 'anonymous' && api === 'track');
  const used = streamContracts[plan.kind].columns.filter(({ role }) => isUsed(role));
  const columns = new Set(used.map(({ role }) => plan.columns[columnOfRole[role]]));
  const attributes = plan.kind === 'persons' ? identifierAttributes : [];
  const names = [...columns.union(new Set(attributes))];
  return (data) => {
    const padded = names.filter((name) => isPadded(data[name]));
    if (padded.length === 0) return { data, trimmed: none };
    const changed = padded.map((name): [string, unknown] => [name, withoutPadding(data[name])]);
    return {
      data: { ...data, ...Object.fromEntries(changed) },
      trimmed: changed.filter(([, value]) => value !== null).map(([name]) => name),
    };
  };
}

/** The empty text too: it becomes a missing one like the blank. */
const isPadded = (value: unknown): boolean =>
  typeof value === 'string' && (value === '' || trimmed(value) !== value);

function withoutPadding(value: unknown): string | null {
  const text = trimmed(String(value));
  return text === '' ? null : text;
}
