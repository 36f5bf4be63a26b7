import { whiteSpace } from '../destination/mapping/keys/white-space.ts';
import type { ModelPlan } from '../source/plan/plan.ts';
import { eventIdentityColumns } from '../source/record-line/event-identity.ts';
import type { Dialect } from '../warehouse/warehouse.ts';
import { type Delivery, type Examination, hasColumn, type Subject } from './subject.ts';

/** SQL of a column as text. */
export const textOf = (dialect: Dialect, column: string): string =>
  dialect.text.cast(dialect.quoteIdentifier(column));

/** SQL of a text without the white space that the destination leaves out around identifiers. */
const trim = (dialect: Dialect, text: string): string => `TRIM(${text}, ${dialect.quoteString(whiteSpace)})`;

/** SQL of an identifier as the destination sends it. */
export const identifierOf = (
  dialect: Dialect,
  column: string,
  { trim_identifiers }: Pick<Delivery, 'trim_identifiers'>,
): string => {
  const text = textOf(dialect, column);
  return trim_identifiers ? trim(dialect, text) : text;
};

/** SQL of whether a column is NULL or blank, which identifies nothing. */
export const isBlank = (dialect: Dialect, column: string): string =>
  `COALESCE(${trim(dialect, textOf(dialect, column))}, '') = ''`;

/** SQL that makes one email of those that differ by case or padding; ids are taken letter for letter. */
export function personKey(dialect: Dialect, delivery: Delivery): string {
  const { identifier } = delivery;
  const userId = identifierOf(dialect, 'userId', delivery);
  const folded = `LOWER(${trim(dialect, userId)})`;
  if (identifier === 'email') return folded;
  return identifier === 'auto' ? `CASE WHEN ${userId} LIKE '%@%' THEN ${folded} ELSE ${userId} END` : userId;
}

/**
 * The columns that make a row's key. An event's are those that make its message id: without an id of its own,
 * all of them. undefined where the model lacks one.
 */
export function keyColumnsOf({ contract, model }: Subject): readonly string[] | undefined {
  const columns = contract.name === 'events' ? eventKeyColumns(model) : contract.primaryKey;
  return columns.every((name) => hasColumn(model, name)) ? columns : undefined;
}

function eventKeyColumns(model: ModelPlan): string[] {
  const identity = eventIdentityColumns(model) ?? model.columns.map((column) => column.name);
  return [...new Set([...identity, 'timestamp'])];
}

/** What an event is made of besides its person is taken letter for letter. */
const partOf = (dialect: Dialect, name: string, delivery: Delivery): string =>
  name === 'groupId' || name === 'objectTypeId'
    ? identifierOf(dialect, name, delivery)
    : textOf(dialect, name);

/** SQL of a row's key as one text; NULL where a part that identifies is blank. */
export function keyOf(subject: Subject, { plan, delivery }: Examination): string | undefined {
  const columns = keyColumnsOf(subject);
  if (columns === undefined) return undefined;
  const { dialect } = plan.warehouse;
  const parts = columns.map((name) =>
    name === 'userId' ? personKey(dialect, delivery) : partOf(dialect, name, delivery),
  );
  const text = parts.map((part) => `COALESCE(${part}, '')`).join(` || '|' || `);
  const identifying = subject.contract.name === 'events' ? ['userId'] : columns;
  const blank = identifying
    .filter((name) => hasColumn(subject.model, name))
    .map((name) => isBlank(dialect, name));
  return blank.length === 0 ? text : `CASE WHEN ${blank.join(' OR ')} THEN NULL ELSE ${text} END`;
}

/** A SELECT that reads the model as `"__model"`, and other CTEs by their names. */
export function onModel(
  { model }: Subject,
  select: string,
  others: Readonly<Record<string, string>> = {},
): string {
  const tables = Object.entries({ __model: model.compiled.sql, ...others });
  return `WITH ${tables.map(([name, sql]) => `"${name}" AS (\n${sql}\n)`).join(', ')}\n${select}`;
}
