import { removedAtColumn, type StreamName, streamContracts } from '../../../streams/contract.ts';
import type { DestinationConfig } from '../../config.ts';
import { identifiersOf, keyText, type PersonIdentifiers, refuse } from '../keys/identifiers.ts';
import { trimmed } from '../keys/white-space.ts';
import type { Refusal } from '../limits.ts';
import type { StreamMapping } from '../stream-mapping.ts';
import { unixSeconds } from '../timestamps.ts';

type Data = Readonly<Record<string, unknown>>;

/** What becomes of a removed row. */
export type Fate = 'ignore' | 'remove' | 'mark' | 'merge';

export interface Removal {
  readonly fate: Fate;
  /** A merge was asked for, which the API does not have. */
  readonly unmerged?: true;
}

/** 2000-01-01, in unix seconds: a flag of 1 is no time, and older ones stand for none. */
const earliest = 946_684_800;

/** Zones and clocks differ by less: what is dated later is not yet removed. */
const mostAhead = 86_400;

/**
 * Unix seconds of a row's removal; undefined for a row that is there. Only a timestamp tells of a removal: `false`,
 * `1`, an empty text and the far future, by which some sources say that nothing was removed, must not remove anyone.
 */
export function removalTime(data: Data): number | undefined | Refusal {
  const value = data[removedAtColumn];
  if (value === null || value === undefined) return undefined;
  const seconds = unixSeconds(value);
  if (seconds !== undefined && seconds >= earliest && seconds <= Date.now() / 1000 + mostAhead)
    return seconds;
  return refuse(
    'invalid',
    removedAtColumn,
    `${removedAtColumn} must be the time of the removal, or null if the row was not removed.`,
  );
}

/** The attribute that marks removed rows of the stream, where such rows are marked. */
export const markOf = (
  { kind }: Pick<StreamMapping, 'kind'>,
  { removals }: Pick<DestinationConfig, 'removals'>,
): string | undefined => (policyOf(removals, kind) === 'mark' ? removals.mark_attribute : undefined);

/** What is not in the config, an event, cannot be taken back. */
const policyOf = (policies: Readonly<Partial<Record<StreamName, Fate>>>, kind: StreamName): Fate =>
  policies[kind] ?? 'ignore';

const isGiven = (value: unknown): boolean => value !== null && value !== undefined;

/** Whether the row names a person who the removed one has become. */
const isMoved = (data: Data, { kind, columns }: StreamMapping): boolean =>
  streamContracts[kind].columns.some(({ role }) => role === 'merged') && isGiven(data[columns.mergedInto]);

/** Refuses a row that says whom its person has become, and not that the person was removed. */
export function checkNotMoved(data: Data, plan: StreamMapping): Refusal | undefined {
  if (!isMoved(data, plan)) return undefined;
  const { mergedInto } = plan.columns;
  return refuse('invalid', mergedInto, `${mergedInto} is given, but ${removedAtColumn} is not.`);
}

/** What the config does with a row that was removed. Without a merge, a person who moved is one who was removed. */
export function removalOf(data: Data, plan: StreamMapping, { removals, api }: DestinationConfig): Removal {
  const policy = policyOf(removals, plan.kind);
  if (!isMoved(data, plan)) return { fate: policy };
  const { persons_moved: fate } = removals;
  return fate === 'merge' && api === 'pipelines' ? { fate: policy, unmerged: true } : { fate };
}

/** The person who the removed one has become; undefined where that is nobody, or the same one in another spelling. */
export function movedInto(
  data: Data,
  plan: StreamMapping,
  config: DestinationConfig,
): PersonIdentifiers | Refusal | undefined {
  if (!isMoved(data, plan)) return undefined;
  const { mergedInto, userId } = plan.columns;
  const text = keyText(data[mergedInto]);
  if (text === undefined) return refuse('required', mergedInto, `${mergedInto} is empty.`);
  const name = config.trim_identifiers ? trimmed(text) : text;
  if (name === keyText(data[userId]))
    return refuse('invalid', mergedInto, `${mergedInto} is the ${userId} itself.`);
  return identifiersOf(mergedInto, name, config);
}

/** E-mail addresses that differ in case are one person's. */
export function isSamePerson(one: PersonIdentifiers, other: PersonIdentifiers): boolean {
  const folded = (who: PersonIdentifiers): string =>
    'email' in who ? JSON.stringify(who).toLowerCase() : JSON.stringify(who);
  return folded(one) === folded(other);
}
