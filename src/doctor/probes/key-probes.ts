import { limits } from '../../destination/mapping/limits.ts';
import type { Dialect } from '../../warehouse/warehouse.ts';
import { identifierOf, isBlank, textOf } from '../keys.ts';
import { type Delivery, type Examination, hasColumn, type Subject } from '../subject.ts';
import type { Probe } from './probe.ts';

/** What makes a person, an object, an event or a time of a row: missing, unreadable, longer than allowed. */
export function keyProbes(subject: Subject, examination: Examination): Probe[] {
  const { plan, delivery, now } = examination;
  const { dialect } = plan.warehouse;
  const has = (name: string): boolean => hasColumn(subject.model, name);
  const keys = ['userId', 'groupId', 'objectTypeId', 'event'].filter(
    (name) => subject.contract.required.includes(name) && has(name),
  );
  return [
    ...keys.map((name) => missingKey(subject, name, examination)),
    ...onlyAnonymous(subject, examination),
    ...['userId', 'groupId', 'event']
      .filter((name) => keys.includes(name))
      .map((name) => longKey(name, dialect, delivery)),
    ...(has('userId') ? invalidUserId(dialect, delivery) : []),
    ...(keys.includes('objectTypeId') ? [invalidObjectType(dialect, delivery)] : []),
    ...(has('timestamp') ? timestampProbes(subject, dialect, now) : []),
  ];
}

function missingKey(subject: Subject, column: string, { plan, delivery }: Examination): Probe {
  const { dialect } = plan.warehouse;
  const isAnonymous = column === 'userId' && hasColumn(subject.model, 'anonymousId');
  const enough = isAnonymous && takesAnonymous(subject, delivery);
  return {
    code: 'key_missing',
    severity: 'warning',
    errorIfAll: true,
    column,
    condition: isBlank(dialect, column) + (enough ? ` AND ${isBlank(dialect, 'anonymousId')}` : ''),
    what: `${column} is NULL or blank`,
    fate: `Rejected.${isAnonymous && !enough ? ' An anonymousId alone is not enough for the Track API.' : ''}`,
    mend: `Fill the column, or leave such rows out of the model: WHERE TRIM("${column}"::VARCHAR) <> ''.`,
  };
}

/** The Track API v2 knows anonymous people in relationships only. */
const takesAnonymous = ({ contract }: Subject, { api }: Examination['delivery']): boolean =>
  api === 'pipelines' || contract.name === 'relationships';

/** A model may have an anonymousId in place of the userId. */
function onlyAnonymous(subject: Subject, { delivery }: Examination): Probe[] {
  if (hasColumn(subject.model, 'userId') || !hasColumn(subject.model, 'anonymousId')) return [];
  if (takesAnonymous(subject, delivery)) return [];
  return [
    {
      code: 'key_missing',
      severity: 'warning',
      errorIfAll: true,
      column: 'anonymousId',
      condition: '1 = 1',
      what: 'there is an anonymousId and no userId',
      fate: 'Rejected: the Track API does not accept an anonymousId alone.',
      mend: 'Select a userId too, or set api: pipelines in the destination.',
    },
  ];
}

const keyLimits: Readonly<Record<string, number>> = {
  userId: limits.personId,
  groupId: limits.objectId,
  event: limits.eventName,
};

function longKey(column: string, dialect: Dialect, delivery: Delivery): Probe {
  const limit = keyLimits[column] ?? limits.personId;
  const text = column === 'event' ? textOf(dialect, column) : identifierOf(dialect, column, delivery);
  return tooLong(column, limit, 'Make it shorter in the model.', true, dialect, text);
}

