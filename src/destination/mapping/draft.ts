import type { StreamName } from '../../streams/contract.ts';
import { removedAtColumn } from '../../streams/contract.ts';
import type { DestinationConfig } from '../config.ts';
import { type ColumnKinds, columnKinds } from './attributes.ts';
import { type Made, run, stepsOf } from './draft-parts.ts';
import type { ObjectIdentifiers, PersonIdentifiers } from './keys/identifiers.ts';
import type { Attributes, Refusal } from './limits.ts';
import type { StreamPlan } from './stream-mapping.ts';
import type { Template } from './templates/template.ts';
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
}

/** A removed row whose removal the config ignores. */
export interface Ignored {
  readonly ignored: true;
}

/** Case does not tell emails apart. */
const personKey = (identifiers: PersonIdentifiers = { id: '' }): string =>
  `person:${Object.values(identifiers).join('').toLowerCase()}`;

const objectKey = (identifiers: ObjectIdentifiers | undefined): string =>
  `object:${identifiers?.object_type_id}:${identifiers?.object_id}`;

const keyOf = (lane: Template['lane'], { person, object }: Made): string =>
  lane === 'person' ? personKey(person) : objectKey(object);

const isRemoved = (data: Data): boolean =>
  data[removedAtColumn] !== null && data[removedAtColumn] !== undefined;

/** The slow path's writer: makes a record into the objects that the stream's template describes, or refuses it. */
export function draftOf(
  plan: StreamPlan,
  config: DestinationConfig,
): (data: Data) => Draft | Refusal | Ignored {
  const template = templates[plan.kind];
  const columns = columnKinds(plan);
  const context = { plan, config, template, columns };
  const steps = stepsOf(template.members, context);
  const removal = template.removed && stepsOf(template.removed, context);
  const removals: Readonly<Partial<Record<StreamName, string>>> = config.removals;
  const isLimited = template.attributesOf !== 'event';
  return (data) => {
    const isGone = isRemoved(data);
    const used = isGone ? removal : steps;
    if (used === undefined) return { ignored: true };
    const made: Made = {};
    const operation = {};
    const refusal = run(used, data, made, operation);
    if (refusal !== undefined) return refusal;
    if (isGone && removals[plan.kind] === 'ignore') return { ignored: true };
    const { attributes, relation } = made;
    return {
      key: keyOf(template.lane, made),
      // The templates' tests hold what they describe to the API's operations.
      operation: operation as TrackOperation,
      ...(isLimited && attributes !== undefined ? { attributes, columns } : {}),
      ...(relation === undefined ? {} : { relation }),
    };
  };
}
