import type { DestinationConfig } from '../config.ts';
import { type ColumnKinds, columnKinds } from './attributes.ts';
import { type Context, type Made, run, type Step, stepsOf } from './draft-parts.ts';
import {
  checkNotMoved,
  type Fate,
  isSamePerson,
  markOf,
  movedInto,
  type Removal,
  removalOf,
  removalTime,
} from './gone/removal.ts';
import { unsetNames } from './gone/unset-names.ts';
import { isRefusal, type ObjectIdentifiers, type PersonIdentifiers } from './keys/identifiers.ts';
import type { Attributes, Refusal } from './limits.ts';
import type { StreamMapping } from './stream-mapping.ts';
import type { RemovedMembers, Template } from './templates/template.ts';
import { templates } from './templates/templates.ts';
import type { TrackOperation } from './track-operation.ts';

type Data = Readonly<Record<string, unknown>>;

/** The operation before it is serialised; `attributes` and `relation` are what limits are checked on. */
export interface Draft {
  /** As in `Operation`. */
  readonly key: string;
  readonly operation: TrackOperation;
  readonly attributes?: Attributes;
  readonly relation?: Attributes;
  readonly columns?: ColumnKinds;
  readonly removal?: Removal;
}

/** A removed row whose removal the config ignores. */
export interface Ignored {
  readonly ignored: true;
  readonly removal?: Removal;
}

/** Case does not tell emails apart. */
const personKey = (identifiers: PersonIdentifiers = { id: '' }): string =>
  `person:${Object.values(identifiers).join('').toLowerCase()}`;

const objectKey = (identifiers: ObjectIdentifiers | undefined): string =>
  `object:${identifiers?.object_type_id}:${identifiers?.object_id}`;

const keyOf = (lane: Template['lane'], { person, object }: Made): string =>
  lane === 'person' ? personKey(person) : objectKey(object);

/** As `removalTime`; in a stream that only removes, a row that does not say when is gone now. */
const goneSince = (data: Data, { mode }: StreamMapping): ReturnType<typeof removalTime> =>
  removalTime(data) ?? (mode === 'remove' ? Math.floor(Date.now() / 1000) : undefined);

/** The slow path's writer: makes a record into the objects that the stream's template describes, or refuses it. */
export function draftOf(
  plan: StreamMapping,
  config: DestinationConfig,
): (data: Data) => Draft | Refusal | Ignored {
  const template = templates[plan.kind];
  const mark = markOf(plan, config);
  const columns = columnKinds(plan, mark);
  const context = { plan, config, template, columns, mark };
  const steps = stepsOf(template.members, context);
  const removed = removedDraft(context);
  const isLimited = template.attributesOf !== 'event';
  return (data) => {
    const removedAt = goneSince(data, plan);
    if (typeof removedAt === 'number') return removed(data, removedAt);
    const unset =
      removedAt ?? checkNotMoved(data, plan) ?? (template.unsets === undefined ? [] : unsetNames(data, plan));
    if (isRefusal(unset)) return unset;
    const made: Made = { unset };
    const operation = {};
    const refusal = run(steps, data, made, operation);
    if (refusal !== undefined) return refusal;
    const { attributes, relation } = made;
    return {
      ...draftFrom(operation, keyOf(template.lane, made)),
      ...(isLimited && attributes !== undefined ? { attributes, columns } : {}),
      ...(relation === undefined ? {} : { relation }),
    };
  };
}

/** The templates' tests hold what they describe to the API's operations. */
const draftFrom = (operation: object, key: string): Draft => ({
  key,
  operation: operation as TrackOperation,
});

/** What is counted of a removal that is not sent: that a merge was asked for. */
const ignored = ({ unmerged }: Removal): Ignored =>
  unmerged === true ? { ignored: true, removal: { fate: 'ignore', unmerged } } : { ignored: true };

/** All merges take one lane: a chain of them must keep its order. */
const mergeKey = 'merge';

/** The draft of a removed row. One whose removal is ignored is read all the same: it may be unreadable. */
function removedDraft(context: Context): (data: Data, removedAt: number) => Draft | Refusal | Ignored {
  const { plan, config, template } = context;
  const { removed } = template;
  if (removed === undefined) return () => ({ ignored: true });
  const { remove, mark = remove, merge = remove } = removed;
  const steps = stepsBy({ ignore: remove, remove, mark, merge }, context);
  return (data, removedAt) => {
    const removal = removalOf(data, plan, config);
    const successor = movedInto(data, plan, config);
    if (successor !== undefined && isRefusal(successor)) return successor;
    const made: Made = { removedAt, ...(successor && { successor }) };
    const operation = {};
    const refusal = run(steps[removal.fate], data, made, operation);
    if (refusal !== undefined) return refusal;
    if (removal.fate === 'ignore' || isItself(made)) return ignored(removal);
    const key = removal.fate === 'merge' ? mergeKey : keyOf(template.lane, made);
    return { ...draftFrom(operation, key), removal };
  };
}

const stepsBy = (
  { ignore, remove, mark, merge }: Readonly<Record<Fate, RemovedMembers>>,
  context: Context,
): Readonly<Record<Fate, readonly Step[]>> => ({
  ignore: stepsOf(ignore, context),
  remove: stepsOf(remove, context),
  mark: stepsOf(mark, context),
  merge: stepsOf(merge, context),
});

/** Someone who is only spelled otherwise is the same person: nothing is to be done. */
const isItself = ({ person, successor }: Made): boolean =>
  person !== undefined && successor !== undefined && isSamePerson(person, successor);
