import type { DestinationConfig } from '../config.ts';
import { attributesOf, type ColumnKinds, isUnsettable, unsetAttributes } from './attributes.ts';
import { eventId } from './keys/event-id.ts';
import {
  anonymousIdentifier,
  isRefusal,
  keyText,
  type ObjectIdentifiers,
  objectIdentifiers,
  type PersonIdentifiers,
  personIdentifiers,
  refuse,
} from './keys/identifiers.ts';
import { type Attributes, checkReserved, limits, type Refusal, tooLong } from './limits.ts';
import { relationOf } from './relation.ts';
import { rootTimestamp } from './root-timestamp.ts';
import type { StreamMapping } from './stream-mapping.ts';
import type { RemovedMembers, RemovedPart, Template } from './templates/template.ts';
import { unixSeconds } from './timestamps.ts';

type Data = Readonly<Record<string, unknown>>;

/** What the parts of a record's operation were made into, for parts that are made of others. */
export interface Made {
  person?: PersonIdentifiers;
  object?: ObjectIdentifiers;
  name?: string;
  attributes?: Attributes;
  relation?: Attributes;
  /** Names of attributes that have no value any more. */
  unset?: readonly string[];
  /** Of a removed row, in unix seconds. */
  removedAt?: number;
  /** Of a person who has become another. */
  successor?: PersonIdentifiers;
}

export interface Context {
  readonly plan: StreamMapping;
  readonly config: DestinationConfig;
  readonly template: Template;
  readonly columns: ColumnKinds;
  /** The attribute that marks removed rows, where such rows are marked. */
  readonly mark: string | undefined;
}

/** Adds one member to the operation, or refuses the record. */
export type Step = (data: Data, made: Made, into: Record<string, unknown>) => Refusal | undefined;

/** Made once a record, whichever part asks first. */
function attributesIn(
  data: Data,
  made: Made,
  { plan, config, template, columns, mark }: Context,
): Attributes {
  if (made.attributes !== undefined) return made.attributes;
  const attributes = attributesOf(data, columns, config);
  if (template.attributesOf === 'person') {
    const anonymousId = keyText(data[plan.columns.anonymousId]);
    if (anonymousId !== undefined) attributes.anonymous_id = anonymousId;
    // Stands among the attributes and tells Customer.io to create nobody.
    if (plan.mode === 'update') attributes._update = true;
  }
  if (mark !== undefined) attributes[mark] = null;
  if (template.unsets === 'attributes') {
    const identifiers = template.attributesOf === 'person' ? made.person : undefined;
    unsetAttributes(attributes, made.unset ?? [], isUnsettable(columns, identifiers));
  }
  made.attributes = attributes;
  return attributes;
}

const hasAny = (attributes: Attributes): boolean => Object.keys(attributes).length > 0;

/** By part: what makes the member of a name. */
const steps: {
  readonly [P in RemovedPart['part']]: (
    name: string,
    part: Extract<RemovedPart, { part: P }>,
    context: Context,
  ) => Step;
} = {
  text:
    (name, { text }) =>
    (_data, _made, into) => {
      into[name] = text;
      return undefined;
    },
  person:
    (name, { orAnonymous }, { plan, config }) =>
    (data, made, into) => {
      const anonymous = orAnonymous ? anonymousIdentifier(data, plan) : undefined;
      const person = anonymous ?? personIdentifiers(data, plan, config);
      if (isRefusal(person)) return person;
      made.person = person;
      into[name] = person;
      return undefined;
    },
  object:
    (name, _part, { plan }) =>
    (data, made, into) => {
      const object = objectIdentifiers(data, plan);
      if (isRefusal(object)) return object;
      made.object = object;
      into[name] = object;
      return undefined;
    },
  eventName: (name, _part, { plan }) => {
    const { event } = plan.columns;
    return (data, made, into) => {
      const given = keyText(data[event]) ?? plan.fixed.event;
      if (given === undefined) return refuse('required', event, `${event} is missing or empty.`);
      made.name = given;
      into[name] = given;
      return tooLong(event, given, limits.eventName);
    };
  },
  eventId: (name, _part, context) => {
    const { messageId, timestamp } = context.plan.columns;
    return (data, made, into) => {
      const given = data[messageId];
      const dated = data[timestamp];
      const key = keyText(given);
      const what = key ?? JSON.stringify([dated, attributesIn(data, made, context)]);
      const seconds = key === undefined ? unixSeconds(dated) : undefined;
      into[name] = eventId(given, seconds, JSON.stringify([made.person, made.name, what]));
      return undefined;
    };
  },
  timestamp:
    (name, _part, { plan }) =>
    (data, _made, into) => {
      const dated = rootTimestamp(data, plan);
      if (isRefusal(dated)) return dated;
      if (dated.timestamp !== undefined) into[name] = dated.timestamp;
      return undefined;
    },
  attributes:
    (name, { ifAny }, context) =>
    (data, made, into) => {
      const attributes = attributesIn(data, made, context);
      if (!ifAny || hasAny(attributes)) into[name] = attributes;
      return context.template.attributesOf === 'person' ? checkReserved(attributes) : undefined;
    },
  relate:
    (name, { withAttributes, without, anonymous }, context) =>
    (data, made, into) => {
      const named = hasAny(attributesIn(data, made, context)) ? withAttributes : without;
      into[name] = anonymousIdentifier(data, context.plan) === undefined ? named : anonymous;
      return undefined;
    },
  relation:
    (name, _part, { plan, config }) =>
    (data, made, into) => {
      const read = relationOf(data, plan, config);
      if (isRefusal(read)) return read;
      unsetAttributes(read.relation, made.unset ?? []);
      made.relation = read.relation;
      into[name] = read.relation;
      return undefined;
    },
  successor:
    (name) =>
    (_data, { successor }, into) => {
      into[name] = successor;
      return undefined;
    },
  mark:
    (name, _part, { template, config: { api, removals } }) =>
    (_data, made, into) => {
      const mark = { [removals.mark_attribute]: made.removedAt };
      // Nobody is made only to be marked. The Pipelines API does not know the order.
      into[name] = template.attributesOf === 'person' && api === 'track' ? { ...mark, _update: true } : mark;
      return undefined;
    },
  listOf: (name, { members }, context) => {
    const inner = stepsOf(members, context);
    return (data, made, into) => {
      const item = {};
      into[name] = [item];
      return run(inner, data, made, item);
    };
  },
};

/** One line a part, so that each meets the step of its own kind. */
function stepOf<P extends RemovedPart['part']>(
  name: string,
  part: Extract<RemovedPart, { part: P }>,
  context: Context,
): Step {
  const step: (typeof steps)[P] = steps[part.part];
  return step(name, part, context);
}

export const stepsOf = (members: RemovedMembers, context: Context): Step[] =>
  Object.entries(members).map(([name, part]) => stepOf(name, part, context));

export function run(
  all: readonly Step[],
  data: Data,
  made: Made,
  into: Record<string, unknown>,
): Refusal | undefined {
  for (const step of all) {
    const refusal = step(data, made, into);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}