export function tooLong(
  column: string,
  limit: number,
  mend: string,
  refuses: boolean,
  dialect: Dialect,
  text: string = textOf(dialect, column),
): Probe {
  const size = dialect.text.byteLength(text);
  return {
    code: 'value_too_long',
    severity: refuses ? 'warning' : 'info',
    errorIfAll: refuses,
    column,
    condition: `${size} > ${limit}`,
    size,
    what: `${column} has more than ${limit.toLocaleString('en')} bytes`,
    fate: refuses ? 'Rejected.' : 'The value is truncated (too_long: truncate).',
    mend,
  };
}

/** One address, in letters that Customer.io takes, with a domain. */
const email =
  '[^[:space:]@<>"(),:;]+@[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+';

/** A column that must hold emails, where a condition holds. */
export function invalidEmail(column: string, when: string, dialect: Dialect, delivery: Delivery): Probe {
  return {
    code: 'email_invalid',
    severity: 'warning',
    errorIfAll: true,
    column,
    condition: `NOT ${isBlank(dialect, column)}${when} AND NOT ${dialect.text.matches(identifierOf(dialect, column, delivery), email)}`,
    what: `${column} is not an email address`,
    fate: 'Rejected: it has no @ or two of them, spaces, letters of other alphabets, or an impossible domain.',
    mend: `Fix it at its source or in the model, or filter such rows out.`,
  };
}

function invalidUserId(dialect: Dialect, delivery: Delivery): Probe[] {
  const { identifier } = delivery;
  if (identifier !== 'auto' && identifier !== 'email') return [];
  const when = identifier === 'auto' ? ` AND ${textOf(dialect, 'userId')} LIKE '%@%'` : '';
  return [invalidEmail('userId', when, dialect, delivery)];
}

function invalidObjectType(dialect: Dialect, delivery: Delivery): Probe {
  const text = identifierOf(dialect, 'objectTypeId', delivery);
  return {
    code: 'object_type_invalid',
    severity: 'warning',
    errorIfAll: true,
    column: 'objectTypeId',
    condition: `NOT ${isBlank(dialect, 'objectTypeId')} AND NOT ${dialect.text.matches(text, '[0-9]+')}`,
    what: 'objectTypeId is not a whole number',
    fate: 'Rejected.',
    mend: 'Customer.io shows the number of an object type under Data & Integrations, Objects.',
  };
}

function timestampProbes({ model }: Subject, dialect: Dialect, now: string): Probe[] {
  const column = 'timestamp';
  const name = dialect.quoteIdentifier(column);
  const found = model.columns.find((each) => each.name === column);
  const asText = found !== undefined && dialect.types.isText(found.type);
  const parsed = asText ? dialect.time.tryText(name) : dialect.time.utc(name, found?.type ?? '');
  const common = { severity: 'warning', errorIfAll: false, column } as const;
  const unreadable: Probe = {
    ...common,
    code: 'timestamp_unreadable',
    severity: 'error',
    condition: `${parsed} IS NULL AND NOT ${isBlank(dialect, column)} AND NOT ${dialect.text.matches(name, '-?[0-9]+([.][0-9]+)?')}`,
    what: 'timestamp is text that cannot be read as a time',
    fate: 'The sync would stop there.',
    mend: 'Convert it in the model: TO_TIMESTAMP_NTZ(…), with a format if it needs one.',
  };
  return [
    {
      ...common,
      code: 'timestamp_missing',
      errorIfAll: true,
      condition: asText ? isBlank(dialect, column) : `${name} IS NULL`,
      what: 'timestamp is NULL',
      fate: 'Only the first sync reads such rows: later changes are not noticed.',
      mend: 'Fill it in the model: COALESCE("timestamp", …).',
    },
    {
      ...common,
      code: 'future_timestamp',
      condition: `${parsed} > ${dialect.time.literal(now)}`,
      what: 'timestamp lies in the future',
      fate: 'They are sent when first seen, with the current time, and again when they change.',
      mend: 'Check whether it is the right column: the date of an appointment is not the time of its booking. Times without a zone count as UTC.',
    },
    ...(asText ? [unreadable] : []),
  ];
}
