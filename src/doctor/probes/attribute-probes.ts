import { limits } from '../../destination/mapping/limits.ts';
import type { Column, Dialect } from '../../warehouse/warehouse.ts';
import { identifierOf, isBlank, textOf } from '../keys.ts';
import { attributesOf, type Delivery, type Examination, type Subject } from '../subject.ts';
import { invalidEmail, tooLong } from './key-probes.ts';
import { mayBeLong, type Probe } from './probe.ts';

/** Attributes of events have no limits of their own; those of people, objects and relationships do. */
export function attributeProbes(subject: Subject, { plan, delivery }: Examination): Probe[] {
  const { dialect } = plan.warehouse;
  const attributes = attributesOf(subject);
  const limited = subject.contract.name === 'events' ? [] : attributes;
  return [
    ...limited
      .filter((column) => isIdentifying(subject, column))
      .flatMap((column) => identifying(column, delivery, dialect)),
    ...limited
      .filter((column) => mayBeLong(dialect, column) && column.name !== 'cio_subscription_preferences')
      .filter((column) => !isIdentifying(subject, column))
      .map((column) => longValue(column, delivery, dialect)),
    ...limited
      .filter(({ name }) => Buffer.byteLength(name) > limits.attributeName)
      .map((column) => longName(column, dialect)),
    ...(limited.length > limits.attributes ? [tooMany(limited, delivery, dialect)] : []),
    ...subject.model.columns
      .filter(({ type }) => dialect.types.isFloat(type))
      .map((column) => notANumber(column, dialect)),
    ...subject.model.columns
      .filter(
        (column) => subject.contract.name === 'relationships' && column.name === 'relationshipAttributes',
      )
      .map((column) => notAnObject(column, dialect)),
    tooLarge(subject, dialect),
  ];
}

/** Attributes of a person that Customer.io takes for identifiers. */
const isIdentifying = ({ contract }: Subject, { name }: Column): boolean =>
  contract.name === 'persons' && ['id', 'email', 'phone'].includes(name);

function identifying({ name }: Column, delivery: Delivery, dialect: Dialect): Probe[] {
  const text = identifierOf(dialect, name, delivery);
  const long = tooLong(
    name,
    limits.personId,
    'Make it shorter, or list it in ignore_traits.',
    true,
    dialect,
    text,
  );
  if (name === 'phone') return [invalidPhone(dialect)];
  return name === 'email' ? [invalidEmail(name, '', dialect, delivery), long] : [long];
}

function invalidPhone(dialect: Dialect): Probe {
  const column = 'phone';
  return {
    code: 'phone_invalid',
    severity: 'warning',
    errorIfAll: true,
    column,
    condition: `NOT ${isBlank(dialect, column)} AND NOT ${dialect.text.matches(textOf(dialect, column), '[+][1-9][0-9]{1,14}')}`,
    what: 'phone is not in E.164 form (+15551234567)',
    fate: 'Rejected: Customer.io requires this form for this reserved attribute.',
    mend: 'Write it that way in the model, or give it another name: rename_traits: { phone: phone_number }.',
  };
}

function longValue(column: Column, { too_long }: Delivery, dialect: Dialect): Probe {
  const mend = `Shorten it in the model (LEFT(${column.name}, …)), list it in ignore_traits, or set too_long: truncate in the destination.`;
  return tooLong(column.name, limits.attributeValue, mend, too_long === 'reject', dialect);
}

function longName({ name }: Column, dialect: Dialect): Probe {
  return {
    code: 'name_too_long',
    severity: 'warning',
    errorIfAll: true,
    column: name,
    condition: `${dialect.quoteIdentifier(name)} IS NOT NULL`,
    what: `the name ${name.slice(0, 40)}… has ${Buffer.byteLength(name)} bytes; Customer.io accepts ${limits.attributeName}`,
    fate: 'Rejected.',
    mend: 'Rename the column (rename_traits, or AS in the model).',
  };
}

function tooMany(columns: readonly Column[], { null_attributes }: Delivery, dialect: Dialect): Probe {
  const given = columns.map(
    ({ name }) => `CASE WHEN ${dialect.quoteIdentifier(name)} IS NULL THEN 0 ELSE 1 END`,
  );
  const number = null_attributes === 'unset' ? String(columns.length) : `(${given.join(' + ')})`;
  return {
    code: 'too_many_attributes',
    severity: 'warning',
    errorIfAll: true,
    column: '',
    condition: `${number} > ${limits.attributes}`,
    what: `more than ${limits.attributes} attributes (of ${columns.length} columns)`,
    fate: 'Rejected.',
    mend: 'List what Customer.io does not need in ignore_traits, or select fewer columns.',
  };
}

function notANumber({ name }: Column, dialect: Dialect): Probe {
  const text = `LOWER(${textOf(dialect, name)})`;
  return {
    code: 'not_a_number',
    severity: 'error',
    errorIfAll: true,
    column: name,
    condition: `${text} LIKE '%n%'`,
    what: `${name} is NaN or Infinity, which JSON cannot hold`,
    fate: 'The sync would stop there.',
    mend: `Turn it into NULL in the model: NULLIF(${name}, 'NaN').`,
  };
}

function notAnObject({ name }: Column, dialect: Dialect): Probe {
  return {
    code: 'not_an_object',
    severity: 'warning',
    errorIfAll: true,
    column: name,
    condition: `NOT ${isBlank(dialect, name)} AND NOT LTRIM(${textOf(dialect, name)}) LIKE '{%'`,
    what: `${name} is not a JSON object`,
    fate: 'Rejected.',
    mend: `Build it with OBJECT_CONSTRUCT('name', value, …).`,
  };
}

/** The texts of a row, and a little for each name and each value that is short. */
function tooLarge({ model }: Subject, dialect: Dialect): Probe {
  const long = model.columns.filter((column) => mayBeLong(dialect, column));
  const fixed = model.columns.reduce((sum, { name }) => sum + Buffer.byteLength(name) + 12, 100);
  const texts = long.map(({ name }) => `COALESCE(${dialect.text.byteLength(textOf(dialect, name))}, 0)`);
  const size = [...texts, String(fixed)].join(' + ');
  return {
    code: 'operation_too_large',
    severity: 'warning',
    errorIfAll: true,
    column: '',
    condition: `${size} > ${limits.operation}`,
    size,
    what: `larger than the ${limits.operation.toLocaleString('en')} bytes that Customer.io accepts at once`,
    fate: 'Rejected.',
    mend: 'Leave the largest columns out of the model.',
  };
}
