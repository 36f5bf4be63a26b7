import type { Column, Dialect, ObjectField } from '../../warehouse/warehouse.ts';
import type { ModelPlan } from '../plan/plan.ts';

/**
 * How a message id is made of an event. It is kept in the state, so that events which were sent by an older recipe
 * keep their ids until the stream is reset.
 *
 * 1: the event's own id, userId, anonymousId and event as they stand; without an id, the whole row.
 * 2: what does not move when the person changes: `messageId` alone; else `event_id`, the person and the event;
 *    else the whole row with the person in place of userId and anonymousId.
 */
export type IdRecipe = 1 | 2;

export const currentIdRecipe: IdRecipe = 2;

export const ownIds = ['event_id', 'EVENT_ID'];

const has = (model: ModelPlan, name: string): boolean => model.columns.some((column) => column.name === name);

/** Whether the events have an id, in some rows at least. */
export const hasOwnId = (model: ModelPlan): boolean =>
  ['messageId', ...ownIds].some((name) => has(model, name));

/** SQL that joins columns as text, NULL as nothing. */
export function textOf(dialect: Dialect, columns: readonly Column[]): string {
  const texts = columns.map((column) => dialect.text.exact(dialect.quoteIdentifier(column.name), column));
  return `(${texts.map((text) => `COALESCE(${text}, '')`).join(` || '|' || `)})`;
}

export const columnsAmong = ({ columns }: ModelPlan, names: readonly string[]): Column[] =>
  names.flatMap((name) => columns.find((column) => column.name === name) ?? []);

const text = (dialect: Dialect, model: ModelPlan, name: string): string =>
  textOf(dialect, columnsAmong(model, [name]));

/** The columns that make an event's message id, beside its timestamp; undefined where that is the whole row. */
export function eventIdentityColumns(model: ModelPlan): string[] | undefined {
  if (has(model, 'messageId')) return ['messageId'];
  const id = ownIds.find((name) => has(model, name));
  const person = ['userId', 'anonymousId'].find((name) => has(model, name));
  if (id === undefined) return undefined;
  return [id, ...(person === undefined ? [] : [person]), ...(has(model, 'event') ? ['event'] : [])];
}

/** SQL of the text whose hash makes the message id. */
export function eventIdentity(
  dialect: Dialect,
  model: ModelPlan,
  fields: readonly ObjectField[],
  recipe: IdRecipe,
): string {
  if (recipe === 1) return firstRecipe(dialect, model, fields);
  const others = fields.filter(({ name }) => !['userId', 'anonymousId'].includes(name));
  const whole = `CONCAT(${dialect.json.object(others)}, '|', ${personText(dialect, model)})`;
  const own = has(model, 'messageId') ? 'messageId' : ownIds.find((name) => has(model, name));
  if (own === undefined) return whole;
  const event = has(model, 'event') ? ` || '|' || ${text(dialect, model, 'event')}` : '';
  const rest = own === 'messageId' ? '' : ` || '|' || ${personText(dialect, model)}${event}`;
  // Rows without an id must not become one event.
  return `CASE WHEN TRIM(${text(dialect, model, own)}) = '' THEN ${whole} ELSE ${text(dialect, model, own)}${rest} END`;
}

/** SQL of a row's person: an email is one in any case, and an anonymous id says nothing of a known person. */
function personText(dialect: Dialect, model: ModelPlan): string {
  const anonymous = has(model, 'anonymousId') ? text(dialect, model, 'anonymousId') : `''`;
  if (!has(model, 'userId')) return anonymous;
  const user = `TRIM(${text(dialect, model, 'userId')})`;
  return `CASE WHEN ${user} = '' THEN ${anonymous} WHEN ${user} LIKE '%@%' THEN LOWER(${user}) ELSE ${user} END`;
}

function firstRecipe(dialect: Dialect, model: ModelPlan, fields: readonly ObjectField[]): string {
  const id = model.columns.find(({ name }) => ['messageId', ...ownIds].includes(name));
  const beside = columnsAmong(model, ['userId', 'anonymousId', 'event']);
  return id === undefined ? dialect.json.object(fields) : textOf(dialect, [id, ...beside]);
}
